/**
 * The log marginal likelihood as a function of log hyper-parameters, with its gradient: the fast path of the fit.
 * Everything that does not depend on them is computed once and all memory is reused; `conditionGp` is its plain twin.
 * Symbols as in gp.ts. Pure but for its own scratch memory.
 *
 *   θ = (log ℓ₁ … log ℓ_d, log s, log σ²)
 *   ∂LML/∂θⱼ = ½ tr((ααᵀ − Σ⁻¹) ∂Σ/∂θⱼ)                 Rasmussen & Williams eq. 5.9
 *
 * With the mean at m̂(θ) the gradient is the same, as ∂LML/∂m = 0 there.
 */
import type { KernelName } from "../domain/surrogate.ts";
import { factorInto, invertInto, solveCholesky } from "../numerics/cholesky.ts";
import { dot, type Matrix } from "../numerics/matrix.ts";
import { LEAST_NOISE } from "./gp.ts";
import { fillCorrelations } from "./kernel.ts";

/** Data and everything that is not searched. */
export type LikelihoodProblem = {
  readonly kernel: KernelName;
  readonly inputs: Matrix;
  readonly targets: ArrayLike<number>;
  /** One a target for known noise; `null` where θ's last entry is the noise. */
  readonly noiseVariances: ArrayLike<number> | null;
  /** The constant mean, or `null` for m̂(θ). */
  readonly mean: number | null;
};

/** LML(θ); writes its gradient where asked. −Infinity where Σ is not positive definite in floating point. */
export type Likelihood = (theta: ArrayLike<number>, gradient: Float64Array | null) => number;

/** The likelihood of a problem with n ≥ 1 targets; θ has d + 2 entries (the last is ignored with known noise). */
export function createLikelihood(problem: LikelihoodProblem): Likelihood {
  const { inputs } = problem;
  const targets = Float64Array.from(problem.targets);
  const n = inputs.rows;
  const d = inputs.columns;
  const pairs = (n * (n - 1)) / 2;
  const squares = squaredDifferences(inputs);
  const distances = new Float64Array(pairs);
  const values = new Float64Array(pairs);
  const slopes = new Float64Array(pairs);
  const sigma = new Float64Array(n * n);
  const lower = new Float64Array(n * n);
  const inverse = new Float64Array(n * n);
  const scratch = new Float64Array(n * n);
  const factor = { lower: { rows: n, columns: n, data: lower }, jitter: 0 };
  const ones = new Float64Array(n).fill(1);

  return (theta, gradient) => {
    const outputscale = Math.exp(theta[d]!);
    const noise = Math.exp(theta[d + 1]!);
    distances.fill(0);
    for (let c = 0; c < d; c++) {
      const inverseSquare = Math.exp(-2 * theta[c]!);
      const column = squares[c]!;
      for (let p = 0; p < pairs; p++) distances[p]! += column[p]! * inverseSquare;
    }
    fillCorrelations(problem.kernel, distances, values, gradient === null ? null : slopes);
    for (let i = 0, p = 0; i < n; i++) {
      for (let j = 0; j < i; j++, p++) sigma[i * n + j] = outputscale * values[p]!;
      const own = problem.noiseVariances === null ? noise : problem.noiseVariances[i]!;
      sigma[i * n + i] = outputscale + Math.max(own, LEAST_NOISE * outputscale);
    }
    if (!factorInto(sigma, 0, lower, n)) return Number.NEGATIVE_INFINITY;
    let mean = problem.mean;
    if (mean === null) {
      const weights = solveCholesky(factor, ones);
      mean = dot(weights, targets) / dot(weights, ones);
    }
    const residual = targets.map((y) => y - mean);
    const alpha = solveCholesky(factor, residual);
    let value = -0.5 * dot(residual, alpha) - 0.5 * n * Math.log(2 * Math.PI);
    for (let i = 0; i < n; i++) value -= Math.log(lower[i * n + i]!);
    if (gradient !== null) {
      invertInto(lower, inverse, scratch, n);
      writeGradient(gradient, { theta, outputscale, noise, alpha });
    }
    return value;
  };

  function writeGradient(
    gradient: Float64Array,
    at: {
      readonly theta: ArrayLike<number>;
      readonly outputscale: number;
      readonly noise: number;
      readonly alpha: Float64Array;
    },
  ): void {
    const { alpha } = at;
    gradient.fill(0);
    // `slopes` becomes (ααᵀ − Σ⁻¹)_ij · s c′_ij; both triangles together cancel the ½.
    let trace = 0;
    let off = 0;
    for (let i = 0, p = 0; i < n; i++) {
      for (let j = 0; j < i; j++, p++) {
        const weight = (alpha[i]! * alpha[j]! - inverse[i * n + j]!) * at.outputscale;
        off += weight * values[p]!;
        slopes[p]! *= weight;
      }
      trace += alpha[i]! * alpha[i]! - inverse[i * n + i]!;
    }
    for (let c = 0; c < d; c++) {
      const column = squares[c]!;
      let sum = 0;
      for (let p = 0; p < pairs; p++) sum += slopes[p]! * column[p]!;
      gradient[c] = -2 * Math.exp(-2 * at.theta[c]!) * sum;
    }
    gradient[d] = off + 0.5 * at.outputscale * trace;
    if (problem.noiseVariances === null) gradient[d + 1] = 0.5 * at.noise * trace;
  }
}

/** (xᵢc − xⱼc)² of every pair j < i, one array an input. */
function squaredDifferences({ rows, columns, data }: Matrix): readonly Float64Array[] {
  return Array.from({ length: columns }, (_, c) => {
    const column = new Float64Array((rows * (rows - 1)) / 2);
    for (let i = 0, p = 0; i < rows; i++)
      for (let j = 0; j < i; j++, p++) column[p] = (data[i * columns + c]! - data[j * columns + c]!) ** 2;
    return column;
  });
}
