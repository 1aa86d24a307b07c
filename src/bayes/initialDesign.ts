/**
 * The points measured before the model chooses: the newest parent alone (λ = 1), unless its score is given, then
 * scrambled Sobol' points of the search space. A function of the settings and the given observations only. Pure.
 */
import { sobolPoints } from "../numerics/sobol.ts";
import { newestOnly, type SearchSpace, weightDistance, weightsOfUniform } from "./searchSpace.ts";

const SAME = 1e-9;

/**
 * @param trials how many points the design has, the newest parent included; one fewer are to be measured when given
 * @param given weights of observations from outside
 */
export function initialDesign(
  space: SearchSpace,
  trials: number,
  given: readonly (readonly number[])[],
  seed: number,
): readonly (readonly number[])[] {
  const newest = newestOnly(space);
  const isGiven = given.some((weights) => weightDistance(weights, newest) < SAME);
  const spread = sobolPoints(Math.max(0, trials - 1), space.parents - 1, `initial ${seed}`).map((u) =>
    weightsOfUniform(space, u),
  );
  return isGiven || trials < 1 ? spread : [newest, ...spread];
}
