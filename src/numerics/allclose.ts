/**
 * Comparison of numbers up to a tolerance, for tests: |actual − expected| ≤ atol + rtol·|expected|, as NumPy's
 * `allclose`, but with a message that names the worst entry. Knows no test runner.
 */

/** Numbers, or arrays of them nested to any depth. */
export type Numbers = number | ArrayLike<number> | readonly Numbers[];

/** Relative and absolute tolerance; both default to 0. */
export type Tolerance = { readonly rtol?: number; readonly atol?: number };

/** Throws an `Error` naming the first shape difference or the worst entry, unless all entries agree. Equal infinities agree; NaN agrees with nothing. */
export function expectAllclose(actual: Numbers, expected: Numbers, tolerance: Tolerance): void {
  const a = flatten(actual, "");
  const b = flatten(expected, "");
  if (a.length !== b.length) throw new Error(`expected ${b.length} numbers, got ${a.length}`);
  let worst: { readonly excess: number; readonly index: number } | null = null;
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!.value;
    const y = b[i]!.value;
    if (a[i]!.path !== b[i]!.path) throw new Error(`shapes differ at ${a[i]!.path} and ${b[i]!.path}`);
    if (x === y) continue;
    const allowed = (tolerance.atol ?? 0) + (tolerance.rtol ?? 0) * Math.abs(y);
    const difference = Math.abs(x - y);
    if (difference <= allowed) continue;
    const excess = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / allowed;
    if (worst === null || excess > worst.excess) worst = { excess, index: i };
  }
  if (worst === null) return;
  const { value, path } = a[worst.index]!;
  const wanted = b[worst.index]!.value;
  throw new Error(
    `number${path} is ${value}, expected ${wanted}: off by ${Math.abs(value - wanted)}, ${worst.excess.toPrecision(3)} times the tolerance`,
  );
}

function flatten(
  numbers: Numbers,
  path: string,
): readonly { readonly value: number; readonly path: string }[] {
  if (typeof numbers === "number") return [{ value: numbers, path }];
  return Array.from(numbers as ArrayLike<Numbers>).flatMap((entry, i) => flatten(entry, `${path}[${i}]`));
}
