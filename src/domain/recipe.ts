/** A merge as a value: Θ = Σ λᵢ Θᵢ (P1 eq. 1). */

/** Which checkpoints, oldest first, and the coefficient of each. */
export type Recipe = {
  readonly parents: readonly string[];
  /** One a parent, same order; they sum to 1 for a linear merge. */
  readonly coefficients: readonly number[];
};

/** λΘ_newer + (1−λ)Θ_older (P1 eq. 2): λ is the weight of the newer checkpoint. */
export function pairRecipe(older: string, newer: string, lambda: number): Recipe {
  return { parents: [older, newer], coefficients: [1 - lambda, lambda] };
}

/** One checkpoint as it is. */
export function soleRecipe(checkpoint: string): Recipe {
  return { parents: [checkpoint], coefficients: [1] };
}

/** Without parents of weight 0, which then need not be on the device. */
export function withoutZeros({ parents, coefficients }: Recipe): Recipe {
  const kept = parents.map((_, i) => i).filter((i) => coefficients[i] !== 0);
  return { parents: kept.map((i) => parents[i]!), coefficients: kept.map((i) => coefficients[i]!) };
}
