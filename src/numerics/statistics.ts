/** Descriptive and paired statistics. Arrays are never changed. Pure. */

/** Arithmetic mean. @throws RangeError when empty. */
export function mean(values: ArrayLike<number>): number {
  requireAtLeast(values, 1, "a mean");
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Sample variance, divisor n − 1. @throws RangeError for fewer than two values. */
export function sampleVariance(values: ArrayLike<number>): number {
  requireAtLeast(values, 2, "a sample variance");
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return sum / (values.length - 1);
}

/** Sample standard deviation, divisor n − 1. @throws RangeError for fewer than two values. */
export function sampleStandardDeviation(values: ArrayLike<number>): number {
  return Math.sqrt(sampleVariance(values));
}

/** Standard error of the mean, s/√n with divisor n − 1 in s, as lm-evaluation-harness gives it. @throws RangeError for fewer than two values. */
export function standardError(values: ArrayLike<number>): number {
  return sampleStandardDeviation(values) / Math.sqrt(values.length);
}

/** (values − mean) / s. @returns null when all are equal. @throws RangeError for fewer than two values. */
export function standardize(values: ArrayLike<number>): Float64Array | null {
  const scale = sampleStandardDeviation(values);
  if (scale === 0) return null;
  const shift = mean(values);
  return Float64Array.from(values, (value) => (value - shift) / scale);
}

/** The quantile at `level` ∈ [0, 1], linear between order statistics (type 7 of Hyndman & Fan, NumPy's default). @throws RangeError when empty or outside [0, 1]. */
export function quantile(values: ArrayLike<number>, level: number): number {
  requireAtLeast(values, 1, "a quantile");
  if (!(level >= 0 && level <= 1)) throw new RangeError(`a quantile's level is in [0, 1], not ${level}`);
  const sorted = Float64Array.from(values).sort();
  const position = level * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (position - below) * (high - low);
}

/** Ranks from 1; equal values share the mean of their ranks. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1; // exclusive
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) result[order[i]!] = (start + end + 1) / 2;
    start = end;
  }
  return result;
}

/** Pearson's correlation; NaN when one side is constant. @throws RangeError for unequal lengths or fewer than two pairs. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  requirePaired(a, b);
  const meanA = mean(a);
  const meanB = mean(b);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    const da = a[i]! - meanA;
    const db = b[i]! - meanB;
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Spearman's rank correlation, ties by mean ranks; NaN when one side is constant. @throws RangeError for unequal lengths or fewer than two pairs. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  requirePaired(a, b);
  return pearson(ranks(a), ranks(b));
}

/** Mean of a − b over items measured both ways, and its standard error. @throws RangeError for unequal lengths or fewer than two pairs. */
export function pairedDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): { readonly difference: number; readonly standardError: number } {
  requirePaired(a, b);
  const differences = Float64Array.from(a, (value, i) => value - b[i]!);
  return { difference: mean(differences), standardError: standardError(differences) };
}

/**
 * Exact two-sided McNemar test: the probability, if both are equally good, of a split at least as uneven as this.
 * @param onlyA items right with A and wrong with B; `onlyB` the other way round.
 * @returns min(1, 2·P(X ≤ min)) for X binomial(onlyA + onlyB, ½); 1 when there are none.
 */
export function mcnemarExactP(onlyA: number, onlyB: number): number {
  const n = onlyA + onlyB;
  const fewer = Math.min(onlyA, onlyB);
  // Terms are summed from the largest down, each from its neighbour, so that nothing overflows.
  let logTerm = -n * Math.LN2;
  for (let k = 1; k <= fewer; k++) logTerm += Math.log((n - k + 1) / k);
  let term = 1;
  let sum = 0;
  for (let k = fewer; k >= 0; k--) {
    sum += term;
    term *= k / (n - k + 1);
  }
  return Math.min(1, 2 * sum * Math.exp(logTerm));
}

function requireAtLeast(values: ArrayLike<number>, least: number, what: string): void {
  if (values.length < least) throw new RangeError(`${what} needs ${least} values, not ${values.length}`);
}

function requirePaired(a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) throw new RangeError(`${a.length} values cannot be paired with ${b.length}`);
  requireAtLeast(a, 2, "a paired statistic");
}
