/** The table of merge methods as the roofs see it. Runs everywhere; reads no weights. */
import type { MethodDescription, OptionValues } from "../domain/mergeMethod.ts";
import type { Recipe } from "../domain/recipe.ts";
import { completeOptions } from "../merge/methods/options.ts";
import { findMergeMethod, MERGE_METHODS } from "../merge/methods/table.ts";

/** Every method, the default first. */
export const METHOD_DESCRIPTIONS: readonly MethodDescription[] = MERGE_METHODS;

/**
 * The recipe of a method whose weights need no look at anything; `null` for other methods.
 * @param parents oldest first.
 * @throws AppError `usage` for an unknown method, or options that do not fit the number of checkpoints.
 */
export function mergeRecipe(
  parents: readonly string[],
  method: string,
  options: OptionValues,
): Recipe | null {
  const found = findMergeMethod(method);
  if (found.kind !== "weights") return null;
  return { parents, coefficients: found.coefficients(parents.length, completeOptions(found, options)) };
}
