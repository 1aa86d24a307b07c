/** Dense matrices of doubles, row-major. Pure; knows no room but itself. */

/** Entry (i, j) is `data[i * columns + j]`. */
export type Matrix = { readonly rows: number; readonly columns: number; readonly data: Float64Array };

/** A matrix of zeros. */
export function createMatrix(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float64Array(rows * columns) };
}

/** A copy of rows of equal length. */
export function matrixFromRows(rows: readonly ArrayLike<number>[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const matrix = createMatrix(rows.length, columns);
  rows.forEach((row, i) => {
    if (row.length !== columns) throw new RangeError(`row ${i} has ${row.length} entries, not ${columns}`);
    matrix.data.set(Array.from(row), i * columns);
  });
  return matrix;
}

/** Row i as a view of the same memory. */
export function rowOf(matrix: Matrix, i: number): Float64Array {
  return matrix.data.subarray(i * matrix.columns, (i + 1) * matrix.columns);
}

/** Σ aᵢbᵢ of two vectors of equal length. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
