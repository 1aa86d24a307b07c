/** What a model said of one row: enough to derive its result, and everything asked of it later. Pure. */
import { AppError } from "../base/errors.ts";
import { countWords } from "../base/pythonSpace.ts";
import type { ItemResult } from "../domain/evaluation.ts";
import type { GenerationRule, TaskRow } from "../domain/task.ts";
import { matchAnswer } from "./answerMatch.ts";
import { choiceResult } from "./multipleChoice.ts";
import type { RequestScore } from "./scoring.ts";

/** One row's scores, one a request in the row's order; or the text that was generated for it. */
export type ItemScore =
  | { readonly kind: "scores"; readonly scores: readonly RequestScore[] }
  | { readonly kind: "generated"; readonly text: string };

/** The result of a row. @throws AppError `internal` for a score of another kind of row. */
export function itemResult(row: TaskRow, score: ItemScore, rule: GenerationRule): ItemResult {
  if (row.kind === "generation") {
    if (score.kind !== "generated") throw wrongKind(row);
    return { kind: "generation", generated: score.text, answers: matchAnswer(score.text, row.answer, rule) };
  }
  if (score.kind !== "scores") throw wrongKind(row);
  const { scores } = score;
  const logprob = scores.reduce((sum, one) => sum + one.logprob, 0);
  const tokens = scores.reduce((sum, one) => sum + one.tokens, 0);
  switch (row.kind) {
    case "multiple-choice":
    case "partial":
      return choiceResult(row, scores);
    case "target":
      return { kind: "target", logprob, tokens, greedy: scores.every((one) => one.greedy) };
    case "text": {
      const counted = row.counted ?? row.text;
      const bytes = new TextEncoder().encode(counted).length;
      return { kind: "text", logprob, tokens, words: countWords(counted), bytes };
    }
    default:
      return row satisfies never;
  }
}

function wrongKind(row: TaskRow): AppError {
  return new AppError("internal", `A ${row.kind} row has a score of another kind.`);
}
