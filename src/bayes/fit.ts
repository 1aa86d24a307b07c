/**
 * Hyper-parameters by maximum likelihood (P1 §3, "estimated by maximum likelihood estimation"): a scrambled Sobol'
 * screening of log hyper-parameters, then L-BFGS from the best few and from the default. The mean is m̂ (see gp.ts).
 * Deterministic for a seed. Pure.
 *
 * Guard rails, in units where targets have sample variance v (1 when standardised) and inputs lie in [0, 1]:
 *   lengthscale  0.01 … 10      below, points know nothing of each other; above, curves are straight lines
 *   outputscale  0.01v … 1e4v   below, the curve is flat beside the noise
 *   noise        1e-6v … 10v    below, it is as good as none
 * With fewer than three targets, or all of them equal, the likelihood says nothing (it grows without end as the
 * outputscale shrinks): the defaults below are used and the result says so.
 */
import type { FitKind, FixedHyperparameters, KernelName } from "../domain/surrogate.ts";
import { type Bounds, minimizeInBox } from "../numerics/lbfgs.ts";
import type { Matrix } from "../numerics/matrix.ts";
import { sobolPoints } from "../numerics/sobol.ts";
import { sampleVariance } from "../numerics/statistics.ts";
import { conditionGp, type Gp } from "./gp.ts";
import { createLikelihood, type Likelihood } from "./likelihood.ts";

/** What to fit. */
export type FitProblem = {
  readonly kernel: KernelName;
  /** n×d, in [0, 1]. */
  readonly inputs: Matrix;
  readonly targets: ArrayLike<number>;
  /** Known variances, one a target (zeros: exact); `null` to fit one for all. */
  readonly noiseVariances: ArrayLike<number> | null;
  readonly fixed: FixedHyperparameters;
  readonly seed: number;
};

/** A conditioned Gaussian process and how it came about. */
export type Fit = {
  readonly gp: Gp;
  /** The fitted (or held) common noise variance; `null` when variances were given. */
  readonly noiseVariance: number | null;
  readonly kind: FitKind;
  /** Hyper-parameters that ended on a guard rail, in words. */
  readonly atBounds: readonly string[];
};

const RAILS = { lengthscale: [0.01, 10], outputscale: [0.01, 1e4], noise: [1e-6, 10] } as const;
const SCREENED = { lengthscale: [0.05, 3], outputscale: [0.1, 30], noise: [1e-5, 1] } as const;
const DEFAULTS = { lengthscale: 0.25, outputscale: 1, noise: 0.01 } as const;
const SCREENING_POINTS = 24;
const POLISHED_STARTS = 3;
const LEAST_TARGETS = 3;
/** Equal values may differ from their computed mean in the last bits. */
export const ROUNDING = 1e-14;
const STOPPING = { gradientTolerance: 1e-6, valueTolerance: 1e-10, maxIterations: 100 };

type Range = readonly [low: number, high: number];

/**
 * Fits the hyper-parameters that are not held, and conditions the process on the data.
 * @throws AppError `numerics` when the covariance cannot be factored.
 */
export function fitGp(problem: FitProblem): Fit {
  const n = problem.inputs.rows;
  const d = problem.inputs.columns;
  const spread = spreadOf(problem.targets);
  const scale = spread > 0 ? spread : 1;
  const held = heldTheta(problem);
  const bounds = withHeld(boxOf(RAILS, d, scale), held);
  const start = initialTheta(d, scale, held);
  if (held.every((value) => value !== null)) return conditioned(problem, start, "fixed", []);
  if (n < LEAST_TARGETS || spread === 0) return conditioned(problem, start, "default", []);

  const likelihood = createLikelihood({ ...problem, mean: problem.fixed.mean ?? null });
  const starts = [start, ...screen(likelihood, withHeld(boxOf(SCREENED, d, scale), held), problem.seed)];
  const negative = (theta: Float64Array, gradient: Float64Array): number => {
    const value = likelihood(theta, gradient);
    for (let i = 0; i < gradient.length; i++) gradient[i] = -gradient[i]!;
    return -value;
  };
  const minima = starts
    .filter((theta) => Number.isFinite(likelihood(theta, null)))
    .map((theta) => minimizeInBox(negative, theta, bounds, STOPPING));
  const first = minima[0];
  if (first === undefined) return conditioned(problem, start, "default", []);
  const best = minima.reduce((a, b) => (b.value < a.value ? b : a), first);
  return conditioned(problem, best.x, "likelihood", namesAtBounds(best.x, bounds, held));
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

function initialTheta(d: number, scale: number, held: readonly (number | null)[]): Float64Array {
  const defaults = [
    ...new Array<number>(d).fill(Math.log(DEFAULTS.lengthscale * Math.sqrt(d))),
    Math.log(DEFAULTS.outputscale * scale),
    Math.log(DEFAULTS.noise * scale),
  ];
  return Float64Array.from(defaults, (value, i) => held[i] ?? value);
}

function boxOf(ranges: Readonly<Record<keyof typeof RAILS, Range>>, d: number, scale: number): Bounds {
  const side = (end: 0 | 1): readonly number[] => [
    ...new Array<number>(d).fill(Math.log(ranges.lengthscale[end])),
    Math.log(ranges.outputscale[end] * scale),
    Math.log(ranges.noise[end] * scale),
  ];
  return { lower: side(0), upper: side(1) };
}

function withHeld({ lower, upper }: Bounds, held: readonly (number | null)[]): Bounds {
  return {
    lower: held.map((value, i) => value ?? lower[i]!),
    upper: held.map((value, i) => value ?? upper[i]!),
  };
}

/** The best few of evenly spread θ, the best first. */
function screen(likelihood: Likelihood, box: Bounds, seed: number): readonly Float64Array[] {
  const size = box.lower.length;
  return sobolPoints(SCREENING_POINTS, size, seed)
    .map((u) => Float64Array.from(u, (ui, i) => box.lower[i]! + ui * (box.upper[i]! - box.lower[i]!)))
    .map((theta) => ({ theta, value: likelihood(theta, null) }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => b.value - a.value)
    .slice(0, POLISHED_STARTS)
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
  return { gp, noiseVariance, kind, atBounds };
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
    if (held[i] !== null) return [];
    const lengthscale = d === 1 ? "lengthscale" : `lengthscale ${i + 1}`;
    const name = i < d ? lengthscale : i === d ? "outputscale" : "noise";
    if (value <= bounds.lower[i]!) return [`${name} at its lower bound`];
    return value >= bounds.upper[i]! ? [`${name} at its upper bound`] : [];
  });
}
