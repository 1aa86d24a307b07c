/** The controls that a search is compared with: they look at no measurement. Pure; draws are named by seed and trial. */
import { type AcquisitionChoice, CONTROLS, type ControlName } from "../domain/surrogate.ts";
import { createRng } from "../numerics/rng.ts";
import { sobolPoints } from "../numerics/sobol.ts";
import { type SearchSpace, weightsOfSticks, weightsOfUniform } from "./searchSpace.ts";

/** Whether this is a control. */
export function isControl(choice: AcquisitionChoice): choice is ControlName {
  return CONTROLS.some((control) => control === choice);
}

/**
 * Where a control goes: uniform weights of the space, or the centres of as many equal cells of [α, 1] as trials are
 * planned, in rising order (for more than two parents the plain Sobol' sequence in their place).
 * @param number 0-based trial of `planned` ones
 */
export function controlWeights(
  space: SearchSpace,
  control: ControlName,
  seed: number,
  number: number,
  planned: number,
): readonly number[] {
  const size = space.parents - 1;
  if (control === "random") {
    const rng = createRng(seed, "random", number);
    return weightsOfUniform(
      space,
      Array.from({ length: size }, () => rng.uniform()),
    );
  }
  if (size === 1) return weightsOfSticks(space, [((number % planned) + 0.5) / planned]);
  // The first point of the plain sequence is a corner, the second the middle.
  return weightsOfUniform(space, sobolPoints(number + 2, size, null)[number + 1]!);
}
