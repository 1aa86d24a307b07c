/**
 * Hyper-parameters by maximum likelihood (P1 §3, "estimated by maximum likelihood estimation") or a posteriori under
 * BoTorch's priors (priors.ts): a scrambled Sobol' screening of log hyper-parameters, then L-BFGS from the best few and
 * from the default. The mean is m̂ (see gp.ts), which maximises both. Deterministic for a seed. Pure.
 *
 * Guard rails of maximum likelihood, in units where targets have sample variance v (1 when standardised) and inputs lie
 * in [0, 1]:
 *   lengthscale  0.01 … 10      below, points know nothing of each other; above, curves are straight lines
 *   outputscale  0.01v … 1e4v   below, the curve is flat beside the noise
 *   noise        1e-6v … 10v    below, it is as good as none
 * With fewer than three targets, or all of them equal, the likelihood says nothing (it grows without end as the
 * outputscale shrinks): the defaults below are used and the result says so. Priors always have something to say.
 */
import type { EstimateKind, FitKind, FixedHyperparameters, KernelName } from "../domain/surrogate.ts";
import { type Bounds, type Minimum, minimizeInBox } from "../numerics/lbfgs.ts";
import type { Matrix } from "../numerics/matrix.ts";
import { sobolPoints } from "../numerics/sobol.ts";
import { sampleVariance } from "../numerics/statistics.ts";
import { conditionGp, type Gp } from "./gp.ts";
import { createLikelihood, type Likelihood } from "./likelihood.ts";
import { lengthscaleMode, logPriorAt, PRIOR_FLOORS } from "./priors.ts";

/** What to fit. */
export type FitProblem = {
  readonly kernel: KernelName;
  /** n×d, in [0, 1]. */
  readonly inputs: Matrix;
  readonly targets: ArrayLike<number>;
  /** Known variances, one a target (zeros: exact); `null` to fit one for all. */
  readonly noiseVariances: ArrayLike<number> | null;
  readonly fixed: FixedHyperparameters;
  readonly estimate: EstimateKind;
  readonly seed: number;
};

/** A conditioned Gaussian process and how it came about. */
export type Fit = {
  readonly gp: Gp;
  /** The fitted (or held) common noise variance; `null` when variances were given. */
  readonly noiseVariance: number | null;
  readonly kind: FitKind;
  /** Log density of the priors at the estimate; `null` where they were not asked. */
  readonly logPrior: number | null;
  /** Hyper-parameters that ended on a guard rail, in words. */
  readonly atBounds: readonly string[];
};

/** What an estimate searches: the whole box, the part that is screened, where it starts. */
type Region = {
  readonly rails: Box;
  readonly screened: Box;
  readonly start: Readonly<Record<HyperparameterName, number>>;
};
type HyperparameterName = "lengthscale" | "outputscale" | "noise";
type Box = Readonly<Record<HyperparameterName, Range>>;
type Range = readonly [low: number, high: number];

const DEFAULT_LENGTHSCALE = 0.25;
/** Both times the number of inputs: with several lengthscales the likelihood has several maxima. */
const SCREENING_POINTS = 24;
const POLISHED_STARTS = 3;
const LEAST_TARGETS = 3;
/** Equal values may differ from their computed mean in the last bits. */
export const ROUNDING = 1e-14;
/** The first steps from every start. */
const APPROACH = { gradientTolerance: 1e-6, valueTolerance: 1e-10, maxIterations: 7 };
/** Two θ that differ by less in every logarithm lead to the same maximum. */
const SAME_BASIN = 0.5;
const STOPPING = { gradientTolerance: 1e-6, valueTolerance: 1e-10, maxIterations: 100 };

/** The box of an estimate for d inputs and targets of this variance. */
export function regionOf(estimate: EstimateKind, d: number, variance: number): Region {
  const times = (factor: number, [low, high]: Range): Range => [low * factor, high * factor];
  switch (estimate) {
    case "likelihood":
      return {
        rails: {
          lengthscale: [0.01, 10],
          outputscale: times(variance, [0.01, 1e4]),
          noise: times(variance, [1e-6, 10]),
        },
        screened: {
          lengthscale: [0.05, 3],
          outputscale: times(variance, [0.1, 30]),
          noise: times(variance, [1e-5, 1]),
        },
        start: {
          lengthscale: DEFAULT_LENGTHSCALE * Math.sqrt(d),
          outputscale: variance,
          noise: 0.01 * variance,
        },
      };
    case "map":
      return {
        rails: {
          lengthscale: [PRIOR_FLOORS.lengthscale, 1e3],
          outputscale: [1, 1],
          noise: [PRIOR_FLOORS.noise, 100],
        },
        screened: { lengthscale: [0.05, 10], outputscale: [1, 1], noise: [PRIOR_FLOORS.noise, 1] },
        start: { lengthscale: lengthscaleMode(d), outputscale: 1, noise: Math.exp(-5) },
      };
    default:
      return estimate satisfies never;
  }
}

/**
 * Fits the hyper-parameters that are not held, and conditions the process on the data.
 * @throws AppError `numerics` when the covariance cannot be factored.
 */
export function fitGp(problem: FitProblem): Fit {
  const { estimate } = problem;
  const n = problem.inputs.rows;
  const d = problem.inputs.columns;
  const spread = spreadOf(problem.targets);
  const region = regionOf(estimate, d, spread > 0 ? spread : 1);
  const held = heldTheta(problem);
  const bounds = withHeld(boxOf(region.rails, d), held);
  const start = initialTheta(region.start, d, held);
  if (held.every((value) => value !== null)) return conditioned(problem, start, "fixed", []);
  if (estimate === "likelihood" && (n < LEAST_TARGETS || spread === 0))
    return conditioned(problem, start, "default", []);

  const objective = objectiveOf(problem);
  const starts = [start, ...screen(objective, withHeld(boxOf(region.screened, d), held), problem.seed)];
  const negative = (theta: Float64Array, gradient: Float64Array): number => {
    const value = objective(theta, gradient);
    for (let i = 0; i < gradient.length; i++) gradient[i] = -gradient[i]!;
    return -value;
  };
  const approached = starts
    .filter((theta) => Number.isFinite(objective(theta, null)))
    .map((theta) => minimizeInBox(negative, theta, bounds, APPROACH));
  const minima = withoutFollowers(approached).map(({ x }) => minimizeInBox(negative, x, bounds, STOPPING));
  const first = minima[0];
  if (first === undefined) return conditioned(problem, start, "default", []);
  const best = minima.reduce((a, b) => (b.value < a.value ? b : a), first);
  return conditioned(problem, best.x, estimate, namesAtBounds(best.x, bounds, held));
}

/** One of those that are on the way to the same place: the one that is farthest on it. */
function withoutFollowers(approached: readonly Minimum[]): readonly Minimum[] {
  const kept: Minimum[] = [];
  for (const minimum of [...approached].sort((a, b) => a.value - b.value)) {
    const isNear = (other: Minimum): boolean =>
      other.x.every((value, i) => Math.abs(value - minimum.x[i]!) < SAME_BASIN);
    if (!kept.some(isNear)) kept.push(minimum);
  }
  return kept;
}

/** What is maximised: the likelihood, with the priors' density added for `map`. */
function objectiveOf(problem: FitProblem): Likelihood {
  const likelihood = createLikelihood({ ...problem, mean: problem.fixed.mean ?? null });
  if (problem.estimate === "likelihood") return likelihood;
  return (theta, gradient) =>
    likelihood(theta, gradient) + logPriorAt(theta, problem.noiseVariances === null, gradient);
}

/** The targets' sample variance; 0 for one target, and where they differ by rounding only. */
function spreadOf(targets: ArrayLike<number>): number {
  if (targets.length < 2) return 0;
  const variance = sampleVariance(targets);
  const most = Array.from(targets, Math.abs).reduce((a, b) => Math.max(a, b), 0);
  return Math.sqrt(variance) <= ROUNDING * most ? 0 : variance;
}

/** θ with the entries that are held, `null` elsewhere. With known noise the noise entry has no meaning and is held. */
function heldTheta({ inputs, fixed, noiseVariances }: FitProblem): readonly (number | null)[] {
  // A noise held at 0 becomes the least positive number, as log 0 cannot be computed with.
  const log = (value: number | undefined): number | null =>
    value === undefined ? null : Math.log(Math.max(value, Number.MIN_VALUE));
  const lengthscale = Array.from({ length: inputs.columns }, (_, c) => log(heldLengthscale(fixed, c)));
  return [...lengthscale, log(fixed.outputscale), noiseVariances === null ? log(fixed.noise) : 0];
}

function initialTheta(start: Region["start"], d: number, held: readonly (number | null)[]): Float64Array {
  const logs = [...new Array<number>(d).fill(start.lengthscale), start.outputscale, start.noise].map(
    Math.log,
  );
  return Float64Array.from(logs, (value, i) => held[i] ?? value);
}

function boxOf(box: Box, d: number): Bounds {
  const side = (end: 0 | 1): readonly number[] =>
    [...new Array<Range>(d).fill(box.lengthscale), box.outputscale, box.noise].map((range) =>
      Math.log(range[end]),
    );
  return { lower: side(0), upper: side(1) };
}

function withHeld({ lower, upper }: Bounds, held: readonly (number | null)[]): Bounds {
  return {
    lower: held.map((value, i) => value ?? lower[i]!),
    upper: held.map((value, i) => value ?? upper[i]!),
  };
}

/** The best few of evenly spread θ, the best first. */
function screen(objective: Likelihood, box: Bounds, seed: number): readonly Float64Array[] {
  const size = box.lower.length;
  const inputs = size - 2;
  return sobolPoints(SCREENING_POINTS * inputs, size, seed)
    .map((u) => Float64Array.from(u, (ui, i) => box.lower[i]! + ui * (box.upper[i]! - box.lower[i]!)))
    .map((theta) => ({ theta, value: objective(theta, null) }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => b.value - a.value)
    .slice(0, POLISHED_STARTS * inputs)
    .map(({ theta }) => theta);
}

function conditioned(
  problem: FitProblem,
  theta: Float64Array,
  kind: FitKind,
  atBounds: readonly string[],
): Fit {
  const { inputs, targets, fixed } = problem;
  const d = inputs.columns;
  // Held values are taken as they were given, not through their logarithm and back.
  const lengthscale = Array.from(theta.slice(0, d), (log, c) => heldLengthscale(fixed, c) ?? Math.exp(log));
  const outputscale = fixed.outputscale ?? Math.exp(theta[d]!);
  const noiseVariance = problem.noiseVariances === null ? (fixed.noise ?? Math.exp(theta[d + 1]!)) : null;
  const noiseVariances = problem.noiseVariances ?? new Float64Array(inputs.rows).fill(noiseVariance ?? 0);
  const kernel = { name: problem.kernel, lengthscale, outputscale };
  const gp = conditionGp(kernel, { inputs, targets, noiseVariances }, fixed.mean ?? null);
  const logPrior = kind === "map" ? logPriorAt(theta, noiseVariance !== null, null) : null;
  return { gp, noiseVariance, kind, logPrior, atBounds };
}

/** The lengthscale held for an input: its own, or the one given for all. */
function heldLengthscale({ lengthscale }: FixedHyperparameters, input: number): number | undefined {
  return lengthscale?.[input] ?? lengthscale?.[0];
}

function namesAtBounds(
  theta: Float64Array,
  bounds: Bounds,
  held: readonly (number | null)[],
): readonly string[] {
  const d = theta.length - 2;
  return Array.from(theta).flatMap((value, i) => {
    // What is held, or cannot move at all, is not at an end by choice.
    if (held[i] !== null || bounds.lower[i] === bounds.upper[i]) return [];
    const lengthscale = d === 1 ? "lengthscale" : `lengthscale ${i + 1}`;
    const name = i < d ? lengthscale : i === d ? "outputscale" : "noise";
    if (value <= bounds.lower[i]!) return [`${name} at its lower bound`];
    return value >= bounds.upper[i]! ? [`${name} at its upper bound`] : [];
  });
}
