/**
 * The demo report's arithmetic: scores of merges with paired standard errors, along the line between two checkpoints.
 * Pure; what is measured comes in as outcomes of the same items at every merge.
 */
import type { MetricValue } from "../src/domain/evaluation.ts";
import { meanOf, pooledRatio } from "../src/evaluate/metrics.ts";

/** λ = 0, 0.1, …, 1. */
export const LAMBDAS: readonly number[] = Array.from({ length: 11 }, (_, i) => i / 10);

/** Smaller than any real difference between scores: what sums of products are off by. */
const ROUNDING = 1e-9;

/** One merge on one task, item by item: 1 or 0 for right and wrong (weight 1), or nats (weight: tokens). */
export type Outcomes = { readonly values: readonly number[]; readonly weights: readonly number[] };

/** One merge on each task of a measure, in the same order everywhere. */
export type TaskOutcomes = readonly Outcomes[];

/** A merge on the line between two checkpoints. Differences are gains: above 0 the merge is better, by whichever measure. */
export type CurvePoint = {
  readonly lambda: number;
  readonly score: MetricValue;
  /** Against the straight line between the parents' scores, (1 − λ) older + λ newer. */
  readonly overLine: MetricValue;
  readonly overBetter: MetricValue;
};

/** A pair's merges at every λ of the grid, the parents at its ends. */
export type Curve = { readonly points: readonly CurvePoint[] };

/**
 * Σ factorₖ · score of merge k, mean over tasks. Items are combined before their error is taken: all merges saw the
 * same ones. Tasks share no items, so their errors add in squares.
 */
export function contrast(
  terms: readonly { readonly factor: number; readonly of: TaskOutcomes }[],
): MetricValue {
  const tasks = terms[0]!.of.map((first, task) => {
    const values = first.values.map((_, item) =>
      terms.reduce((sum, { factor, of }) => sum + factor * of[task]!.values[item]!, 0),
    );
    return pooledRatio(values, first.weights);
  });
  const squares = tasks.reduce((sum, { stderr }) => sum + stderr! ** 2, 0);
  return { value: meanOf(tasks.map(({ value }) => value)).value, stderr: Math.sqrt(squares) / tasks.length };
}

/** @param merges at the λ of `LAMBDAS`; `higherIsBetter` says which way gains are counted. */
export function curveOf(merges: readonly TaskOutcomes[], higherIsBetter: boolean): Curve {
  const sign = higherIsBetter ? 1 : -1;
  const older = merges[0]!;
  const newer = merges.at(-1)!;
  const olderIsBetter = sign * contrast([difference(1, older), difference(-1, newer)]).value > 0;
  const better = olderIsBetter ? older : newer;
  const points = merges.map((merge, i): CurvePoint => {
    const lambda = LAMBDAS[i]!;
    return {
      lambda,
      score: contrast([difference(1, merge)]),
      overLine: contrast([
        difference(sign, merge),
        difference(-sign * (1 - lambda), older),
        difference(-sign * lambda, newer),
      ]),
      overBetter: contrast([difference(sign, merge), difference(-sign, better)]),
    };
  });
  return { points };
}

const difference = (factor: number, of: TaskOutcomes) => ({ factor, of });

/** The better parent's score. */
export function betterParent({ points }: Curve): MetricValue {
  const [older, newer] = [points[0]!, points.at(-1)!];
  return newer.overBetter.value >= older.overBetter.value ? newer.score : older.score;
}

/** The merge of the whole grid, ends included, that gains most; the first of equals. */
export function bestOf({ points }: Curve): CurvePoint {
  return points.reduce((best, point) => (point.overBetter.value > best.overBetter.value ? point : best));
}

/** The uniform merge, λ = ½. */
export function halfOf({ points }: Curve): CurvePoint {
  return points[(points.length - 1) / 2]!;
}

/** The merge farthest below the straight line between the parents, `null` where none is below. */
export function worstDip({ points }: Curve): CurvePoint | null {
  const inside = points.slice(1, -1);
  const worst = inside.reduce((found, point) =>
    point.overLine.value < found.overLine.value ? point : found,
  );
  return worst.overLine.value < -ROUNDING ? worst : null;
}

/** Whether a difference is more than two standard errors below 0. */
export function isClearlyBelow({ value, stderr }: MetricValue): boolean {
  return value < -2 * stderr!;
}
