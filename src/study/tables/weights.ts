/** What every kind of table shares: refusing in words, and weights as they are meant. Pure. */
import { AppError } from "../../base/errors.ts";

/** Weights in a row may miss a sum of 1 by a rounding of the last digits a person writes. */
const SUM_TOLERANCE = 1e-3;

/** The most checkpoints a table may mix. */
export const MOST_WEIGHTS = 8;

/** λ as weights. */
export function weightsOfLambda(name: string, where: string, lambda: number): readonly number[] {
  if (!(lambda >= 0 && lambda <= 1))
    throw badTable(name, `${where}: λ is not between 0 and 1`, "Weights are between 0 and 1 and sum to 1.");
  return [1 - lambda, lambda];
}

/** Weights, rescaled by the rounding they carry. */
export function checkedWeights(name: string, where: string, weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (weights.length < 2 || weights.length > MOST_WEIGHTS)
    throw badTable(name, `${where}: it has ${weights.length} weights`, `Give 2 to ${MOST_WEIGHTS}.`);
  if (weights.some((weight) => !(weight >= 0)) || !(Math.abs(sum - 1) <= SUM_TOLERANCE))
    throw badTable(
      name,
      `${where}: the weights sum to ${sum} or are negative`,
      "Weights are between 0 and 1 and sum to 1.",
    );
  return weights.map((weight) => weight / sum);
}

/** As much of a table's own words as an error repeats. */
const LONGEST_WORDS = 200;

/** The error of a table that cannot be used. */
export function badTable(name: string, words: string, advice?: string, cause?: unknown): AppError {
  const short = words.length > LONGEST_WORDS ? `${words.slice(0, LONGEST_WORDS)}…` : words;
  return new AppError("bad-format", `The table ${name} cannot be used: ${short}.`, {
    ...(advice === undefined ? {} : { advice }),
    ...(cause === undefined ? {} : { cause }),
  });
}
