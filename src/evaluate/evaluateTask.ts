/**
 * A task made ready once, run for every merge: rows → token requests → packing plan → scores → items → metrics.
 * Engine thread or Node; knows no merge.
 */
import { AppError } from "../base/errors.ts";
import type { Evaluation, ItemResult } from "../domain/evaluation.ts";
import type { TaskRow } from "../domain/task.ts";
import type { LanguageModel } from "../runtime/languageModel.ts";
import { type GenerationPlan, generateAnswers, planGeneration, type StopRule } from "./generation.ts";
import { metricsOf } from "./metrics.ts";
import { choiceResult } from "./multipleChoice.ts";
import { type PackingPlan, type PackingSettings, planPacking } from "./packing.ts";
import { rollingWindows } from "./perplexityWindows.ts";
import { countWords } from "./pythonSpace.ts";
import { encodePair, type ScoreRequest, type TokenSettings, textPairs } from "./requests.ts";
import type { Bundle } from "./requestTree.ts";
import { type RequestScore, type ScoringJob, scoreRequests } from "./scoring.ts";

/** Everything about a task that does not depend on the weights. */
export type PreparedTask = {
  readonly rows: readonly TaskRow[];
  readonly tokens: TokenSettings;
  readonly work:
    | { readonly kind: "scoring"; readonly bundles: readonly Bundle[]; readonly plan: PackingPlan }
    | { readonly kind: "generation"; readonly plan: GenerationPlan };
  /** What `ScoringJob.onBatch` counts up to, and its plural noun. */
  readonly total: number;
  readonly unit: "batches" | "items";
};

/** What an evaluation says apart from its names. */
export type TaskOutcome = Pick<Evaluation, "metrics" | "n" | "items" | "tokens">;

/**
 * Tokenises rows of one kind and plans their batches.
 * @throws AppError `bad-format` for no rows or a row without tokens, `unsupported` for one that does not fit.
 */
export function prepareTask(
  rows: readonly TaskRow[],
  tokens: TokenSettings,
  packing: PackingSettings,
  stop: StopRule,
): PreparedTask {
  if (rows.length === 0)
    throw new AppError("bad-format", "There are no rows to evaluate.", {
      advice: "Raise the limit above 0.",
    });
  const generation = rows.filter((row) => row.kind === "generation");
  if (generation.length > 0) {
    const plan = planGeneration(generation, stop, tokens, packing.batchTokens);
    return { rows, tokens, work: { kind: "generation", plan }, total: rows.length, unit: "items" };
  }
  const settings = { ...tokens, codec: remembering(tokens.codec) };
  const bundles = rows.map((row) => requestsOf(row, settings));
  const plan = planPacking(bundles, packing);
  return {
    rows,
    tokens,
    work: { kind: "scoring", bundles, plan },
    total: plan.batches.length,
    unit: "batches",
  };
}

/** Runs a prepared task on whatever weights the model has now. @throws AppError as `scoreRequests`. */
export async function evaluateTask(
  task: PreparedTask,
  model: LanguageModel,
  job: ScoringJob,
): Promise<TaskOutcome> {
  const { rows, work } = task;
  if (work.kind === "generation") {
    const { items, tokens } = await generateAnswers(work.plan, model, task.tokens, job);
    return { metrics: metricsOf(items), n: items.length, items, tokens };
  }
  const scores = await scoreRequests(work.plan, model, job);
  let next = 0;
  const items = rows.map((row, r) => {
    const first = next;
    next += work.bundles[r]!.length;
    return itemResult(row, scores.slice(first, next));
  });
  return { metrics: metricsOf(items), n: items.length, items, tokens: work.plan.tokens };
}

/** The requests of one row: one a choice, or the windows of a text. */
function requestsOf(row: TaskRow, settings: TokenSettings): readonly ScoreRequest[] {
  if (row.kind === "text")
    return rollingWindows(settings.codec.encode(row.text), settings.prefixToken, settings.maxLength);
  return textPairs(row).map(([context, continuation]) => encodePair(context, continuation, settings));
}

function itemResult(row: TaskRow, scores: readonly RequestScore[]): ItemResult {
  const logprob = scores.reduce((sum, score) => sum + score.logprob, 0);
  const tokens = scores.reduce((sum, score) => sum + score.tokens, 0);
  switch (row.kind) {
    case "multiple-choice":
    case "partial":
      return choiceResult(row, scores);
    case "target":
      return { kind: "target", logprob, tokens, greedy: scores.every((score) => score.greedy) };
    case "text": {
      const bytes = new TextEncoder().encode(row.text).length;
      return { kind: "text", logprob, tokens, words: countWords(row.text), bytes };
    }
    case "generation":
      throw new AppError("internal", "A generated row cannot be scored.");
    default:
      return row satisfies never;
  }
}

/** The same codec, encoding each text once: the choices of an item repeat its context. */
function remembering(codec: TokenSettings["codec"]): TokenSettings["codec"] {
  const known = new Map<string, readonly number[]>();
  return {
    encode(text) {
      const tokens = known.get(text) ?? codec.encode(text);
      known.set(text, tokens);
      return tokens;
    },
    decode: (tokens) => codec.decode(tokens),
  };
}
