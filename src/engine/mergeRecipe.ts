/**
 * The recipe that a merge method makes of checkpoints: the roofs' way to the table of methods. Runs everywhere; reads
 * no weights.
 */
import { AppError } from "../base/errors.ts";
import type { Recipe } from "../domain/recipe.ts";
import type { OptionValues } from "../merge/method.ts";
import { findMergeMethod, MERGE_METHODS } from "../merge/methods/table.ts";

/** Names of the methods there are, the default first. */
export const MERGE_METHOD_NAMES: readonly string[] = MERGE_METHODS.map(({ name }) => name);

/**
 * @param parents oldest first.
 * @throws AppError `usage` for an unknown method, or options that do not fit the number of checkpoints.
 */
export function mergeRecipe(parents: readonly string[], method: string, options: OptionValues): Recipe {
  const found = findMergeMethod(method);
  if (found.kind !== "weights") throw new AppError("internal", `The method ${method} has no coefficients.`);
  return { parents, coefficients: found.coefficients(parents.length, options) };
}
