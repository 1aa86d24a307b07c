/**
 * How many merges does a predicted sweep need? `npx tsx bench/margins.ts`: on pairs of the shipped run and, with --full, on a
 * model of Pythia-70M's shape, the staircase predicted from the margins of all items at few λ against the measured sweep of
 * 101 λ, beside linear interpolation of the same accuracies and a Gaussian process over them. Errors are in standard
 * errors of an accuracy; the question is when they are within a half.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fitGp } from "../src/bayes/fit.ts";
import { posteriorAt } from "../src/bayes/gp.ts";
import { fitMarginCurves, marginNodes } from "../src/bayes/marginCurves.ts";
import { createNodeEngine } from "../src/cli/nodePlatform.ts";
import { matrixFromRows } from "../src/numerics/matrix.ts";
import { mean, sampleStandardDeviation } from "../src/numerics/statistics.ts";
import { marginOf } from "../src/study/marginSweep.ts";
import { writeRandomCheckpoint } from "./fullSize.ts";

const PAIRS = [
  [3000, 3200],
  [2800, 4600],
  [3600, 4400],
  [600, 3000],
  [200, 4600],
] as const;
const TASKS = ["knowledge-en", "physical"] as const;
const MERGES = [2, 3, 4, 6, 8] as const;
/** Points of a measured sweep; fewer of the model whose merges take seconds. */
const [POINTS, FULL_POINTS] = [101, 41];
const FULL_ITEMS = 100;

type Swept = {
  readonly grid: readonly number[];
  readonly margins: readonly (readonly number[])[];
  readonly accuracy: readonly number[];
  readonly stderr: number;
};

const engine = createNodeEngine({});
const job = { signal: new AbortController().signal, emit: () => undefined };

async function sweep(
  parents: readonly string[],
  task: string,
  points: number,
  limit: number | null,
): Promise<Swept> {
  const rows = [];
  const grid = Array.from({ length: points }, (_, i) => i / (points - 1));
  for (const lambda of grid) {
    const recipe = { parents, coefficients: [1 - lambda, lambda] };
    rows.push(await engine.call("evaluate", { recipe, task, split: "search", limit }, job));
  }
  const accuracy = rows.map(({ metrics }) => metrics.acc!.value);
  return {
    grid,
    margins: rows.map(({ items }) => items.map(marginOf)),
    accuracy,
    stderr: Math.max(...rows.map(({ metrics }) => metrics.acc!.stderr ?? 0)),
  };
}

/** Root mean square and largest error over the grid, in standard errors. */
function errors(
  predict: (lambda: number) => number,
  { grid, accuracy, stderr }: Swept,
): readonly [number, number] {
  const off = grid.map((lambda, i) => Math.abs(predict(lambda) - accuracy[i]!) / stderr);
  return [Math.sqrt(mean(off.map((x) => x * x))), Math.max(...off)];
}

function compare(swept: Swept, merges: number) {
  const { grid } = swept;
  const places = [0, ...marginNodes(merges), 1].map((lambda) => Math.round((grid.length - 1) * lambda));
  const lambda = places.map((i) => grid[i]!);
  const values = places.map((i) => swept.accuracy[i]!);
  const curves = fitMarginCurves({ lambda, margins: places.map((i) => swept.margins[i]!) });
  const inside = mean(
    grid.map((at, i) => {
      const { value, std } = curves.accuracyAt(at);
      return Math.abs(value - swept.accuracy[i]!) <= 2 * std + 0.5 / swept.margins[0]!.length ? 1 : 0;
    }),
  );
  return {
    margins: errors((at) => curves.accuracyAt(at).value, swept),
    linear: errors((at) => interpolate(lambda, values, at), swept),
    process: errors(processOver(lambda, values), swept),
    inside,
  };
}

function interpolate(lambda: readonly number[], values: readonly number[], at: number): number {
  const right = Math.max(
    1,
    lambda.findIndex((x) => x >= at),
  );
  const share = (at - lambda[right - 1]!) / (lambda[right]! - lambda[right - 1]!);
  return values[right - 1]! + share * (values[right]! - values[right - 1]!);
}

function processOver(lambda: readonly number[], values: readonly number[]): (at: number) => number {
  const [shift, scale] = [mean(values), sampleStandardDeviation(values) || 1];
  const { gp } = fitGp({
    kernel: "matern52",
    inputs: matrixFromRows(lambda.map((x) => [x])),
    targets: values.map((value) => (value - shift) / scale),
    noiseVariances: null,
    fixed: {},
    estimate: "map",
    seed: 0,
  });
  return (at) => shift + scale * posteriorAt(gp, [at]).mean;
}

await engine.call("start", { backend: "auto", threads: 2 }, job);
await engine.call("openDemo", {}, job);
console.log("errors in standard errors of one accuracy: root mean square (largest over λ)");
console.log(["task", "pair", "merges", "margins", "linear", "process", "inside ±2"].join("\t"));
const needed: Record<string, number[]> = {};

function tell(task: string, pair: string, swept: Swept): void {
  const rows = MERGES.map((merges) => ({ merges, ...compare(swept, merges) }));
  for (const { merges, margins, linear, process: gp, inside } of rows) {
    const shown = ([rms, most]: readonly [number, number]): string =>
      `${rms.toFixed(2)} (${most.toFixed(2)})`;
    const cells = [merges, shown(margins), shown(linear), shown(gp), `${Math.round(100 * inside)} %`];
    console.log([task, pair, ...cells].join("\t"));
  }
  for (const name of ["margins", "linear", "process"] as const)
    for (const [k, measure] of ["rms", "largest"].entries()) {
      const enough = rows.find((row) => row[name][k]! <= 0.5)?.merges ?? Number.POSITIVE_INFINITY;
      const label = `${name}, ${measure}`;
      needed[label] = [...(needed[label] ?? []), enough];
    }
}

for (const task of TASKS)
  for (const [older, newer] of PAIRS)
    tell(task, `${older}–${newer}`, await sweep([`demo:${older}`, `demo:${newer}`], task, POINTS, null));
if (process.argv.includes("--full")) {
  const folder = mkdtempSync(join(tmpdir(), "mergescope-margins-"));
  const parents = [0, 1].map((seed) => join(folder, `seed${seed}`));
  for (const [seed, path] of parents.entries()) await writeRandomCheckpoint(path, "pythia-70m", seed);
  tell("knowledge-en", "70M shape", await sweep(parents, "knowledge-en", FULL_POINTS, FULL_ITEMS));
  rmSync(folder, { recursive: true });
}
for (const [name, counts] of Object.entries(needed))
  console.log(`${name}: merges until within half a standard error: ${counts.join(", ")}`);
