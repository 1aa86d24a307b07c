import { describe, expect, it } from "vitest";
import { AppError } from "../base/errors.ts";
import { expectAllclose } from "./allclose.ts";
import { factorCholesky, inverseFromCholesky, logDeterminant, solveCholesky } from "./cholesky.ts";
import { createMatrix, dot, type Matrix, matrixFromRows, rowOf } from "./matrix.ts";
import { createRng } from "./rng.ts";

/** B Bᵀ + 0.1 I of a random B. */
function randomCovariance(n: number): Matrix {
  const rng = createRng("covariance", n);
  const b = createMatrix(n, n);
  for (let i = 0; i < n * n; i++) b.data[i] = rng.normal();
  const a = createMatrix(n, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) a.data[i * n + j] = dot(rowOf(b, i), rowOf(b, j)) + (i === j ? 0.1 : 0);
  return a;
}

describe("factorCholesky", () => {
  it("gives the hand-computed factor of a 2×2 matrix", () => {
    const { lower, jitter } = factorCholesky(
      matrixFromRows([
        [4, 2],
        [2, 5],
      ]),
    );
    expectAllclose(lower.data, [2, 0, 1, 2], { rtol: 1e-15 });
    expect(jitter).toBe(0);
  });

  it.each([1, 2, 7, 30])("solves, inverts and gives the determinant, n = %i", (n) => {
    const a = randomCovariance(n);
    const factor = factorCholesky(a);
    const b = Float64Array.from({ length: n }, (_, i) => Math.sin(i + 1));
    const x = solveCholesky(factor, b);
    const product = Array.from(b, (_, i) => dot(rowOf(a, i), x));
    expectAllclose(product, b, { atol: 1e-10 });
    const inverse = inverseFromCholesky(factor);
    for (let i = 0; i < n; i++) {
      const row = Array.from({ length: n }, (_, j) => dot(rowOf(a, i), rowOf(inverse, j)));
      expectAllclose(
        row,
        row.map((_, j) => (i === j ? 1 : 0)),
        { atol: 1e-9 },
      );
    }
    expectAllclose(logDeterminant(factor), Math.log(determinant(a)), { rtol: 1e-9, atol: 1e-9 });
  });

  it("adds a jitter to a singular matrix and says how much", () => {
    const { lower, jitter } = factorCholesky(
      matrixFromRows([
        [1, 1],
        [1, 1],
      ]),
    );
    expect(jitter).toBe(1e-10);
    expectAllclose(lower.data[0]! ** 2, 1 + 1e-10, { rtol: 1e-15 });
  });

  it("refuses a matrix that no small jitter helps", () => {
    expect(() =>
      factorCholesky(
        matrixFromRows([
          [1, 2],
          [2, 1],
        ]),
      ),
    ).toThrow(AppError);
    expect(() => factorCholesky(matrixFromRows([[Number.NaN]]))).toThrow(/not positive definite/);
  });
});

/** By Gaussian elimination with pivoting. */
function determinant({ rows, data }: Matrix): number {
  const a = Array.from({ length: rows }, (_, i) => Array.from(data.slice(i * rows, (i + 1) * rows)));
  let result = 1;
  for (let c = 0; c < rows; c++) {
    let pivot = c;
    for (let r = c; r < rows; r++) if (Math.abs(a[r]![c]!) > Math.abs(a[pivot]![c]!)) pivot = r;
    if (pivot !== c) {
      [a[c], a[pivot]] = [a[pivot]!, a[c]!];
      result = -result;
    }
    result *= a[c]![c]!;
    for (let r = c + 1; r < rows; r++) {
      const share = a[r]![c]! / a[c]![c]!;
      for (let k = c; k < rows; k++) a[r]![k]! -= share * a[c]![k]!;
    }
  }
  return result;
}
