/** What the table of two, three and four neighbours says, in a sentence. Pure. */
import type { NeighbourRow } from "../domain/howMany.ts";
import type { Measure } from "../domain/measure.ts";
import { formatGain, gainUnit } from "./format.ts";

/** "Three beat two in 4 of 10 rows, by +0.3 ± 0.4 points on average; four beat two in 3, by −0.2 ± 0.5." */
export function neighbourWords(measure: Measure, rows: readonly NeighbourRow[]): string {
  const against = (count: number): { readonly wins: number; readonly words: string } => {
    const gains = rows.flatMap(({ merges }) => {
      const [two, more] = [merges[0], merges.find((merge) => merge.count === count)];
      return two === undefined || more === undefined ? [] : [more.value - two.value];
    });
    const mean = gains.reduce((a, b) => a + b, 0) / Math.max(1, gains.length);
    const spread = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0);
    const stderr = gains.length < 2 ? null : Math.sqrt(spread / (gains.length - 1) / gains.length);
    return { wins: gains.filter((gain) => gain > 0).length, words: formatGain(measure, mean, stderr) };
  };
  const [three, four] = [against(3), against(4)];
  return `Three beat two in ${three.wins} of ${rows.length} rows, by ${three.words} ${gainUnit(measure)} on average; four beat two in ${four.wins}, by ${four.words}.`;
}
