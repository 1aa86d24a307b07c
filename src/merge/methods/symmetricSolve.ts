/** A symmetric positive definite system, factored once and solved for many right-hand sides, in place. Pure. */
import { factorInto } from "../../numerics/cholesky.ts";

/** Shares of the mean diagonal that are added, one after another, until a factor exists. */
const JITTERS = [0, 1e-10, 1e-8, 1e-6, 1e-4] as const;
/** Right-hand sides that are solved at once: the factor is read from memory once for all of them. */
const TOGETHER = 4;

/**
 * The lower Cholesky factor of a matrix [n, n], row-major, with as little added to its diagonal as is needed; `null` where
 * even the most does not help. Only the lower triangle is read.
 */
export function factorise(matrix: Float64Array, n: number): Float64Array | null {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += matrix[i * n + i]!;
  const lower = new Float64Array(n * n);
  for (const jitter of JITTERS) if (factorInto(matrix, (jitter * trace) / n, lower, n)) return lower;
  return null;
}

/** Solves L Lᵀ x = b in place of b, for `count` right-hand sides that lie one after another. */
export function solveFactored(lower: Float64Array, n: number, sides: Float64Array, count: number): void {
  // Sides of one block lie side by side, so that each element of L meets all of them.
  const block = new Float64Array(n * TOGETHER);
  for (let first = 0; first < count; first += TOGETHER) {
    const width = Math.min(TOGETHER, count - first);
    block.fill(0);
    for (let s = 0; s < width; s++)
      for (let i = 0; i < n; i++) block[i * TOGETHER + s] = sides[(first + s) * n + i]!;
    solveBlock(lower, n, block);
    for (let s = 0; s < width; s++)
      for (let i = 0; i < n; i++) sides[(first + s) * n + i] = block[i * TOGETHER + s]!;
  }
}

function solveBlock(lower: Float64Array, n: number, x: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const at = i * TOGETHER;
    let a = x[at]!;
    let b = x[at + 1]!;
    let c = x[at + 2]!;
    let d = x[at + 3]!;
    for (let k = 0; k < i; k++) {
      const l = lower[i * n + k]!;
      const from = k * TOGETHER;
      a -= l * x[from]!;
      b -= l * x[from + 1]!;
      c -= l * x[from + 2]!;
      d -= l * x[from + 3]!;
    }
    const pivot = lower[i * n + i]!;
    x[at] = a / pivot;
    x[at + 1] = b / pivot;
    x[at + 2] = c / pivot;
    x[at + 3] = d / pivot;
  }
  // Backwards by columns of Lᵀ, which are rows of L and lie in order.
  for (let i = n - 1; i >= 0; i--) {
    const at = i * TOGETHER;
    const pivot = lower[i * n + i]!;
    const a = x[at]! / pivot;
    const b = x[at + 1]! / pivot;
    const c = x[at + 2]! / pivot;
    const d = x[at + 3]! / pivot;
    x[at] = a;
    x[at + 1] = b;
    x[at + 2] = c;
    x[at + 3] = d;
    for (let k = 0; k < i; k++) {
      const l = lower[i * n + k]!;
      const to = k * TOGETHER;
      x[to]! -= l * a;
      x[to + 1]! -= l * b;
      x[to + 2]! -= l * c;
      x[to + 3]! -= l * d;
    }
  }
}
