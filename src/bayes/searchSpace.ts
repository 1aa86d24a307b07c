/**
 * Where the search may go: weights of k parents, oldest first, wₖ ≥ α for the newest (P1 eq. 1 and 3). Pure.
 *
 * The Gaussian process of two parents sees λ itself. For more it sees all k weights, though any one of them follows
 * from the others: leaving one out would measure distances towards that parent differently, and so favour a corner.
 * With all of them the model is the same whatever order the parents are named in. Lengthscales are in units of weight.
 *
 * The search moves in *sticks* v ∈ [0, 1]^(k−1):
 *   wₖ = α(1 − v₁) + v₁,  wₖ₋₁ = v₂ · rest,  wₖ₋₂ = v₃ · rest …,  w₁ = rest,   rest = what is left of 1 so far.
 * Corners go to corners exactly. Uniform points u of the cube become uniform weights by v = 1 − (1 − u)^(1/(k − j)),
 * j = 1 … k−1; for two parents v = u and λ = α + (1 − α)u.
 */
import { AppError } from "../base/errors.ts";

/** k ≥ 2 parents and 0 ≤ α < 1. */
export type SearchSpace = { readonly parents: number; readonly alpha: number };

/** @throws AppError `usage` unless k is an integer ≥ 2 and 0 ≤ α < 1. */
export function checkSpace({ parents, alpha }: SearchSpace): void {
  if (!(Number.isInteger(parents) && parents >= 2))
    throw new AppError("usage", `A search needs at least two parents, not ${parents}.`);
  if (!(alpha >= 0 && alpha < 1))
    throw new AppError("usage", `The least weight of the newest parent, α, must be in [0, 1), not ${alpha}.`);
}

/** The weights of two parents: (1 − λ, λ). */
export function weightsOfLambda(lambda: number): readonly number[] {
  return [1 - lambda, lambda];
}

/** λ of two parents, else `null`. */
export function lambdaOf(weights: readonly number[]): number | null {
  return weights.length === 2 ? weights[1]! : null;
}

/** All weight on the newest parent. */
export function newestOnly({ parents }: SearchSpace): readonly number[] {
  return Array.from({ length: parents }, (_, i) => (i === parents - 1 ? 1 : 0));
}

/** The corners of the space: each parent with all the weight that the newest need not have. */
export function cornersOf({ parents, alpha }: SearchSpace): readonly (readonly number[])[] {
  return Array.from({ length: parents }, (_, corner) =>
    Array.from(
      { length: parents },
      (_, i) => (i === corner ? 1 - alpha : 0) + (i === parents - 1 ? alpha : 0),
    ),
  );
}

/** The Gaussian process's input: λ of two parents, all weights of more. */
export function inputOf(weights: readonly number[]): readonly number[] {
  return weights.length === 2 ? weights.slice(1) : weights;
}

/** Weights from sticks in [0, 1]^(k−1). */
export function weightsOfSticks(
  { parents, alpha }: SearchSpace,
  sticks: ArrayLike<number>,
): readonly number[] {
  const weights = new Array<number>(parents).fill(0);
  let rest = 1;
  for (let j = 0; j < parents - 1; j++) {
    const v = sticks[j]!;
    const weight = j === 0 ? alpha * (1 - v) + v : v * rest;
    weights[parents - 1 - j] = weight;
    rest = j === 0 ? (1 - alpha) * (1 - v) : rest * (1 - v);
  }
  weights[0] = rest;
  return weights;
}

/** Sticks from weights; where nothing is left to divide the stick is 0. Weights below α give a stick of 0. */
export function sticksOfWeights({ parents, alpha }: SearchSpace, weights: readonly number[]): Float64Array {
  const sticks = new Float64Array(parents - 1);
  const newest = weights[parents - 1]!;
  sticks[0] = Math.min(1, Math.max(0, (newest - alpha) / (1 - alpha)));
  let rest = 1 - newest;
  for (let j = 1; j < parents - 1; j++) {
    const weight = weights[parents - 1 - j]!;
    sticks[j] = rest > 0 ? Math.min(1, Math.max(0, weight / rest)) : 0;
    rest -= weight;
  }
  return sticks;
}

/** Gradient by sticks from the gradient by the process's input: the chain rule through `weightsOfSticks`. */
export function pullBack(
  { parents, alpha }: SearchSpace,
  sticks: ArrayLike<number>,
  inputGradient: ArrayLike<number>,
): Float64Array {
  const result = new Float64Array(parents - 1);
  const first = parents === 2 ? 1 : 0;
  // `after` is the derivative by what is left after stick j: all later weights are shares of it. The last of them is
  // the oldest parent's weight, which is no input for two parents.
  let after = first === 0 ? inputGradient[0]! : 0;
  const rests = restsBefore({ parents, alpha }, sticks);
  for (let j = parents - 2; j >= 0; j--) {
    const v = sticks[j]!;
    const byWeight = inputGradient[parents - 1 - j - first]!;
    result[j] = rests[j]! * (byWeight - after);
    after = v * byWeight + (1 - v) * after;
  }
  return result;
}

/** The amount each stick divides: 1 − α for the first, then what is left. */
function restsBefore({ parents, alpha }: SearchSpace, sticks: ArrayLike<number>): readonly number[] {
  const rests: number[] = [];
  let rest = 1 - alpha;
  for (let j = 0; j < parents - 1; j++) {
    rests.push(rest);
    rest *= 1 - sticks[j]!;
  }
  return rests;
}

/** Uniformly distributed weights from a uniformly distributed point of the cube. */
export function weightsOfUniform(space: SearchSpace, u: ArrayLike<number>): readonly number[] {
  const sticks = Array.from(u, (ui, j) => 1 - (1 - ui) ** (1 / (space.parents - 1 - j)));
  return weightsOfSticks(space, sticks);
}

/** Largest difference of any weight. */
export function weightDistance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((most, weight, i) => Math.max(most, Math.abs(weight - b[i]!)), 0);
}
