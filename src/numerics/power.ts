/** How many items a paired comparison needs. Pure. */
import { normalCdf } from "./normal.ts";

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
