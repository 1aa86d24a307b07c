/**
 * Covariance functions with one lengthscale an input (automatic relevance determination), and their derivatives.
 *
 *   k(a, b) = s · c(r²),  r² = Σᵢ (aᵢ − bᵢ)² / ℓᵢ²
 *
 *   matern52   c = (1 + √5 r + 5r²/3) exp(−√5 r)     c′ = dc/d(r²) = −5/6 (1 + √5 r) exp(−√5 r)
 *   matern32   c = (1 + √3 r) exp(−√3 r)             c′ = −3/2 exp(−√3 r)
 *   rbf        c = exp(−r²/2)                         c′ = −c/2
 *
 *   ∂k/∂log ℓᵢ = −2 s c′ (aᵢ − bᵢ)²/ℓᵢ²     ∂k/∂log s = k     ∂k/∂aᵢ = 2 s c′ (aᵢ − bᵢ)/ℓᵢ²
 *
 * Source: Rasmussen & Williams, "Gaussian Processes for Machine Learning", §4.2. Pure.
 */
import type { KernelName } from "../domain/surrogate.ts";
import { createMatrix, type Matrix, rowOf } from "../numerics/matrix.ts";

/** A covariance function with its hyper-parameters: ℓ (one an input) and s. */
export type Kernel = {
  readonly name: KernelName;
  readonly lengthscale: ArrayLike<number>;
  readonly outputscale: number;
};

/** c at each r², and c′ = dc/d(r²) where `slopes` is given. Arrays of equal length. */
export function fillCorrelations(
  name: KernelName,
  squaredDistances: Float64Array,
  values: Float64Array,
  slopes: Float64Array | null,
): void {
  switch (name) {
    case "matern52":
      for (let i = 0; i < values.length; i++) {
        const square = squaredDistances[i]!;
        const root = Math.sqrt(5 * square);
        const decay = Math.exp(-root);
        values[i] = (1 + root + (5 / 3) * square) * decay;
        if (slopes !== null) slopes[i] = (-5 / 6) * (1 + root) * decay;
      }
      return;
    case "matern32":
      for (let i = 0; i < values.length; i++) {
        const root = Math.sqrt(3 * squaredDistances[i]!);
        const decay = Math.exp(-root);
        values[i] = (1 + root) * decay;
        if (slopes !== null) slopes[i] = -1.5 * decay;
      }
      return;
    case "rbf":
      for (let i = 0; i < values.length; i++) {
        const value = Math.exp(-0.5 * squaredDistances[i]!);
        values[i] = value;
        if (slopes !== null) slopes[i] = -0.5 * value;
      }
      return;
    default:
      name satisfies never;
  }
}

/** k(a, xᵢ) for every row xᵢ; writes ∂k/∂a row by row into `gradients` (rows × inputs) where given. */
export function covarianceWith(
  kernel: Kernel,
  inputs: Matrix,
  a: ArrayLike<number>,
  gradients: Matrix | null = null,
): Float64Array {
  const { rows, columns, data } = inputs;
  const squares = new Float64Array(rows);
  for (let i = 0; i < rows; i++) squares[i] = squaredDistance(kernel, a, data, i * columns);
  const slopes = gradients === null ? null : new Float64Array(rows);
  const values = new Float64Array(rows);
  fillCorrelations(kernel.name, squares, values, slopes);
  for (let i = 0; i < rows; i++) values[i]! *= kernel.outputscale;
  if (gradients !== null && slopes !== null) {
    for (let i = 0; i < rows; i++) {
      for (let c = 0; c < columns; c++) {
        const difference = a[c]! - data[i * columns + c]!;
        gradients.data[i * columns + c] =
          (2 * kernel.outputscale * slopes[i]! * difference) / kernel.lengthscale[c]! ** 2;
      }
    }
  }
  return values;
}

/** K with K_ij = k(xᵢ, xⱼ), rows × rows. */
export function covarianceMatrix(kernel: Kernel, inputs: Matrix): Matrix {
  const n = inputs.rows;
  const covariance = createMatrix(n, n);
  for (let i = 0; i < n; i++) covariance.data.set(covarianceWith(kernel, inputs, rowOf(inputs, i)), i * n);
  return covariance;
}

function squaredDistance(kernel: Kernel, a: ArrayLike<number>, data: Float64Array, offset: number): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) {
    const scaled = (a[c]! - data[offset + c]!) / kernel.lengthscale[c]!;
    sum += scaled * scaled;
  }
  return sum;
}
