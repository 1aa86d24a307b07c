/**
 * Gaussian process regression with a constant mean: conditioning, prediction, leave-one-out. Pure.
 *
 *   n, d      observations, inputs                        X   n×d   inputs in [0, 1]^d
 *   y         n    targets, standardised by the caller    m        constant prior mean
 *   K         n×n  covariance of X with itself            k(x) n   covariance of x with X
 *   Σ         n×n  K + diag(σ²ᵢ), σ²ᵢ noise variances      L   n×n   Cholesky factor of Σ
 *   α         n    Σ⁻¹(y − m)                             s        outputscale, k(x, x)
 *
 *   mean      μ(x)  = m + k(x)ᵀ α                          P1 eq. 6
 *   variance  σ²(x) = s − k(x)ᵀ Σ⁻¹ k(x)                   P1 eq. 7, of the noise-free function
 *   LML             = −½ (y − m)ᵀα − ½ log|Σ| − ½ n log 2π
 *   m̂               = 1ᵀΣ⁻¹y / 1ᵀΣ⁻¹1                      the mean of greatest likelihood, hyper-parameters held
 *
 * A noise variance below 1e-10·s is raised to that: the least that keeps Σ factorable. Noise-free regression is
 * therefore exact up to 1e-10 of the prior variance. Source: Rasmussen & Williams, ch. 2 and §5.4.2.
 */
import {
  type CholeskyFactor,
  factorCholesky,
  inverseFromCholesky,
  logDeterminant,
  solveCholesky,
  solveLower,
  solveLowerTransposed,
} from "../numerics/cholesky.ts";
import { createMatrix, dot, type Matrix, rowOf } from "../numerics/matrix.ts";
import { covarianceMatrix, covarianceWith, type Kernel } from "./kernel.ts";

/** Least noise variance, as a share of the outputscale. */
export const LEAST_NOISE = 1e-10;
/** Posterior variances below this share of the outputscale are rounding error, and raised to it. */
const LEAST_VARIANCE = 1e-12;

/** What a Gaussian process is conditioned on. */
export type GpData = {
  readonly inputs: Matrix;
  readonly targets: ArrayLike<number>;
  /** One a target. */
  readonly noiseVariances: ArrayLike<number>;
};

/** A Gaussian process conditioned on data. */
export type Gp = {
  readonly kernel: Kernel;
  readonly inputs: Matrix;
  readonly targets: Float64Array;
  /** One a target, raised to the least where they were below. */
  readonly noiseVariances: Float64Array;
  readonly mean: number;
  /** Of Σ; its `jitter` is what was needed beyond the noise. */
  readonly factor: CholeskyFactor;
  /** α = Σ⁻¹(y − m). */
  readonly alpha: Float64Array;
  readonly logMarginalLikelihood: number;
};

/** Mean and variance of the noise-free function at a point. */
export type Posterior = { readonly mean: number; readonly variance: number };

/** A posterior with its derivatives by the point's coordinates. */
export type PosteriorGradient = Posterior & {
  readonly meanGradient: Float64Array;
  readonly varianceGradient: Float64Array;
};

/**
 * Conditions a Gaussian process on data.
 * @param mean the constant mean, or `null` for that of greatest likelihood (m̂).
 * @throws AppError `numerics` when Σ cannot be factored.
 */
export function conditionGp(kernel: Kernel, data: GpData, mean: number | null): Gp {
  const n = data.inputs.rows;
  const sigma = covarianceMatrix(kernel, data.inputs);
  const noiseVariances = Float64Array.from(data.noiseVariances, (variance) =>
    Math.max(variance, LEAST_NOISE * kernel.outputscale),
  );
  for (let i = 0; i < n; i++) sigma.data[i * n + i]! += noiseVariances[i]!;
  const factor = factorCholesky(sigma);
  const ones = new Float64Array(n).fill(1);
  const weights = solveCholesky(factor, ones);
  const m = mean ?? dot(weights, data.targets) / dot(weights, ones);
  const residual = Float64Array.from(data.targets, (y) => y - m);
  const alpha = solveCholesky(factor, residual);
  const logMarginalLikelihood =
    -0.5 * dot(residual, alpha) - 0.5 * logDeterminant(factor) - 0.5 * n * Math.log(2 * Math.PI);
  const targets = Float64Array.from(data.targets);
  return {
    kernel,
    inputs: data.inputs,
    targets,
    noiseVariances,
    mean: m,
    factor,
    alpha,
    logMarginalLikelihood,
  };
}

/** μ(x) and σ²(x). @param x d coordinates */
export function posteriorAt(gp: Gp, x: ArrayLike<number>): Posterior {
  const k = covarianceWith(gp.kernel, gp.inputs, x);
  const mean = gp.mean + dot(k, gp.alpha);
  const v = solveLower(gp.factor.lower, k, k);
  return { mean, variance: aboveRounding(gp, gp.kernel.outputscale - dot(v, v)) };
}

/** μ(x), σ²(x) and ∇μ = Σᵢ αᵢ ∇kᵢ, ∇σ² = −2 Σᵢ (Σ⁻¹k)ᵢ ∇kᵢ. @param x d coordinates */
export function posteriorGradientAt(gp: Gp, x: ArrayLike<number>): PosteriorGradient {
  const { rows, columns } = gp.inputs;
  const gradients = createMatrix(rows, columns);
  const k = covarianceWith(gp.kernel, gp.inputs, x, gradients);
  const v = solveLower(gp.factor.lower, k);
  const variance = aboveRounding(gp, gp.kernel.outputscale - dot(v, v));
  const solved = solveLowerTransposed(gp.factor.lower, v);
  const meanGradient = new Float64Array(columns);
  const varianceGradient = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < columns; c++) {
      const slope = gradients.data[i * columns + c]!;
      meanGradient[c]! += gp.alpha[i]! * slope;
      varianceGradient[c]! -= 2 * solved[i]! * slope;
    }
  }
  return { mean: gp.mean + dot(k, gp.alpha), variance, meanGradient, varianceGradient };
}

/** Joint posterior at every row of `points`: means (rows) and covariance (rows × rows). */
export function jointPosterior(
  gp: Gp,
  points: Matrix,
): { readonly mean: Float64Array; readonly covariance: Matrix } {
  const covariance = covarianceMatrix(gp.kernel, points);
  const mean = new Float64Array(points.rows);
  const solved: Float64Array[] = [];
  for (let i = 0; i < points.rows; i++) {
    const k = covarianceWith(gp.kernel, gp.inputs, rowOf(points, i));
    mean[i] = gp.mean + dot(k, gp.alpha);
    solved.push(solveLower(gp.factor.lower, k, k));
    for (let j = 0; j <= i; j++) {
      const shared = dot(solved[i]!, solved[j]!);
      covariance.data[i * points.rows + j]! -= shared;
      if (i !== j) covariance.data[j * points.rows + i]! -= shared;
    }
  }
  return { mean, covariance };
}

/**
 * Each target predicted from all others, mean and hyper-parameters held (Rasmussen & Williams eq. 5.12):
 * μᵢ = yᵢ − αᵢ/(Σ⁻¹)ᵢᵢ, σ²ᵢ = 1/(Σ⁻¹)ᵢᵢ. The variance is of the measurement, noise included.
 */
export function leaveOneOut(gp: Gp): readonly Posterior[] {
  const inverse = inverseFromCholesky(gp.factor);
  return Array.from(gp.targets, (target, i) => {
    const precision = inverse.data[i * inverse.columns + i]!;
    return { mean: target - gp.alpha[i]! / precision, variance: 1 / precision };
  });
}

function aboveRounding(gp: Gp, variance: number): number {
  return Math.max(variance, LEAST_VARIANCE * gp.kernel.outputscale);
}
