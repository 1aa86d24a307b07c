/** Percentile intervals by resampling (Efron 1979), seeded. Pure. */
import { createRng } from "./rng.ts";
import { quantile, spearman } from "./statistics.ts";

/** How an interval is drawn: `level` 0.95 and 2000 draws unless given. */
export type BootstrapOptions = { readonly seed: number; readonly draws?: number; readonly level?: number };

/** An interval; `constant` counts draws that had no value and were left out. */
export type BootstrapInterval = { readonly low: number; readonly high: number; readonly constant: number };

/**
 * Interval of the mean of paired differences over items.
 * @throws RangeError for fewer than two, or one that is not finite.
 */
export function bootstrapMean(
  differences: ArrayLike<number>,
  { seed, draws = 2000, level = 0.95 }: BootstrapOptions,
): BootstrapInterval {
  const n = differences.length;
  if (n < 2) throw new RangeError(`a bootstrap needs two values, not ${n}`);
  const values = Float64Array.from(differences);
  if (!values.every(Number.isFinite)) throw new RangeError("a bootstrap needs finite values");
  const rng = createRng(seed, "bootstrap mean");
  const perBit = n / 2 ** 32; // of a draw: some items are likelier by n/2³², which no interval shows
  const means = Float64Array.from({ length: draws }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[Math.floor(rng.uint32() * perBit)]!;
    return sum / n;
  });
  return { ...percentile(means, level), constant: 0 };
}

/**
 * Interval of Spearman's rank correlation over pairs of values.
 * @throws RangeError for unequal lengths or fewer than three pairs.
 */
export function bootstrapSpearman(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { seed, draws = 2000, level = 0.95 }: BootstrapOptions,
): BootstrapInterval {
  const n = a.length;
  if (n !== b.length || n < 3)
    throw new RangeError(`${n} and ${b.length} values cannot be resampled in pairs`);
  const rng = createRng(seed, "bootstrap spearman");
  const values: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const picked = Array.from({ length: n }, () => rng.integer(n));
    const rho = spearman(
      picked.map((i) => a[i]!),
      picked.map((i) => b[i]!),
    );
    if (Number.isFinite(rho)) values.push(rho);
  }
  const interval = values.length === 0 ? { low: Number.NaN, high: Number.NaN } : percentile(values, level);
  return { ...interval, constant: draws - values.length };
}

function percentile(
  values: ArrayLike<number>,
  level: number,
): { readonly low: number; readonly high: number } {
  return { low: quantile(values, (1 - level) / 2), high: quantile(values, (1 + level) / 2) };
}
