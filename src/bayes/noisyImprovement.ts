/**
 * Noisy expected improvement: expected improvement over the best of the *true* values at the measured points, which
 * noise hides, averaged over what those may be (Letham, Karrer, Ottoni & Bakshy, "Constrained Bayesian optimization with
 * noisy experiments", 2019, eq. 5). Pure.
 *
 *   f⁽ˢ⁾ ~ posterior at X, s = 1 … S     f*⁽ˢ⁾ = max f⁽ˢ⁾     μ⁽ˢ⁾, σ  the noise-free process through f⁽ˢ⁾
 *   NEI(x) = (1/S) Σₛ σ h(uₛ),  uₛ = (μ⁽ˢ⁾(x) − f*⁽ˢ⁾)/σ(x)     σ is the same for all s
 *
 * Draws are antithetic pairs from a stream named by the seed and the number of points, so that the function is smooth
 * and repeatable. Its logarithm is what is computed, as LogEI is (acquisition.ts).
 */
import { factorCholesky, solveCholesky, solveLower, solveLowerTransposed } from "../numerics/cholesky.ts";
import { createMatrix, dot, matrixFromRows, rowOf } from "../numerics/matrix.ts";
import { createRng } from "../numerics/rng.ts";
import { acquisitionAt } from "./acquisition.ts";
import { type Gp, jointPosterior } from "./gp.ts";
import { covarianceMatrix, covarianceWith } from "./kernel.ts";
import type { InputFunction } from "./maximize.ts";

const DRAWS = 64;
/** Noise variance of the noise-free process, as a share of the outputscale: keeps near-equal points apart. */
const NUGGET = 1e-6;
const LEAST_VARIANCE = 1e-12;

/** One possible truth at the measured points: α⁽ˢ⁾ = (K + nugget)⁻¹(f⁽ˢ⁾ − m), and its best. */
type Draw = { readonly alpha: Float64Array; readonly bestF: number };

/**
 * log NEI over the process's inputs, in its units.
 * @param draws S, even
 */
export function createLogNoisyImprovement(gp: Gp, seed: number, draws = DRAWS): InputFunction {
  const { kernel } = gp;
  const points = distinctRows(gp);
  const n = points.rows;
  const sigma = covarianceMatrix(kernel, points);
  for (let i = 0; i < n; i++) sigma.data[i * n + i]! += NUGGET * kernel.outputscale;
  const factor = factorCholesky(sigma);
  const truths: readonly Draw[] = drawTruths(gp, points, seed, draws).map((f) => ({
    alpha: solveCholesky(
      factor,
      f.map((value) => value - gp.mean),
    ),
    bestF: f.reduce((a, b) => Math.max(a, b)),
  }));
  const logs = new Float64Array(draws);
  return (input, gradient) => {
    const slopes = gradient === null ? null : createMatrix(n, points.columns);
    const k = covarianceWith(kernel, points, input, slopes);
    const v = solveLower(factor.lower, k);
    const std = Math.sqrt(Math.max(kernel.outputscale - dot(v, v), LEAST_VARIANCE * kernel.outputscale));
    const heights = truths.map(({ alpha, bestF }, s) => {
      const height = acquisitionAt("logei", { mean: gp.mean + dot(k, alpha), std }, { bestF, beta: 0 });
      logs[s] = height.value;
      return height;
    });
    const most = logs.reduce((a, b) => Math.max(a, b));
    const shares = logs.map((log) => Math.exp(log - most));
    const sum = shares.reduce((a, b) => a + b, 0);
    if (gradient !== null && slopes !== null) {
      // ∇ log NEI = Σₛ wₛ (∂logEI/∂μ ∇μ⁽ˢ⁾ + ∂logEI/∂σ ∇σ), wₛ the draw's share of NEI; both are linear in ∇k.
      const solved = solveLowerTransposed(factor.lower, v);
      const byKernel = new Float64Array(n);
      heights.forEach(({ byMean, byStd }, s) => {
        const weight = shares[s]! / sum;
        const { alpha } = truths[s]!;
        for (let i = 0; i < n; i++)
          byKernel[i]! += weight * (byMean * alpha[i]! - (byStd * solved[i]!) / std);
      });
      for (let c = 0; c < gradient.length; c++) {
        gradient[c] = 0;
        for (let i = 0; i < n; i++) gradient[c]! += byKernel[i]! * slopes.data[i * points.columns + c]!;
      }
    }
    return most + Math.log(sum / draws);
  };
}

/** The measured points, each once: the truth at a point is one, however often it was measured. */
function distinctRows({ inputs }: Gp) {
  const rows = new Map<string, readonly number[]>();
  for (let i = 0; i < inputs.rows; i++) {
    const row = Array.from(rowOf(inputs, i));
    rows.set(row.join(), row);
  }
  return matrixFromRows([...rows.values()]);
}

/** S draws of the truth at the points from their joint posterior. */
function drawTruths(
  gp: Gp,
  points: ReturnType<typeof distinctRows>,
  seed: number,
  draws: number,
): readonly Float64Array[] {
  const { mean, covariance } = jointPosterior(gp, points);
  const { lower } = factorCholesky(covariance);
  const rng = createRng(seed, "noisy improvement", gp.inputs.rows);
  return Array.from({ length: draws / 2 }, () => {
    const z = Float64Array.from(mean, () => rng.normal());
    const offset = mean.map((_, i) => dot(rowOf(lower, i), z));
    return [mean.map((m, i) => m + offset[i]!), mean.map((m, i) => m - offset[i]!)];
  }).flat();
}
