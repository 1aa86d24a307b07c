/**
 * Computes the results that ship with the demo from the shipped checkpoints and writes `public/demo/results.json`:
 * every task's trajectory, and, for the default task and pair, a sweep, a search with its held-out comparison, and the
 * matrix of all its checkpoints. Run: `npm run demo:results`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createNodeEngine } from "../src/cli/nodePlatform.ts";
import type { RunInfo } from "../src/domain/checkpoint.ts";
import { measuresOf, turnSign } from "../src/domain/measure.ts";
import { soleRecipe } from "../src/domain/recipe.ts";
import { defaultSearchSettings } from "../src/domain/searchDefaults.ts";
import type { ShippedResults, Trajectory } from "../src/domain/shipped.ts";
import type { Score } from "../src/domain/study.ts";
import type { TaskInfo } from "../src/domain/task.ts";
import type { Engine, SubjectRequest } from "../src/rpc/protocol.ts";

const FILE = fileURLToPath(new URL("../public/demo/results.json", import.meta.url));
const MAX_BYTES = 600_000;
/** λ = 0, 0.025, …, 1. */
const SWEEP_POINTS = 41;
const TRIALS = 14;

const job = { signal: new AbortController().signal, emit: () => undefined };

async function computeResults(engine: Engine): Promise<ShippedResults> {
  const run = await engine.call("openDemo", {}, job);
  const subject: SubjectRequest = {
    parents: run.defaultPair,
    task: run.defaultTask,
    split: "search",
    metric: null,
    limit: null,
  };
  const trajectories: Trajectory[] = [];
  for (const task of run.tasks)
    trajectories.push(await timed(task.name, () => trajectoryOf(engine, run, task)));
  const lambdas = Array.from({ length: SWEEP_POINTS }, (_, i) => i / (SWEEP_POINTS - 1));
  const sweep = await timed("sweep", () => engine.call("sweep", { subject, lambdas, race: null }, job));
  const settings = { ...defaultSearchSettings(2), alpha: 0, trials: TRIALS };
  const search = { subject, settings, history: [], picked: [], journal: null, trials: TRIALS, race: null };
  const study = await timed("search", () => engine.call("optimize", search, job));
  const best = study.trials[study.best!]!;
  const heldout = await engine.call("compare", { subject, weights: best.weights }, job);
  const all = run.checkpoints.map(({ name }) => name);
  const pairs = { subject: { ...subject, parents: all }, rule: "uniform", settings, known: [] } as const;
  const matrix = await timed("matrix", () => engine.call("matrix", pairs, job));
  return {
    version: 1,
    computedWith: computedWith(),
    run,
    trajectories,
    sweep,
    study: { ...study, heldout },
    matrix,
  };
}

async function trajectoryOf(engine: Engine, run: RunInfo, task: TaskInfo): Promise<Trajectory> {
  const measure = measuresOf(task.kind)[0];
  const scores: Score[] = [];
  for (const { name } of run.checkpoints) {
    const request = { recipe: soleRecipe(name), task: task.name, split: "search", limit: null } as const;
    const { metrics, n } = await engine.call("evaluate", request, job);
    const { value, stderr } = metrics[measure.metric]!;
    scores.push({ value: turnSign(measure, value), stderr, n });
  }
  return { task: task.name, measure, scores };
}

function computedWith(): string {
  const versionIn = (path: string): string =>
    JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")).version;
  const runtime = versionIn("../node_modules/onnxruntime-node/package.json");
  return `MergeScope ${versionIn("../package.json")}, onnxruntime-node ${runtime}, CPU, fp32`;
}

async function timed<T>(label: string, work: () => Promise<T>): Promise<T> {
  const startMs = performance.now();
  const result = await work();
  console.log(`${label}: ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
  return result;
}

/** JSON has no infinities: better no file than one that comes back changed. */
function finite(_key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) throw new Error(`A result is ${value}.`);
  return value;
}

const results = await timed("all", () => computeResults(createNodeEngine({})));
const text = JSON.stringify(results, finite);
if (text.length > MAX_BYTES)
  throw new Error(`The results have ${text.length} bytes, more than ${MAX_BYTES}.`);
writeFileSync(FILE, `${text}\n`);
console.log(`${FILE}: ${text.length} bytes`);
