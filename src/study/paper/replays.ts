/**
 * Searches replayed on a sweep's table: the same 100 merges of one pair answer every search of every study, and what a search
 * returns is judged on the other half's table.
 */
import { createProgress, throwIfCancelled } from "../../base/job.ts";
import { turnSign } from "../../domain/measure.ts";
import type { ItemOutcomes, ScoreCurve } from "../../domain/replay.ts";
import type { SearchSettings } from "../../domain/surrogate.ts";
import { isRight } from "../../evaluate/metrics.ts";
import { nextTurn } from "../../evaluate/nextTurn.ts";
import { lossOf } from "../../evaluate/significance.ts";
import { mean, standardError } from "../../numerics/statistics.ts";
import { curveOfShare, nearestIndex, replayOne } from "../replaySearches.ts";
import type { BenchTask, StudyBench } from "./bench.ts";
import { metricOf } from "./differences.ts";
import { choosePairs, lineRecipe, SWEPT } from "./lambda.ts";

/** Seeds of every arm. */
export const SEEDS = 30;

/** One way to search. */
export type Arm = {
  readonly label: string;
  readonly settings: SearchSettings;
  /** The share of the search half that it sees. */
  readonly share: number;
};

/** What the searches of an arm came to; objective units, one entry a seed. */
export type ArmResult = {
  readonly arm: Arm;
  /** λ that was returned: the best of what was seen, parents included. */
  readonly lambda: readonly number[];
  /** Its score on what the search saw, and on the other half. */
  readonly seen: readonly number[];
  readonly unseen: readonly number[];
};

/** Both halves' tables of the pair of like scores. */
export type Tables = {
  readonly parents: readonly [string, string];
  readonly search: ScoreCurve;
  readonly test: ScoreCurve;
  readonly items: ItemOutcomes;
};

/** Measures the tables, or looks them up. */
export async function tablesOf(bench: StudyBench, task: BenchTask): Promise<Tables> {
  const [, parents] = await choosePairs(bench, task);
  const progress = createProgress(bench.clock, "sweeping λ", 2 * SWEPT.length, "merges");
  let done = 0;
  const rows: number[][] = [];
  const along = async (half: "search" | "test"): Promise<ScoreCurve> => {
    const value: number[] = [];
    const stderr: (number | null)[] = [];
    for (const lambda of SWEPT) {
      bench.job.onProgress(progress(done++));
      const evaluation = await bench.evaluate(lineRecipe(parents, lambda), task, half);
      const cell = metricOf(evaluation, task.measure);
      value.push(turnSign(task.measure, cell.value));
      stderr.push(cell.stderr ?? null);
      if (half === "search")
        rows.push(
          evaluation.items.map((item) => {
            const right = isRight(item, task.measure.metric);
            return right === null ? -lossOf(item).loss / lossOf(item).tokens : Number(right);
          }),
        );
    }
    return { lambda: SWEPT, value, stderr };
  };
  const [search, test] = [await along("search"), await along("test")];
  return {
    parents,
    search,
    test,
    items: { items: rows[0]!.length, outcomes: Float32Array.from(rows.flat()) },
  };
}

/** Every arm with every seed. */
export async function replayArms(
  bench: StudyBench,
  { search, test, items }: Tables,
  arms: readonly Arm[],
): Promise<readonly ArmResult[]> {
  const progress = createProgress(bench.clock, "replaying searches", SEEDS * arms.length, "searches");
  const results = arms.map((arm) => ({
    arm,
    lambda: [] as number[],
    seen: [] as number[],
    unseen: [] as number[],
  }));
  for (let seed = 0; seed < SEEDS; seed++) {
    for (const [k, { settings, share }] of arms.entries()) {
      const curve = share === 1 ? search : curveOfShare(search, items, share, seed);
      const path = replayOne(curve, { ...settings, seed });
      const met = [0, 1, ...path.map(({ lambda }) => lambda)].map((lambda) => nearestIndex(curve, lambda));
      const best = met.reduce((a, b) => (curve.value[b]! > curve.value[a]! ? b : a));
      results[k]!.lambda.push(curve.lambda[best]!);
      results[k]!.seen.push(curve.value[best]!);
      results[k]!.unseen.push(test.value[best]!);
      bench.job.onProgress(progress(seed * arms.length + k + 1));
    }
    await nextTurn();
    throwIfCancelled(bench.job.signal);
  }
  return results;
}

/** Mean over seeds and its standard error. */
export function overSeeds(values: readonly number[]): { readonly value: number; readonly stderr: number } {
  return { value: mean(values), stderr: standardError(values) };
}

/** The better parent's score on the other half. */
export function parentOf({ test }: Tables): number {
  return Math.max(test.value[0]!, test.value.at(-1)!);
}
