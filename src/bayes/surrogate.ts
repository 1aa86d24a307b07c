/**
 * From observations to what the search knows: standardised targets, the fitted process, the incumbent, the drawn grid
 * and leave-one-out. Every picture and every choice comes through here. Pure.
 *
 * Units: the process is fitted to (value − shift)/scale, shift the mean and scale the sample standard deviation
 * (n − 1); records are turned back into the values' units.
 */
import { AppError } from "../base/errors.ts";
import type {
  Incumbent,
  IncumbentKind,
  LeaveOneOut,
  Measurement,
  ModelAcquisition,
  NoiseKind,
  PosteriorPoint,
  Standardisation,
  SuggestSettings,
  Surrogate,
  SurrogateModel,
} from "../domain/surrogate.ts";
import { matrixFromRows, rowOf } from "../numerics/matrix.ts";
import { LOG_SQRT_2PI } from "../numerics/normal.ts";
import { mean, sampleStandardDeviation } from "../numerics/statistics.ts";
import { type Fit, fitGp, ROUNDING } from "./fit.ts";
import { type Gp, leaveOneOut, posteriorAt } from "./gp.ts";
import { type SpreadPoint, surrogateGrid } from "./grid.ts";
import { type InputFunction, spreadWeights } from "./maximize.ts";
import { createLogNoisyImprovement } from "./noisyImprovement.ts";
import { checkSpace, inputOf, type SearchSpace } from "./searchSpace.ts";

/** How observations are read. */
export type SurrogateSettings = SearchSpace &
  Omit<SuggestSettings, "acquisition" | "batch"> & {
    /** The acquisition functions that may choose. */
    readonly wanted: readonly ModelAcquisition[];
  };

/** The fitted process with what is needed to choose. */
export type Analysis = {
  readonly gp: Gp;
  readonly settings: SurrogateSettings;
  readonly standardisation: Standardisation;
  readonly measured: readonly (readonly number[])[];
  /** What every maximisation begins with. */
  readonly spread: readonly SpreadPoint[];
  readonly incumbent: Incumbent;
  /** f* in standardised units. */
  readonly bestF: number;
  /** log NEI, where it may choose. */
  readonly logNei: InputFunction | null;
  readonly model: SurrogateModel;
};

/**
 * Fits the model to at least one measurement.
 * @throws AppError `usage` for a value that is not finite, weights of the wrong number or sum, a missing standard
 * error with known noise; `numerics` when the covariance cannot be factored.
 */
export function analyse(measurements: readonly Measurement[], settings: SurrogateSettings): Analysis {
  checkSpace(settings);
  measurements.forEach((measurement, i) => {
    checkMeasurement(measurement, i, settings);
  });
  const measured = measurements.map(({ weights }) => weights);
  const standardisation = standardisationOf(
    measurements.map(({ value }) => value),
    settings.standardize,
  );
  const { shift, scale, constant } = standardisation;
  const fit = fitGp({
    kernel: settings.kernel,
    inputs: matrixFromRows(measured.map(inputOf)),
    targets: measurements.map(({ value }) =>
      constant && settings.standardize ? 0 : (value - shift) / scale,
    ),
    noiseVariances: noiseVariances(measurements, settings.noise, scale),
    fixed: settings.fixed,
    estimate: settings.estimate,
    seed: settings.seed,
  });
  const { gp } = fit;
  const incumbent = incumbentOf(gp, measured, settings.incumbent, standardisation);
  return {
    gp,
    settings,
    standardisation,
    measured,
    spread: spreadOver(gp, spreadWeights(settings, incumbent.posterior.weights)),
    incumbent,
    bestF: (incumbent.bestF - shift) / scale,
    logNei: settings.wanted.includes("nei") ? createLogNoisyImprovement(gp, settings.seed) : null,
    model: modelRecord(fit, measurements, settings, standardisation),
  };
}

/** The posterior at each of these weights. */
export function spreadOver(gp: Gp, spread: readonly (readonly number[])[]): readonly SpreadPoint[] {
  return spread.map((weights) => ({ weights, posterior: posteriorAt(gp, inputOf(weights)) }));
}

/** What the search knows, as others see it. */
export function surrogateRecord(analysis: Analysis): Surrogate {
  const { gp, settings, standardisation, measured, model, incumbent } = analysis;
  return {
    model,
    incumbent,
    grid: settings.parents === 2 ? surrogateGrid(gp, { ...settings, ...analysis }, standardisation) : null,
    leaveOneOut: measured.length < 2 ? null : leaveOneOutRecord(gp, standardisation),
  };
}

/** The noise-free objective's posterior at weights, in the values' units. */
export function predict({ gp, standardisation }: Analysis, weights: readonly number[]): PosteriorPoint {
  const { mean: m, variance } = posteriorAt(gp, inputOf(weights));
  return {
    mean: standardisation.shift + standardisation.scale * m,
    std: standardisation.scale * Math.sqrt(variance),
  };
}

function checkMeasurement(measurement: Measurement, index: number, settings: SurrogateSettings): void {
  const { weights, value, stderr } = measurement;
  const refuse = (what: string): never => {
    throw new AppError("usage", `Observation ${index + 1} cannot be used: ${what}.`, { fields: { index } });
  };
  if (!Number.isFinite(value)) refuse(`its value is ${value}`);
  if (weights.length !== settings.parents)
    refuse(`it has ${weights.length} weights for ${settings.parents} parents`);
  const sum = weights.reduce((a, b) => a + b, 0);
  if (!(Math.abs(sum - 1) < 1e-3)) refuse(`its weights sum to ${sum}, not to 1`);
  if (settings.noise !== "known") return;
  if (stderr === null || !(stderr >= 0 && Number.isFinite(stderr)))
    refuse(`known noise needs its standard error, which is ${stderr ?? "missing"}`);
}

function standardisationOf(values: readonly number[], standardize: boolean): Standardisation {
  const spread = values.length < 2 ? 0 : sampleStandardDeviation(values);
  const shift = mean(values);
  if (!Number.isFinite(spread) || !Number.isFinite(shift))
    throw new AppError("usage", "The values are too large for their mean and spread to be computed.", {
      advice: "Give them in a larger unit.",
    });
  const constant = spread <= ROUNDING * Math.max(...values.map(Math.abs));
  return standardize ? { shift, scale: constant ? 1 : spread, constant } : { shift: 0, scale: 1, constant };
}

/** Known variances in standardised units, zeros for exact values, `null` where one is to be fitted. */
function noiseVariances(
  measurements: readonly Measurement[],
  noise: NoiseKind,
  scale: number,
): readonly number[] | null {
  switch (noise) {
    case "none":
      return measurements.map(() => 0);
    case "known":
      return measurements.map(({ stderr }) => ((stderr ?? Number.NaN) / scale) ** 2);
    case "fitted":
      return null;
    default:
      return noise satisfies never;
  }
}

/** Best observed value, and best posterior mean at an observed point; the first of equals. Points below α count too. */
function incumbentOf(
  gp: Gp,
  measured: readonly (readonly number[])[],
  kind: IncumbentKind,
  { shift, scale }: Standardisation,
): Incumbent {
  const means = measured.map((_, i) => posteriorAt(gp, rowOf(gp.inputs, i)).mean);
  const best = (values: ArrayLike<number>): { weights: readonly number[]; value: number } => {
    let first = 0;
    for (let i = 1; i < values.length; i++) if (values[i]! > values[first]!) first = i;
    return { weights: measured[first]!, value: shift + scale * values[first]! };
  };
  const observed = best(gp.targets);
  const posterior = best(means);
  return { kind, bestF: kind === "observed" ? observed.value : posterior.value, observed, posterior };
}

function modelRecord(
  { gp, noiseVariance, kind, logPrior, atBounds }: Fit,
  measurements: readonly Measurement[],
  { kernel, noise }: SurrogateSettings,
  standardisation: Standardisation,
): SurrogateModel {
  const known = noiseVariances(measurements, noise, standardisation.scale);
  return {
    kernel,
    noise,
    fit: kind,
    mean: gp.mean,
    lengthscale: Array.from(gp.kernel.lengthscale),
    outputscale: gp.kernel.outputscale,
    noiseVariance: noiseVariance ?? mean(known ?? [0]),
    logMarginalLikelihood: gp.logMarginalLikelihood,
    logPrior,
    jitter: gp.factor.jitter,
    atBounds,
    standardisation,
  };
}

function leaveOneOutRecord(gp: Gp, { shift, scale }: Standardisation): LeaveOneOut {
  const left = leaveOneOut(gp);
  const residuals = left.map(({ mean: m }, i) => gp.targets[i]! - m);
  const scores = left.map(({ variance }, i) => residuals[i]! ** 2 / variance);
  return {
    mean: left.map(({ mean: m }) => shift + scale * m),
    std: left.map(({ variance }) => scale * Math.sqrt(variance)),
    rootMeanSquareError: scale * Math.sqrt(mean(residuals.map((r) => r * r))),
    logPredictiveDensity: left.reduce(
      (sum, { variance }, i) => sum - LOG_SQRT_2PI - 0.5 * Math.log(variance) - 0.5 * scores[i]!,
      0,
    ),
    coverage95: mean(scores.map((score) => (score <= 1.96 ** 2 ? 1 : 0))),
    coverage68: mean(scores.map((score) => (score <= 1 ? 1 : 0))),
    rSquared: rSquaredOf(gp.targets, residuals),
  };
}

/** Share of the targets' variance that left-out predictions explain; `null` where there is none to explain. */
function rSquaredOf(targets: Float64Array, residuals: readonly number[]): number | null {
  const centre = mean(targets);
  const total = targets.reduce((sum, target) => sum + (target - centre) ** 2, 0);
  return total === 0 ? null : 1 - residuals.reduce((sum, residual) => sum + residual ** 2, 0) / total;
}
