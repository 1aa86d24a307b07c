/** What is timed on an engine, the same in Node and in a page: one merge, a sweep, the pair matrix, a step of advice. */

import type { BackendChoice, BackendInfo } from "../src/domain/backend.ts";
import { pairRecipe } from "../src/domain/recipe.ts";
import { defaultSearchSettings } from "../src/domain/searchDefaults.ts";
import type { SuggestSettings } from "../src/domain/surrogate.ts";
import type { Engine, Job } from "../src/rpc/protocol.ts";

/** λ measured before anything counts: the first runs of a session compile. */
const WARM_UP = 3;
const REPEATS = 9;
const SWEEP_POINTS = 100;
const MATRIX_CHECKPOINTS = 11;
const OBSERVATIONS = 30;

/** Times in milliseconds; single ones are medians. */
export type WorkloadTimes = {
  readonly backend: BackendInfo;
  readonly task: string;
  readonly rows: number;
  /** Tokens that went through the model at one λ. */
  readonly tokens: number;
  /** One new λ: merge, then evaluate all rows. */
  readonly evaluationMs: number;
  readonly sweepPoints: number;
  readonly sweepMs: number;
  readonly matrixCells: number;
  readonly matrixMs: number;
  /** `suggest` on 30 rows: fit, curves, leave-one-out and the next λ. */
  readonly suggestMs: number;
};

const quietJob = (): Job => ({ signal: new AbortController().signal, emit: () => undefined });

/** Runs everything once, the single merges repeatedly, on the shipped run's default task and pair. */
export async function measureWorkload(
  engine: Engine,
  choice: BackendChoice,
  threads: number,
): Promise<WorkloadTimes> {
  const backend = await engine.call("start", { backend: choice, threads }, quietJob());
  const run = await engine.call("openDemo", {}, quietJob());
  const [older, newer] = run.defaultPair;
  const task = run.defaultTask;
  const subject = (parents: readonly string[]) => ({
    ...{ parents, task, metric: null, limit: null },
    split: "search" as const,
  });
  const evaluate = (lambda: number) => {
    const recipe = pairRecipe(older, newer, lambda);
    return engine.call("evaluate", { recipe, task, split: "search", limit: null }, quietJob());
  };
  // What was measured before would be looked up.
  const forget = () => engine.call("clearResults", {}, quietJob());
  const evaluations = await repeat(evaluate, forget);
  const lambdas = Array.from({ length: SWEEP_POINTS }, (_, i) => i / (SWEEP_POINTS - 1));
  await forget();
  const sweepMs = await timeMs(() =>
    engine.call("sweep", { subject: subject([older, newer]), lambdas, race: null }, quietJob()),
  );
  await forget();
  const late = run.checkpoints.slice(-MATRIX_CHECKPOINTS).map(({ name }) => name);
  const settings = defaultSearchSettings(2);
  const matrixMs = await timeMs(() =>
    engine.call("matrix", { subject: subject(late), rule: "greedy", settings, known: [] }, quietJob()),
  );
  return {
    backend,
    task,
    rows: evaluations[0]!.result.n,
    tokens: evaluations[0]!.result.tokens,
    evaluationMs: median(evaluations.map(({ ms }) => ms)),
    sweepPoints: SWEEP_POINTS,
    sweepMs,
    matrixCells: (late.length * (late.length - 1)) / 2,
    matrixMs,
    suggestMs: median((await repeat(() => adviseMs(engine))).map(({ ms }) => ms)),
  };
}

/** A smooth curve with a little noise on it, as a search would have measured. */
function adviseMs(engine: Engine) {
  const rows = Array.from({ length: OBSERVATIONS }, (_, i) => {
    const lambda = ((i * 0.618034) % 1) * 0.5 + 0.5;
    const value = 0.6 + 0.05 * Math.sin(3 * lambda) + 0.005 * Math.sin(71 * lambda);
    return { weights: [1 - lambda, lambda], value, stderr: null };
  });
  const settings: SuggestSettings = {
    alpha: 0.5,
    acquisition: "ei",
    kernel: "matern52",
    noise: "fitted",
    incumbent: "posterior",
    beta: 2,
    gridPoints: 201,
    seed: 0,
    fixed: {},
    standardize: true,
    estimate: "likelihood",
    batch: 1,
  };
  return engine.call("suggest", { rows, settings }, quietJob());
}

async function repeat<T>(
  work: (argument: number) => Promise<T>,
  prepare: () => Promise<unknown> = async () => undefined,
): Promise<readonly { readonly ms: number; readonly result: T }[]> {
  for (let i = 0; i < WARM_UP; i++) await work((i + 1) / 100);
  const timed = [];
  for (let i = 0; i < REPEATS; i++) {
    await prepare();
    const start = performance.now();
    const result = await work((i + 1) / (REPEATS + 1));
    timed.push({ ms: performance.now() - start, result });
  }
  return timed;
}

async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The middle one of an odd number of values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
