/** One line an item of an evaluation, as lm-evaluation-harness logs samples. Pure. */
import { AppError } from "../base/errors.ts";
import type { ItemResult } from "../domain/evaluation.ts";
import type { TaskRow } from "../domain/task.ts";

/** JSON lines: `doc_id`, the row as `doc`, and what came out; log-probabilities natural and summed. */
export function sampleLines(rows: readonly TaskRow[], items: readonly ItemResult[]): string {
  if (rows.length !== items.length) {
    throw new AppError("internal", `${items.length} results came back for ${rows.length} rows.`);
  }
  return items
    .map((item, index) => `${JSON.stringify({ doc_id: index, doc: rows[index], ...sampleFields(item) })}\n`)
    .join("");
}

function sampleFields(item: ItemResult): object {
  switch (item.kind) {
    case "choice":
      return {
        target: item.gold,
        resps: item.logprobs,
        acc: Number(item.chosen === item.gold),
        ...(item.chosenNorm === null ? {} : { acc_norm: Number(item.chosenNorm === item.gold) }),
      };
    case "target":
      return { resps: [item.logprob], tokens: item.tokens, acc: Number(item.greedy) };
    case "text":
      return { resps: [item.logprob], tokens: item.tokens, words: item.words, bytes: item.bytes };
    case "generation":
      return { resps: [item.generated], exact_match: Number(item.correct) };
    default:
      return item satisfies never;
  }
}
