/** What everything says at one λ, for the shared cursor. Pure. */
import type { Measure } from "../domain/measure.ts";
import type { SurrogateGrid } from "../domain/surrogate.ts";
import { type CurveName, scaledCurve } from "./acquisition.ts";
import { ACQUISITION_LABELS, formatLambda, formatScore } from "./format.ts";

/** A reading at one λ. */
export type Readout = {
  readonly lambda: string;
  /** "72.1 ± 0.9 %" of the posterior, or `null` without one. */
  readonly posterior: string | null;
  /** Each curve's height there, as a share of its maximum; `null` outside [α, 1]. */
  readonly curves: readonly { readonly name: CurveName; readonly share: string | null }[];
};

/** Reads the posterior and the acquisition functions at λ, linearly between grid points. */
export function readAt(
  lambda: number,
  grid: SurrogateGrid | null,
  measure: Measure,
  names: readonly CurveName[],
): Readout {
  const at = (values: readonly number[]): number => between(grid?.lambda ?? [], values, lambda);
  const inside = grid !== null && lambda >= grid.alpha - 1e-12;
  return {
    lambda: formatLambda(lambda, 3),
    posterior: grid === null ? null : formatScore(measure, { value: at(grid.mean), stderr: at(grid.std) }),
    curves: names.map((name) => ({ name, share: inside ? at(scaledCurve(grid, name)).toFixed(2) : null })),
  };
}

/** The reading as a sentence. */
export function readoutWords({ lambda, posterior, curves }: Readout): string {
  const heights = curves.flatMap(({ name, share }) =>
    share === null ? [] : [`${ACQUISITION_LABELS[name]} ${share} of its maximum`],
  );
  return [`λ = ${lambda}`, ...(posterior === null ? [] : [`posterior ${posterior}`]), ...heights].join(", ");
}

/** Linear interpolation on an increasing grid, constant beyond its ends. */
export function between(xs: readonly number[], ys: readonly number[], x: number): number {
  const after = xs.findIndex((value) => value >= x);
  if (after <= 0) return ys[after === 0 ? 0 : xs.length - 1] ?? Number.NaN;
  const [x0, x1, y0, y1] = [xs[after - 1]!, xs[after]!, ys[after - 1]!, ys[after]!];
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}
