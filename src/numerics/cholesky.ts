/**
 * Cholesky factor A = L Lᵀ of a symmetric positive definite matrix and what follows from it: solutions, inverse,
 * log-determinant. Where rounding makes A indefinite, a growing multiple of the identity (the jitter) is added and
 * said in the result. Pure.
 */
import { AppError } from "../base/errors.ts";
import { createMatrix, type Matrix } from "./matrix.ts";

/** L (lower triangle; zeros above) of A + jitter·I. */
export type CholeskyFactor = { readonly lower: Matrix; readonly jitter: number };

/** First jitter tried after 0, as a multiple of the mean diagonal, and the factor between tries. */
const FIRST_JITTER = 1e-10;
const JITTER_GROWTH = 10;
const JITTER_TRIES = 9;

/**
 * Factors A, with the least jitter of 0, 1e-10, 1e-9 … 1e-2 (times the mean of the diagonal) that works.
 * @param a n×n, only its lower triangle is read; left as it is.
 * @throws AppError `numerics` when A is not positive definite even so, or has an entry that is not finite.
 */
export function factorCholesky(a: Matrix): CholeskyFactor {
  const n = a.rows;
  const lower = createMatrix(n, n);
  let diagonal = 0;
  for (let i = 0; i < n; i++) diagonal += a.data[i * n + i]! / n;
  for (let attempt = 0; attempt <= JITTER_TRIES; attempt++) {
    const jitter = attempt === 0 ? 0 : FIRST_JITTER * JITTER_GROWTH ** (attempt - 1) * diagonal;
    if (factorInto(a.data, jitter, lower.data, n)) return { lower, jitter };
  }
  throw new AppError("numerics", `A ${n}×${n} covariance matrix is not positive definite.`, {
    advice: "Check the inputs for values that are not finite, or allow some noise.",
    fields: { size: n },
  });
}

/**
 * Writes L of A + jitter·I into `lower` (row-major n×n; the part above the diagonal is not touched).
 * @returns whether A + jitter·I is positive definite in floating point; if not, `lower` is unusable.
 */
export function factorInto(a: Float64Array, jitter: number, lower: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    const rowI = i * n;
    for (let j = 0; j <= i; j++) {
      const rowJ = j * n;
      const sum = a[rowI + j]! - dotFrom(lower, rowI, lower, rowJ, j);
      if (i !== j) {
        lower[rowI + j] = sum / lower[rowJ + j]!;
        continue;
      }
      const pivot = sum + jitter;
      // A pivot that is all rounding error would make the solution noise, so it counts as failure.
      if (!(pivot > n * Number.EPSILON * Math.abs(a[rowI + i]!))) return false;
      lower[rowI + i] = Math.sqrt(pivot);
    }
  }
  return true;
}

/** Solves L x = b; x may be b itself. @returns x */
export function solveLower(
  lower: Matrix,
  b: ArrayLike<number>,
  x: Float64Array = new Float64Array(lower.rows),
): Float64Array {
  const { rows: n, data } = lower;
  for (let i = 0; i < n; i++) {
    x[i] = (b[i]! - dotFrom(data, i * n, x, 0, i)) / data[i * n + i]!;
  }
  return x;
}

/** Solves Lᵀ x = b; x may be b itself. @returns x */
export function solveLowerTransposed(
  lower: Matrix,
  b: ArrayLike<number>,
  x: Float64Array = new Float64Array(lower.rows),
): Float64Array {
  const { rows: n, data } = lower;
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < n; k++) sum -= data[k * n + i]! * x[k]!;
    x[i] = sum / data[i * n + i]!;
  }
  return x;
}

/** (A + jitter·I)⁻¹ b. */
export function solveCholesky(factor: CholeskyFactor, b: ArrayLike<number>): Float64Array {
  const x = new Float64Array(factor.lower.rows);
  return solveLowerTransposed(factor.lower, solveLower(factor.lower, b, x), x);
}

/** log det(A + jitter·I). */
export function logDeterminant({ lower }: CholeskyFactor): number {
  let sum = 0;
  for (let i = 0; i < lower.rows; i++) sum += Math.log(lower.data[i * lower.columns + i]!);
  return 2 * sum;
}

/**
 * Writes (L Lᵀ)⁻¹ into `inverse`, both triangles. Needs n² scratch numbers.
 * @param lower row-major n×n; only the lower triangle is read.
 */
export function invertInto(
  lower: Float64Array,
  inverse: Float64Array,
  scratch: Float64Array,
  n: number,
): void {
  // Columns of L⁻¹ are written as rows of `scratch`, so that the product below runs over contiguous memory.
  for (let j = 0; j < n; j++) {
    const column = j * n;
    scratch[column + j] = 1 / lower[column + j]!;
    for (let i = j + 1; i < n; i++) {
      const sum = dotFrom(lower, i * n + j, scratch, column + j, i - j);
      scratch[column + i] = -sum / lower[i * n + i]!;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const sum = dotFrom(scratch, i * n + i, scratch, j * n + i, n - i);
      inverse[i * n + j] = sum;
      inverse[j * n + i] = sum;
    }
  }
}

/** (A + jitter·I)⁻¹ as a matrix. */
export function inverseFromCholesky({ lower }: CholeskyFactor): Matrix {
  const n = lower.rows;
  const inverse = createMatrix(n, n);
  invertInto(lower.data, inverse.data, new Float64Array(n * n), n);
  return inverse;
}

/**
 * Σ aᵢbᵢ of `count` numbers from these places on. Four sums side by side: one alone would wait for each addition to end
 * before the next can begin.
 */
function dotFrom(a: Float64Array, startA: number, b: Float64Array, startB: number, count: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < count; k += 4) {
    s0 += a[startA + k]! * b[startB + k]!;
    s1 += a[startA + k + 1]! * b[startB + k + 1]!;
    s2 += a[startA + k + 2]! * b[startB + k + 2]!;
    s3 += a[startA + k + 3]! * b[startB + k + 3]!;
  }
  for (; k < count; k++) s0 += a[startA + k]! * b[startB + k]!;
  return s0 + s1 + (s2 + s3);
}
