/**
 * Advice for scores that were measured elsewhere: the model, the curves, and the next weights to try. The same path as
 * a live search; only the table stands in for the history. Pure.
 */
import { AppError } from "../base/errors.ts";
import type {
  AcquisitionName,
  Incumbent,
  IncumbentKind,
  KernelName,
  LeaveOneOut,
  NoiseKind,
  Nominee,
  PosteriorPoint,
  SurrogateGrid,
  SurrogateModel,
} from "../domain/surrogate.ts";
import type { FixedHyperparameters } from "./fit.ts";
import { nominate } from "./nominate.ts";
import { lambdaOf } from "./searchSpace.ts";
import { analyse, type Measurement } from "./surrogate.ts";

/** How to read the table. A table has no earlier nominees, so that GP-Hedge, which weighs them, is not offered. */
export type SuggestSettings = {
  readonly alpha: number;
  readonly acquisition: AcquisitionName;
  readonly kernel: KernelName;
  readonly noise: NoiseKind;
  readonly incumbent: IncumbentKind;
  readonly beta: number;
  readonly gridPoints: number;
  readonly seed: number;
  /** In standardised units, unless `standardize` is false. */
  readonly fixed: FixedHyperparameters;
  readonly standardize: boolean;
};

/** Defaults as for a search, with EI. */
export const DEFAULT_SUGGEST_SETTINGS: SuggestSettings = {
  alpha: 0.5,
  acquisition: "ei",
  kernel: "matern52",
  noise: "fitted",
  incumbent: "posterior",
  beta: 2,
  gridPoints: 101,
  seed: 0,
  fixed: {},
  standardize: true,
};

/** A table's model and advice. */
export type Suggestion = {
  readonly model: SurrogateModel;
  readonly incumbent: Incumbent;
  /** For two parents, else `null`. */
  readonly grid: SurrogateGrid | null;
  readonly next: {
    readonly weights: readonly number[];
    readonly lambda: number | null;
    readonly acquisition: AcquisitionName;
    readonly value: number;
    readonly posterior: PosteriorPoint;
    readonly movedFrom: Nominee["movedFrom"];
  };
  /** `null` for a single row. */
  readonly leaveOneOut: LeaveOneOut | null;
};

/**
 * @param rows at least one; λ,value rows have weights (1 − λ, λ)
 * @throws AppError `usage` for an empty table, unusable rows or settings; `numerics` when no model can be computed.
 */
export function suggest(rows: readonly Measurement[], settings: SuggestSettings): Suggestion {
  const first = rows[0];
  if (first === undefined)
    throw new AppError("usage", "The table has no rows.", { advice: "Give at least one measured score." });
  checkFixed(settings);
  const analysis = analyse(rows, { ...settings, parents: first.weights.length });
  const nominee = nominate(analysis, settings.acquisition, 0);
  return {
    model: analysis.record.model,
    incumbent: analysis.record.incumbent,
    grid: analysis.record.grid,
    next: { ...nominee, lambda: lambdaOf(nominee.weights) },
    leaveOneOut: analysis.record.leaveOneOut,
  };
}

function checkFixed({ fixed, noise }: SuggestSettings): void {
  const positive: readonly (readonly [string, readonly number[]])[] = [
    ["lengthscale", fixed.lengthscale ?? []],
    ["outputscale", fixed.outputscale === undefined ? [] : [fixed.outputscale]],
  ];
  for (const [name, values] of positive)
    if (!values.every((value) => value > 0 && Number.isFinite(value)))
      throw new AppError("usage", `The fixed ${name} must be positive, not ${values.join(", ")}.`);
  if (fixed.noise === undefined) return;
  if (!(fixed.noise >= 0 && Number.isFinite(fixed.noise)))
    throw new AppError("usage", `The fixed noise variance must be 0 or more, not ${fixed.noise}.`);
  if (noise !== "fitted")
    throw new AppError("usage", `A fixed noise variance contradicts ${noise} noise.`, {
      advice: "Leave out one of the two, or say that the noise is fitted.",
    });
}
