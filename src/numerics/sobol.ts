/**
 * Sobol' sequence in up to 21 dimensions: points that fill the unit cube evenly. With a seed it is scrambled by a random
 * lower-triangular matrix and a digital shift a dimension (Matoušek 1998), which keeps its evenness and makes the
 * points of each dimension uniform. Pure.
 *
 * Primitive polynomials and initial direction numbers: Joe & Kuo, "Constructing Sobol sequences with better
 * two-dimensional projections" (2008), the set new-joe-kuo-6.21201.
 */
import { createRng, type Rng } from "./rng.ts";

const BITS = 32;

/** A dimension: primitive polynomial, all its bits included, and its first direction numbers m₁, m₂ …. */
const DIMENSIONS: readonly (readonly [polynomial: number, initial: readonly number[]])[] = [
  [1, []],
  [3, [1]],
  [7, [1, 3]],
  [11, [1, 3, 1]],
  [13, [1, 1, 1]],
  [19, [1, 1, 3, 3]],
  [25, [1, 3, 5, 13]],
  [37, [1, 1, 5, 5, 17]],
  [41, [1, 1, 5, 5, 5]],
  [47, [1, 1, 7, 11, 19]],
  [55, [1, 1, 5, 1, 1]],
  [59, [1, 1, 1, 3, 11]],
  [61, [1, 3, 5, 5, 31]],
  [67, [1, 3, 3, 9, 7, 49]],
  [91, [1, 1, 1, 15, 21, 21]],
  [97, [1, 3, 1, 13, 27, 49]],
  [103, [1, 1, 1, 15, 7, 5]],
  [109, [1, 3, 1, 15, 13, 25]],
  [115, [1, 1, 5, 5, 19, 61]],
  [131, [1, 3, 7, 11, 23, 15, 103]],
  [137, [1, 3, 7, 13, 13, 15, 69]],
];

/** The most dimensions there are direction numbers for. */
export const SOBOL_MAX_DIMENSIONS = DIMENSIONS.length;

/**
 * The first `count` points, in Gray-code order.
 * @param seed names the scrambling; `null` for the plain sequence, which begins at the origin.
 * @returns points in [0, 1)^dimensions.
 * @throws RangeError for a number of dimensions outside 1 … 21.
 */
export function sobolPoints(
  count: number,
  dimensions: number,
  seed: number | string | null,
): readonly (readonly number[])[] {
  if (!(Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= SOBOL_MAX_DIMENSIONS))
    throw new RangeError(
      `a Sobol' sequence here has 1 to ${SOBOL_MAX_DIMENSIONS} dimensions, not ${dimensions}`,
    );
  const columns = Array.from({ length: dimensions }, (_, dimension) => {
    const directions = directionNumbers(dimension);
    if (seed === null) return { directions, shift: 0 };
    const rng = createRng(seed, "sobol", dimension);
    return { directions: scramble(directions, rng), shift: rng.uint32() };
  });
  const state = columns.map(({ shift }) => shift);
  return Array.from({ length: count }, (_, index) => {
    if (index > 0) {
      const changed = trailingZeros(index);
      columns.forEach(({ directions }, d) => {
        state[d] = (state[d]! ^ directions[changed]!) >>> 0;
      });
    }
    return state.map((bits) => bits * 2 ** -BITS);
  });
}

/** v₁ … v₃₂ as 32-bit integers, the binary point before the highest bit. */
function directionNumbers(dimension: number): readonly number[] {
  const [polynomial, initial] = DIMENSIONS[dimension]!;
  const degree = initial.length;
  const v: number[] = initial.map((m, i) => (m << (BITS - 1 - i)) >>> 0);
  for (let i = degree; i < BITS; i++) {
    if (degree === 0) {
      v.push((1 << (BITS - 1 - i)) >>> 0);
      continue;
    }
    let next = v[i - degree]! ^ (v[i - degree]! >>> degree);
    for (let k = 1; k < degree; k++) if ((polynomial >>> (degree - k)) & 1) next ^= v[i - k]!;
    v.push(next >>> 0);
  }
  return v;
}

/** The direction numbers multiplied, over GF(2), by a random lower-triangular matrix with a unit diagonal. */
function scramble(directions: readonly number[], rng: Rng): readonly number[] {
  // Row r of the matrix gives output bit r (from the highest) as a parity of input bits 0 … r.
  const rows = Array.from({ length: BITS }, (_, r) => {
    const diagonal = (1 << (BITS - 1 - r)) >>> 0;
    const above = r === 0 ? 0 : (0xffffffff << (BITS - r)) >>> 0;
    return ((rng.uint32() & above) | diagonal) >>> 0;
  });
  return directions.map((v) => {
    let out = 0;
    rows.forEach((row, r) => {
      if (parity(row & v)) out |= 1 << (BITS - 1 - r);
    });
    return out >>> 0;
  });
}

function parity(bits: number): number {
  let x = bits;
  x ^= x >>> 16;
  x ^= x >>> 8;
  x ^= x >>> 4;
  x ^= x >>> 2;
  x ^= x >>> 1;
  return x & 1;
}

function trailingZeros(x: number): number {
  return 31 - Math.clz32(x & -x);
}
