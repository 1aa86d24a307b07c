/** Merges by a method's name: weights given or found, tensors computed. Wiring only. */
import { AppError } from "../base/errors.ts";
import { type Clock, createProgress } from "../base/job.ts";
import type { ComposedMerge, ComposeRequest, OptionValues, RowsOf } from "../domain/mergeMethod.ts";
import { perplexityWeights } from "../domain/namedRecipes.ts";
import type { PerplexityInputs } from "../domain/perplexity.ts";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import type { ScoredMethod, StatisticsMethod, TensorMethod } from "../merge/method.ts";
import { completeOptions } from "../merge/methods/options.ts";
import { findMergeMethod, MERGE_METHODS } from "../merge/methods/table.ts";
import type { Job } from "../rpc/protocol.ts";
import { type GreedyTies, greedySoup } from "../study/greedySoup.ts";
import { runOptimize } from "../study/optimize.ts";
import { type Calibration, calibrationBatches } from "./calibration.ts";
import type { CheckpointShelf, OpenedCheckpoint } from "./checkpoints.ts";
import type { ContentKeys } from "./contentKeys.ts";
import type { DerivedMerges, ParentStatistics } from "./derivedMerges.ts";
import type { Holding, MethodTable } from "./methodTable.ts";
import { measurePerplexities } from "./perplexities.ts";
import { type CallJob, callJob, type Session } from "./session.ts";
import type { TaskCatalogue } from "./taskCatalogue.ts";

/** What composing needs. */
export type ComposeParts = {
  readonly openSession: (signal: AbortSignal) => Promise<Session>;
  readonly shelf: CheckpointShelf;
  readonly catalogue: TaskCatalogue;
  readonly contents: ContentKeys;
  readonly derived: DerivedMerges;
  readonly clock: Clock;
  readonly holding: Holding;
  /** Statistics by checkpoint, statistic and rows. */
  readonly remembered: Map<string, ReadonlyMap<string, Float32Array>>;
};

/** The methods of this file. */
export type ComposeMethod = "mergeMethods" | "compose";

/** @param parts the session is opened for methods that measure only. */
export function createComposeMethods(parts: ComposeParts): MethodTable<ComposeMethod> {
  return {
    mergeMethods: async () =>
      MERGE_METHODS.map(({ name, title, summary, formula, paper, options, needs, parents }) => ({
        ...{ name, title, summary, formula, paper, options, needs, parents },
      })),
    compose: (request, job) => {
      const named = request.base === null ? request.parents : [...request.parents, request.base];
      return parts.holding(named, job, () => compose(parts, request, job));
    },
  };
}

/** @throws AppError `usage` for what does not go with the method; of opening, measuring, merging. */
export async function compose(
  parts: ComposeParts,
  request: ComposeRequest,
  job: Job,
): Promise<ComposedMerge> {
  const method = findMergeMethod(request.method);
  const options = completeOptions(method, request.options);
  checkRequest(method, request);
  const watched = callJob(job);
  const { parents } = request;
  switch (method.kind) {
    case "weights":
      return {
        recipe: { parents, coefficients: method.coefficients(parents.length, options) },
        story: { kind: "given" },
      };
    case "scored":
      return findWeights(parts, method, options, request, watched);
    case "tensors":
    case "statistics":
      return deriveMerge(parts, method, options, request, watched);
    default:
      return method satisfies never;
  }
}

/** @throws AppError `usage`. */
function checkRequest(
  method: (typeof MERGE_METHODS)[number],
  { parents, base, task, calibration }: ComposeRequest,
): void {
  const [least, most] = method.parents;
  const count = parents.length;
  if (count < least || count > most)
    throw new AppError("usage", `The method ${method.name} does not merge ${count} checkpoints.`, {
      advice: least === most ? `It takes exactly ${least}.` : `It takes ${least} to ${most}.`,
    });
  const given = { base, task, calibration };
  for (const need of ["base", "task", "calibration"] as const) {
    if (method.needs.includes(need) && given[need] === null)
      throw new AppError("usage", `The method ${method.name} needs ${ADVICE[need].what}.`, {
        advice: ADVICE[need].advice,
      });
  }
  if (base !== null && parents.includes(base))
    throw new AppError("usage", `The base ${base} is also one of the checkpoints to be merged.`, {
      advice: "Choose a base that all of them come from, such as an early checkpoint of the run.",
    });
}

/** Rows whose gradients are summed before they are squared, in the common code's variant of Fisher. */
const BATCH_ROWS = 8;

const ADVICE = {
  base: {
    what: "a base that the checkpoints come from",
    advice: "Name an early checkpoint of the run: --base demo:200.",
  },
  task: { what: "a task to be scored on", advice: "Name one: --task sums." },
  calibration: {
    what: "rows of text to measure on",
    advice: "Name a file of rows, --calibration ROWS.jsonl, or a task, --task sums.",
  },
} as const;

async function findWeights(
  { openSession }: ComposeParts,
  method: ScoredMethod,
  options: OptionValues,
  request: ComposeRequest,
  job: CallJob,
): Promise<ComposedMerge> {
  const session = await openSession(job.signal);
  const { parents, search } = request;
  if (method.name === "perplexity") {
    const inputs = options.inputs as PerplexityInputs;
    const rows = { ...request.calibration!, inputs };
    const perplexities = await measurePerplexities(session, parents, rows, job);
    const phis = perplexities.map(({ pooled, perSequence }) =>
      options.definition === "pooled" ? pooled.value : perSequence.value,
    );
    return {
      recipe: { parents, coefficients: perplexityWeights(phis) },
      story: { kind: "perplexity", inputs, perplexities },
    };
  }
  const objective = await session.objective({ parents, ...request.task!, metric: null }, job);
  if (method.name === "greedy") {
    const { weights, steps } = await greedySoup(objective, options.ties as GreedyTies, job);
    return { recipe: { parents, coefficients: weights }, story: { kind: "greedy", steps } };
  }
  const settings = search ?? defaultSearchSettings(parents.length);
  const { trials, best } = await runOptimize(
    objective,
    { settings, history: [], trials: settings.trials, picked: [], race: null },
    { ...job, onParent() {}, onAsk() {}, onTrial() {}, onRound() {} },
  );
  const chosen = trials[best ?? 0];
  if (chosen === undefined) throw new AppError("usage", "A search of no trials finds nothing.");
  const { value, stderr, n } = chosen;
  return {
    recipe: { parents, coefficients: chosen.weights },
    story: { kind: "bayes", trials: trials.length, best: { value, stderr, n } },
  };
}

async function deriveMerge(
  parts: ComposeParts,
  method: TensorMethod | StatisticsMethod,
  options: OptionValues,
  { parents: names, base: baseName, calibration }: ComposeRequest,
  job: CallJob,
): Promise<ComposedMerge> {
  const { shelf, contents, derived } = parts;
  const { signal } = job;
  const all = await shelf.openParents(baseName === null ? names : [...names, baseName], signal);
  const parents = all.slice(0, names.length);
  const used = method.needs.includes("base") ? all : parents;
  const keys: string[] = [];
  for (const { name } of used) keys.push(await contents.of(name, job));
  const rows =
    method.kind === "statistics"
      ? await calibrationOf(parts, method, options, parents, calibration!, job)
      : null;
  const base = method.needs.includes("base") ? (all.at(-1) ?? null) : null;
  const measured =
    rows === null || method.kind !== "statistics"
      ? null
      : {
          rowsKey: rows.key,
          measure: (during: CallJob) => measureParents(parts, method, parents, rows, during),
        };
  const name = await derived.add({ method, options, parents, contents: keys, base, measured }, signal);
  return {
    recipe: { parents: [name], coefficients: [1] },
    story: { kind: "tensors", rows: rows?.count ?? 0, tokens: rows?.tokens ?? 0 },
  };
}

/** Rows as batches, for a method's statistic. */
function calibrationOf(
  { shelf, catalogue }: ComposeParts,
  { statistic }: StatisticsMethod,
  options: OptionValues,
  parents: readonly OpenedCheckpoint[],
  rows: RowsOf,
  job: CallJob,
): Promise<Calibration> {
  const rowsAtOnce = options.fisher === "batch" ? BATCH_ROWS : 1;
  return calibrationBatches(
    { catalogue, kit: shelf.tokenKit(parents[0]!) },
    rows,
    { rowsAtOnce, everyPlace: statistic === "grams" },
    job.signal,
  );
}

/** Statistics of each parent on the same rows; those measured last are remembered. */
async function measureParents(
  { openSession, clock, remembered }: ComposeParts,
  { statistic }: StatisticsMethod,
  parents: readonly OpenedCheckpoint[],
  { batches, count, key }: Calibration,
  job: CallJob,
): Promise<ParentStatistics> {
  const session = await openSession(job.signal);
  const statistics: ReadonlyMap<string, Float32Array>[] = [];
  for (const { name } of parents) {
    const own = JSON.stringify([name, statistic, key]);
    const known = remembered.get(own);
    if (known !== undefined) {
      statistics.push(known);
      continue;
    }
    const progress = createProgress(clock, `measuring ${name}`, batches.length, "batches");
    const watched = {
      signal: job.signal,
      onBatch: (done: number) => job.onProgress(progress(done)),
    };
    const sums = await session.statistics({ checkpoint: name, statistic, batches }, watched, job);
    const measured = statistic === "grams" ? sums : overRows(sums, count);
    const [oldest] = remembered.keys();
    if (remembered.size >= MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    remembered.set(own, measured);
    statistics.push(measured);
  }
  return statistics;
}

/** Checkpoints whose statistics stay in memory: neighbours are merged one pair after another. */
const MOST_REMEMBERED = 3;

/** Sums as means over rows. */
function overRows(sums: ReadonlyMap<string, Float32Array>, rows: number): ReadonlyMap<string, Float32Array> {
  return new Map([...sums].map(([name, sum]) => [name, sum.map((value) => value / rows)]));
}
