/**
 * Maximisation of an acquisition function over the search space. For two parents: a dense grid over [α, 1], its best
 * local maxima polished by golden section. For more: evenly spread weights, the best polished by L-BFGS in sticks.
 *
 * The objective is measured on the same items every time, so that the same weights give the same value and
 * measuring them again teaches nothing. So a maximiser closer than δ (largest difference of a weight) to a measured
 * point gives way to the best point at least δ from all of them, and the result says so. δ = 0.005, or less when so
 * many points are measured that they would fill the space: (1 − α)/(4(n + 1)).
 * Pure and deterministic.
 */
import { minimizeInBox } from "../numerics/lbfgs.ts";
import { sobolPoints } from "../numerics/sobol.ts";
import {
  cornersOf,
  inputOf,
  pullBack,
  type SearchSpace,
  sticksOfWeights,
  weightDistance,
  weightsOfLambda,
  weightsOfSticks,
  weightsOfUniform,
} from "./searchSpace.ts";

/** A function of the process's input (see `inputOf`); writes its gradient where asked. */
export type InputFunction = (input: ArrayLike<number>, gradient: Float64Array | null) => number;

/** A maximiser; `movedFrom` is the true one where that was too close to a measured point. */
export type Maximum = {
  readonly weights: readonly number[];
  readonly value: number;
  readonly movedFrom: readonly number[] | null;
};

/** A point to compare: weights and height. */
export type Candidate = { readonly weights: readonly number[]; readonly value: number };

const SEPARATION = 0.005;
const GRID_POINTS = 201;
const SPREAD_POINTS = 512;
const POLISHED = 3;
const STEPS_FROM_INCUMBENT = [0.02, 0.1, 0.3];
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const GOLDEN_TOLERANCE = 1e-9;
const STOPPING = { gradientTolerance: 1e-8, valueTolerance: 1e-13, maxIterations: 60 };

/** Least distance of a new point from measured ones (see above). */
export function separationFor({ alpha }: SearchSpace, measured: number): number {
  return Math.min(SEPARATION, (1 - alpha) / (4 * (measured + 1)));
}

/**
 * The candidates of the search before polishing. For two parents a grid over [α, 1]. For more: evenly spread weights,
 * the corners of the space, and points on the way from the incumbent to each corner, where improvement is often found.
 */
export function spreadWeights(
  space: SearchSpace,
  incumbent: readonly number[] | null = null,
): readonly (readonly number[])[] {
  if (space.parents === 2)
    return Array.from({ length: GRID_POINTS }, (_, i) => weightsOfSticks(space, [i / (GRID_POINTS - 1)]));
  const spread = sobolPoints(SPREAD_POINTS, space.parents - 1, null).map((u) => weightsOfUniform(space, u));
  const corners = cornersOf(space);
  // An incumbent given from outside may have less than α of the newest parent; no candidate may.
  const near =
    incumbent === null || incumbent.at(-1)! < space.alpha
      ? []
      : corners.flatMap((corner) => STEPS_FROM_INCUMBENT.map((step) => between(incumbent, corner, step)));
  return [...spread, ...corners, ...near];
}

/** A share of the way; what rounding an incumbent given from outside has in its sum is taken out. */
function between(from: readonly number[], to: readonly number[], share: number): readonly number[] {
  const weights = from.map((weight, i) => weight + share * (to[i]! - weight));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * The maximum of `f` over the space, at a distance from the measured points.
 * @param coarse the heights of `f` at `spreadWeights(space)`, in that order
 */
export function maximizeOverSpace(
  f: InputFunction,
  space: SearchSpace,
  coarse: readonly Candidate[],
  measured: readonly (readonly number[])[],
): Maximum {
  const polished = space.parents === 2 ? polishOnSegment(f, coarse) : polishInSticks(f, space, coarse);
  const separation = separationFor(space, measured.length);
  const edges = space.parents === 2 ? edgesOf(f, space, measured, separation) : [];
  return keepApart([...polished, ...coarse, ...edges], measured, separation);
}

/** The best candidate, or where that is too close to a measured point, the best that is not. */
export function keepApart(
  candidates: readonly Candidate[],
  measured: readonly (readonly number[])[],
  separation: number,
): Maximum {
  const best = highest(candidates);
  // Rounding must not exclude the points placed exactly at the least distance.
  const least = separation * (1 - 1e-9);
  const isApart = ({ weights }: Candidate): boolean =>
    measured.every((point) => weightDistance(point, weights) >= least);
  if (isApart(best)) return { ...best, movedFrom: null };
  const apart = candidates.filter(isApart);
  return apart.length === 0 ? { ...best, movedFrom: null } : { ...highest(apart), movedFrom: best.weights };
}

/** The first of the highest. */
function highest(candidates: readonly Candidate[]): Candidate {
  return candidates.reduce((a, b) => (b.value > a.value ? b : a));
}

/** The best local maxima of a grid over λ, each found within its two neighbours. */
function polishOnSegment(f: InputFunction, grid: readonly Candidate[]): readonly Candidate[] {
  const peaks = grid.flatMap(({ value }, i) => {
    const before = grid[i - 1]?.value ?? Number.NEGATIVE_INFINITY;
    const after = grid[i + 1]?.value ?? Number.NEGATIVE_INFINITY;
    return value >= before && value >= after ? [{ i, value }] : [];
  });
  return peaks
    .sort((a, b) => b.value - a.value)
    .slice(0, POLISHED)
    .map(({ i }) => {
      const low = grid[Math.max(0, i - 1)]!.weights[1]!;
      const high = grid[Math.min(grid.length - 1, i + 1)]!.weights[1]!;
      const inside = goldenSection((lambda) => f([lambda], null), low, high);
      // A maximum at an end of the interval is only approached from within.
      return highest([grid[i]!, { weights: weightsOfLambda(inside.x), value: inside.value }]);
    });
}

/** Maximum of a function with one peak in [low, high] (Kiefer 1953). */
function goldenSection(
  f: (x: number) => number,
  low: number,
  high: number,
): { readonly x: number; readonly value: number } {
  let a = low;
  let b = high;
  let x1 = b - GOLDEN * (b - a);
  let x2 = a + GOLDEN * (b - a);
  let f1 = f(x1);
  let f2 = f(x2);
  while (b - a > GOLDEN_TOLERANCE) {
    if (f1 >= f2) {
      b = x2;
      [x2, f2] = [x1, f1];
      x1 = b - GOLDEN * (b - a);
      f1 = f(x1);
    } else {
      a = x1;
      [x1, f1] = [x2, f2];
      x2 = a + GOLDEN * (b - a);
      f2 = f(x2);
    }
  }
  return f1 >= f2 ? { x: x1, value: f1 } : { x: x2, value: f2 };
}

/** The points exactly at the least distance from measured λ, within [α, 1]. */
function edgesOf(
  f: InputFunction,
  { alpha }: SearchSpace,
  measured: readonly (readonly number[])[],
  separation: number,
): readonly Candidate[] {
  return measured
    .flatMap((weights) => [weights[1]! - separation, weights[1]! + separation])
    .filter((lambda) => lambda >= alpha && lambda <= 1)
    .map((lambda) => ({ weights: weightsOfLambda(lambda), value: f([lambda], null) }));
}

function polishInSticks(
  f: InputFunction,
  space: SearchSpace,
  coarse: readonly Candidate[],
): readonly Candidate[] {
  const size = space.parents - 1;
  const bounds = { lower: new Float64Array(size), upper: new Float64Array(size).fill(1) };
  const inputGradient = new Float64Array(space.parents);
  const negative = (sticks: Float64Array, gradient: Float64Array): number => {
    const value = f(inputOf(weightsOfSticks(space, sticks)), inputGradient);
    pullBack(space, sticks, inputGradient).forEach((g, i) => {
      gradient[i] = -g;
    });
    return -value;
  };
  return [...coarse]
    .sort((a, b) => b.value - a.value)
    .slice(0, POLISHED)
    .map(({ weights }) => {
      const minimum = minimizeInBox(negative, sticksOfWeights(space, weights), bounds, STOPPING);
      return { weights: weightsOfSticks(space, minimum.x), value: -minimum.value };
    });
}
