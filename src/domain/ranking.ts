/** Which score leads, in objective units: higher is better. Pure. */
import type { Score } from "./study.ts";

/** Index of the highest value, the first of equals; −1 for none. */
export function indexOfBest(scores: readonly Pick<Score, "value">[]): number {
  return scores.reduce((best, { value }, i) => (best < 0 || value > scores[best]!.value ? i : best), -1);
}

/** Share of the points strictly above the better parent; `null` without points. */
export function shareAboveBetterParent(
  points: readonly Pick<Score, "value">[],
  parents: readonly Pick<Score, "value">[],
): number | null {
  if (points.length === 0) return null;
  const bar = Math.max(...parents.map(({ value }) => value));
  return points.filter(({ value }) => value > bar).length / points.length;
}
