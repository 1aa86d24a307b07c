/**
 * Greedy generation as lm-evaluation-harness does it (`models/huggingface.py`, `generate_until`): prompts of like length
 * are decoded side by side with their keys and values kept; a sequence leaves when a stop string or an end-of-sequence
 * token came, or it is as long as it may get. The answer is what stands before the stop strings, cut by one after the
 * other. Engine thread or Node.
 */
import { AppError } from "../base/errors.ts";
import { throwIfCancelled } from "../base/job.ts";
import type { GenerationRule, TaskRow } from "../domain/task.ts";
import type { LanguageModel } from "../runtime/languageModel.ts";
import { nextTurn } from "./nextTurn.ts";
import type { PackingSettings } from "./packing.ts";
import { encodeText, type TokenCodec, type TokenSettings } from "./requests.ts";
import type { ScoringJob } from "./scoring.ts";

/** Rows whose result is generated. */
export type GenerationRow = Extract<TaskRow, { readonly kind: "generation" }>;

/** Prompts as tokens, ready for any merge. */
export type GenerationPlan = {
  /** One a row. */
  readonly prompts: readonly (readonly number[])[];
  readonly until: readonly string[];
  readonly endTokens: readonly number[];
  readonly maxNewTokens: number;
  /** How many tokens must be looked at to see a stop string that has just been completed. */
  readonly lookBack: number;
};

/** Tokens a generated answer may have beyond the longest right answer's, where the task sets no bound. */
const SPARE_TOKENS = 8;
/** A stop string may be generated in other tokens than it is encoded in: the harness looks at two more, we at four. */
const SPARE_LOOK_BACK = 4;

/**
 * Prompts longer than the model's positions less what is to be generated lose tokens on their left.
 * @throws AppError `unsupported` where nothing of a prompt is left, `bad-format` for an empty one.
 */
export function planGeneration(
  rows: readonly GenerationRow[],
  rule: GenerationRule,
  endTokens: readonly number[],
  settings: TokenSettings,
): GenerationPlan {
  const { codec, maxLength } = settings;
  const longest = () => Math.max(0, ...rows.map((row) => codec.encode(` ${row.answer}`).length));
  const maxNewTokens = rule.maxNewTokens ?? longest() + SPARE_TOKENS;
  const room = maxLength - maxNewTokens;
  if (room < 1)
    throw new AppError(
      "unsupported",
      `Generating ${maxNewTokens} tokens leaves no room for a prompt in the model's ${maxLength} positions.`,
      { advice: "Use a model with a longer context, or a task with shorter answers." },
    );
  const prompts = rows.map((row, index) => {
    const tokens = encodeText(row.question, settings);
    if (tokens.length > 0) return tokens.slice(-room);
    throw new AppError("bad-format", `Question ${index + 1} has no tokens.`, {
      advice: "Leave that row out.",
      fields: { item: index },
    });
  });
  const until = rule.until.filter((stop) => stop !== "");
  const stopTokens = until.map((stop) => codec.encode(stop).length);
  const lookBack = Math.max(0, ...stopTokens) + SPARE_LOOK_BACK;
  return { prompts, until, endTokens, maxNewTokens, lookBack };
}

/**
 * The texts of these rows, in their order, and the tokens that went through the model; `job.onBatch` counts finished
 * rows. @throws AppError `cancelled`, and the model's own.
 */
export async function generateTexts(
  plan: GenerationPlan,
  rows: readonly number[],
  packing: PackingSettings,
  codec: TokenCodec,
  model: LanguageModel,
  job: ScoringJob,
): Promise<{ readonly texts: readonly string[]; readonly tokens: number }> {
  const texts = new Map<number, string>();
  let tokens = 0;
  for (const group of groupByLength(plan, rows, packing)) {
    const generated = new Map(group.map((row) => [row, [] as number[]]));
    const prompts = group.map((row) => plan.prompts[row]!);
    throwIfCancelled(job.signal);
    const decoding = await model.decode(prompts, plan.maxNewTokens);
    try {
      tokens += prompts.reduce((sum, prompt) => sum + prompt.length, 0);
      let live: readonly number[] = group;
      for (;;) {
        const goOn: number[] = [];
        const { next } = decoding;
        for (const [i, row] of live.entries()) {
          const text = finishedText(generated.get(row)!, next[i]!, plan, codec);
          if (text === null) goOn.push(i);
          else texts.set(row, text);
        }
        job.onBatch(texts.size);
        if (goOn.length === 0) break;
        await nextTurn();
        throwIfCancelled(job.signal);
        const chosen = Int32Array.from(goOn, (i) => next[i]!);
        live = goOn.map((i) => live[i]!);
        await decoding.advance(Int32Array.from(goOn), chosen);
        tokens += live.length;
      }
    } finally {
      decoding.dispose();
    }
  }
  return { texts: rows.map((row) => texts.get(row)!), tokens };
}

/** Adds a token to what was generated. @returns the whole text once it is finished, else `null`. */
function finishedText(
  generated: number[],
  token: number,
  plan: GenerationPlan,
  codec: TokenCodec,
): string | null {
  const ended = plan.endTokens.includes(token);
  if (!ended) generated.push(token);
  const tail = codec.decodeText(generated.slice(-plan.lookBack));
  const stopped = plan.until.some((stop) => tail.includes(stop));
  if (!ended && !stopped && generated.length < plan.maxNewTokens) return null;
  return plan.until.reduce((text, stop) => text.split(stop, 1)[0]!, codec.decodeText(generated));
}

/** Longest first, as many of like length as the kept keys and values, and attention over the prompts, have room for. */
function groupByLength(
  { prompts, maxNewTokens }: GenerationPlan,
  rows: readonly number[],
  { cacheTokens, batchPairs }: PackingSettings,
): readonly (readonly number[])[] {
  const groups: number[][] = [];
  let longest = 0;
  for (const row of [...rows].sort((a, b) => prompts[b]!.length - prompts[a]!.length)) {
    const group = groups.at(-1);
    const size = (group?.length ?? 0) + 1;
    const fits = size * (longest + maxNewTokens) <= cacheTokens && size * longest ** 2 <= batchPairs;
    if (group !== undefined && fits) group.push(row);
    else {
      groups.push([row]);
      longest = prompts[row]!.length;
    }
  }
  return groups;
}
