/**
 * Racing: stopping a merge as soon as it is decided that it will not beat the best one so far (Maron & Moore 1994,
 * "Hoeffding races"; blocked by item as in Moore & Lee 1994). Pure.
 *
 *   n items in all, m seen, drawn without replacement; dᵢ the candidate's outcome minus the incumbent's on item i
 *   d̄ mean of the m differences, D̄ the mean of all n, which is what counts in the end
 *
 * d̄ − D̄ is about normal with variance s² (1/m − 1/n): the finite population's correction makes it vanish at m = n. The
 * candidate is stopped when Φ(d̄ / (s √(1/m − 1/n))) is below the error rate divided by the number of looks
 * (Bonferroni), so that over all looks together the chance of stopping one that would have won is at most the rate.
 *
 * Of right and wrong, few items may differ by chance or none: s² then counts one more item won and one more lost.
 */
import { normalCdf } from "../numerics/normal.ts";

/** Whether to go on with a candidate. */
export type RaceVerdict = "go on" | "decided";

/**
 * @param candidate outcomes of the items seen, higher is better; @param incumbent on the same items.
 * @param look which look this is, from 1; @param looks how many there are, the last of which sees all items.
 * @param errorRate in (0, ½].
 */
export function raceVerdict(
  candidate: readonly number[],
  incumbent: readonly number[],
  total: number,
  look: number,
  looks: number,
  errorRate: number,
): RaceVerdict {
  const seen = candidate.length;
  if (seen < 2 || seen >= total || look >= looks) return "go on";
  const differences = candidate.map((outcome, i) => outcome - incumbent[i]!);
  const mean = differences.reduce((sum, d) => sum + d, 0) / seen;
  if (mean >= 0) return "go on";
  const squares = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0);
  const binary = candidate.every(isBinary) && incumbent.every(isBinary);
  const variance = binary ? (squares + 2) / (seen + 1) : squares / (seen - 1);
  const deviation = Math.sqrt(variance * (1 / seen - 1 / total));
  return normalCdf(mean / deviation) < errorRate / Math.max(1, looks - 1) ? "decided" : "go on";
}

function isBinary(outcome: number): boolean {
  return outcome === 0 || outcome === 1;
}
