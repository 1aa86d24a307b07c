/** Corrections of p-values for how many were looked at. Pure. */

/**
 * False-discovery-rate adjusted p-values ("q"): calling all with q ≤ r significant keeps the expected share of false ones
 * among them at or below r, for independent or positively dependent tests (Benjamini & Hochberg 1995). In the order given.
 * @throws RangeError for a value outside [0, 1].
 */
export function benjaminiHochberg(pValues: readonly number[]): readonly number[] {
  for (const p of pValues) if (!(p >= 0 && p <= 1)) throw new RangeError(`a p-value is in [0, 1], not ${p}`);
  const n = pValues.length;
  const falling = pValues.map((_, i) => i).sort((a, b) => pValues[b]! - pValues[a]! || b - a);
  const adjusted = new Array<number>(n);
  let least = 1;
  for (const [place, i] of falling.entries()) {
    const rank = n - place;
    least = Math.min(least, (n * pValues[i]!) / rank);
    adjusted[i] = least;
  }
  return adjusted;
}
