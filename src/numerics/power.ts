/** How many items a paired comparison needs. Pure. */
import { normalCdf } from "./normal.ts";
import { mcnemarExactP } from "./statistics.ts";

/** A true effect: the difference of the shares right, and the share of items on which the two models differ. */
export type PairedEffect = { readonly difference: number; readonly discordance: number };

/**
 * Items until a McNemar test at `level` sees this effect with this power (Connor 1987, Biometrics 43: normal approximation
 * n = (z₁₋ₐ/₂ √ψ + z_β √(ψ − δ²))² / δ², ψ the discordant share). `Infinity` for a difference of 0.
 * @throws RangeError for a discordance below the difference or above 1.
 */
export function itemsToDecide({ difference, discordance }: PairedEffect, power = 0.8, level = 0.05): number {
  const delta = Math.abs(difference);
  if (!(discordance <= 1 && discordance >= delta - 1e-12))
    throw new RangeError(`a discordant share of ${discordance} does not go with a difference of ${delta}`);
  if (delta === 0) return Number.POSITIVE_INFINITY;
  const spread = Math.sqrt(Math.max(0, discordance - delta ** 2));
  const numerator = normalQuantile(1 - level / 2) * Math.sqrt(discordance) + normalQuantile(power) * spread;
  return Math.ceil(numerator ** 2 / delta ** 2);
}

/** As `itemsToDecide` for a mean of paired differences with this standard deviation: n = ((z₁₋ₐ/₂ + z_β) s / δ)². */
export function itemsToDecideMean(
  { difference, deviation }: { readonly difference: number; readonly deviation: number },
  power = 0.8,
  level = 0.05,
): number {
  if (difference === 0) return Number.POSITIVE_INFINITY;
  return Math.ceil((((normalQuantile(1 - level / 2) + normalQuantile(power)) * deviation) / difference) ** 2);
}

/**
 * Probability that the exact McNemar test of n items is significant at `level`: over all numbers of discordant items and
 * all their splits. Time grows with n².
 */
export function mcnemarPower({ difference, discordance }: PairedEffect, n: number, level = 0.05): number {
  const share = discordance === 0 ? 0.5 : (discordance + difference) / (2 * discordance);
  let power = 0;
  for (let m = 0; m <= n; m++) {
    const weight = binomial(n, m, discordance);
    if (weight < 1e-15) continue;
    for (let gained = 0; gained <= m; gained++)
      if (mcnemarExactP(gained, m - gained) <= level) power += weight * binomial(m, gained, share);
  }
  return power;
}

function binomial(n: number, k: number, p: number): number {
  if (p === 0 || p === 1) return k === n * p ? 1 : 0;
  let log = k * Math.log(p) + (n - k) * Math.log1p(-p);
  for (let i = 1; i <= k; i++) log += Math.log((n - k + i) / i);
  return Math.exp(log);
}

/** Where the standard normal distribution has this share below; by bisection, to 1e-12. */
export function normalQuantile(share: number): number {
  if (!(share > 0 && share < 1)) throw new RangeError(`a share is in (0, 1), not ${share}`);
  let [low, high] = [-40, 40];
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
