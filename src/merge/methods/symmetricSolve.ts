/** A symmetric positive definite system, factored once and solved for many right-hand sides, in place. Pure. */

/** Shares of the mean diagonal that are added, one after another, until a factor exists. */
const JITTERS = [0, 1e-10, 1e-8, 1e-6, 1e-4] as const;

/**
 * The lower Cholesky factor of a matrix [n, n], row-major, with as little added to its diagonal as is needed; `null` where
 * even the most does not help.
 */
export function factorise(matrix: Float64Array, n: number): Float64Array | null {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += matrix[i * n + i]!;
  for (const jitter of JITTERS) {
    const lower = cholesky(matrix, n, (jitter * trace) / n);
    if (lower !== null) return lower;
  }
  return null;
}

function cholesky(matrix: Float64Array, n: number, jitter: number): Float64Array | null {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const rowI = lower.subarray(i * n, i * n + i);
    for (let j = 0; j <= i; j++) {
      const rowJ = lower.subarray(j * n, j * n + j);
      let sum = matrix[i * n + j]! + (i === j ? jitter : 0);
      for (let k = 0; k < j; k++) sum -= rowI[k]! * rowJ[k]!;
      if (i !== j) lower[i * n + j] = sum / lower[j * n + j]!;
      else if (sum > 0) lower[i * n + i] = Math.sqrt(sum);
      else return null;
    }
  }
  return lower;
}

/** Solves L Lᵀ x = b in place of b. */
export function solveFactored(lower: Float64Array, n: number, side: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = side[i]!;
    for (let k = 0; k < i; k++) sum -= lower[i * n + k]! * side[k]!;
    side[i] = sum / lower[i * n + i]!;
  }
  // Backwards by columns of Lᵀ, which are rows of L and lie in order.
  for (let i = n - 1; i >= 0; i--) {
    const value = side[i]! / lower[i * n + i]!;
    side[i] = value;
    for (let k = 0; k < i; k++) side[k]! -= lower[i * n + k]! * value;
  }
}
