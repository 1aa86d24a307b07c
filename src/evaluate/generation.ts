/**
 * Greedy generation and exact match. Each step recomputes the short prompts in full and takes the most probable next
 * token of each; a sequence leaves when its text has a stop string, an end-of-sequence token came, or it is as long as
 * it may get. The text before the stop string is compared with the answer, both without whitespace at their ends.
 * Engine thread or Node.
 */
import { AppError } from "../base/errors.ts";
import { throwIfCancelled } from "../base/job.ts";
import type { ItemResult } from "../domain/evaluation.ts";
import type { TaskRow } from "../domain/task.ts";
import type { LanguageModel, PackedBatch } from "../runtime/languageModel.ts";
import { createBatchWriter } from "./batchWriter.ts";
import { nextTurn } from "./nextTurn.ts";
import { strip } from "./pythonSpace.ts";
import type { TokenSettings } from "./requests.ts";
import type { ScoringJob } from "./scoring.ts";

/** Rows whose result is generated. */
export type GenerationRow = Extract<TaskRow, { readonly kind: "generation" }>;

/** When a generated text ends. */
export type StopRule = {
  /** Any of these strings; they are no part of the text. */
  readonly until: readonly string[];
  readonly endTokens: readonly number[];
};

/** Prompts as tokens, ready for any merge. */
export type GenerationPlan = {
  readonly rows: readonly GenerationRow[];
  readonly prompts: readonly (readonly number[])[];
  readonly stop: StopRule;
  /** Most tokens generated for a row: some more than the longest right answer has. */
  readonly maxNewTokens: number;
  readonly batchTokens: number;
};

/** Tokens a generated answer may have beyond the longest right answer's. */
const SPARE_TOKENS = 8;

type Sequence = { readonly index: number; readonly tokens: number[]; readonly generated: number[] };

/** @throws AppError `unsupported` for a prompt that leaves no room to generate. */
export function planGeneration(
  rows: readonly GenerationRow[],
  stop: StopRule,
  settings: TokenSettings,
  batchTokens: number,
): GenerationPlan {
  const { codec, maxLength } = settings;
  const longest = rows.reduce((most, row) => Math.max(most, codec.encode(` ${row.answer}`).length), 0);
  const maxNewTokens = longest + SPARE_TOKENS;
  const prompts = rows.map((row) => codec.encode(row.question));
  for (const [index, prompt] of prompts.entries())
    if (prompt.length === 0 || prompt.length + maxNewTokens > maxLength)
      throw new AppError(
        "unsupported",
        `Question ${index + 1} has ${prompt.length} tokens; with ${maxNewTokens} to generate it does not fit the model's ${maxLength} positions.`,
        { advice: "Leave that row out, or shorten its question.", fields: { index } },
      );
  return { rows, prompts, stop, maxNewTokens, batchTokens };
}

/** One result a row, in order, and the tokens that went through the model; `job.onBatch` counts finished rows. @throws AppError `cancelled`, and the model's own. */
export async function generateAnswers(
  plan: GenerationPlan,
  model: LanguageModel,
  settings: TokenSettings,
  job: ScoringJob,
): Promise<{ readonly items: readonly ItemResult[]; readonly tokens: number }> {
  let tokens = 0;
  const texts = new Map<number, string>();
  let running: readonly Sequence[] = plan.prompts.map((prompt, index) => ({
    index,
    tokens: [...prompt],
    generated: [],
  }));
  while (running.length > 0) {
    for (const group of groupByLength(running, plan.batchTokens)) {
      await nextTurn();
      throwIfCancelled(job.signal);
      const { greedy } = await model.score(lastPlaces(group));
      tokens += group.reduce((sum, sequence) => sum + sequence.tokens.length, 0);
      for (const [row, sequence] of group.entries()) {
        const text = advance(sequence, greedy[row]!, plan, settings);
        if (text !== null) texts.set(sequence.index, text);
      }
    }
    running = running.filter((sequence) => !texts.has(sequence.index));
    job.onBatch(texts.size);
  }
  const items = plan.rows.map((row, index): ItemResult => {
    const generated = texts.get(index)!;
    return { kind: "generation", generated, correct: strip(generated) === strip(row.answer) };
  });
  return { items, tokens };
}

/** Adds a token. @returns the whole text once it is finished, else `null`. */
function advance(
  sequence: Sequence,
  token: number,
  plan: GenerationPlan,
  settings: TokenSettings,
): string | null {
  const ended = plan.stop.endTokens.includes(token);
  if (!ended) {
    sequence.tokens.push(token);
    sequence.generated.push(token);
  }
  const text = settings.codec.decode(sequence.generated);
  const stops = plan.stop.until.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  if (stops.length > 0) return text.slice(0, Math.min(...stops));
  return ended || sequence.generated.length >= plan.maxNewTokens ? text : null;
}

/** Longest first, as many of like length as the budget holds. */
function groupByLength(
  sequences: readonly Sequence[],
  batchTokens: number,
): readonly (readonly Sequence[])[] {
  const groups: Sequence[][] = [];
  for (const sequence of [...sequences].sort((a, b) => b.tokens.length - a.tokens.length)) {
    const group = groups.at(-1);
    if (group !== undefined && group[0]!.tokens.length * (group.length + 1) <= batchTokens)
      group.push(sequence);
    else groups.push([sequence]);
  }
  return groups;
}

/** One row a sequence, its last place scored. Only the most probable token is wanted, so the target is any token. */
function lastPlaces(group: readonly Sequence[]): PackedBatch {
  const writer = createBatchWriter(group.length, group[0]!.tokens.length);
  for (const { tokens } of group) {
    const { place } = writer.segment(tokens, 0, tokens.length, null);
    writer.target(place + tokens.length - 1, 0);
    writer.endRow();
  }
  return writer.finish();
}
