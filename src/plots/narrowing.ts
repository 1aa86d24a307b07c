/** How a score narrows while items come in, as a small picture's coordinates. Pure: records → numbers. */
import type { Measure } from "../domain/measure.ts";
import type { Score } from "../domain/study.ts";
import { shownScale, toShown } from "./format.ts";

/** A picture of unit size: x from 0 (no item) to 1 (all items), y from 0 (bottom) to 1 (top); better is up. */
export type Narrowing = {
  /** One for each round: where the score and its error bar's ends are. */
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly low: number;
    readonly high: number;
  }[];
  /** Height of the score that is to be beaten; `null` where it is not known. */
  readonly rival: number | null;
  /** The axis' ends, as shown. */
  readonly bottom: number;
  readonly top: number;
};

/** @param trail the score after each round, at least one. */
export function narrowing(
  measure: Measure,
  trail: readonly Score[],
  total: number,
  rival: Score | null,
): Narrowing {
  const shown = (value: number) => toShown(measure, value);
  const spans = trail.map((score) => {
    const error = (score.stderr ?? 0) * shownScale(measure);
    return { x: score.n / total, value: shown(score.value), error };
  });
  const rivals = rival === null ? [] : [shown(rival.value)];
  const all = [...spans.flatMap(({ value, error }) => [value - error, value + error]), ...rivals];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const room = (most - least || 1) * 0.08;
  // Of a loss the lower value is the better one.
  const [bottom, top] = measure.higherIsBetter ? [least - room, most + room] : [most + room, least - room];
  const height = (value: number) => (value - bottom) / (top - bottom);
  return {
    points: spans.map(({ x, value, error }) => {
      const ends = [height(value - error), height(value + error)];
      return { x, y: height(value), low: Math.min(...ends), high: Math.max(...ends) };
    }),
    rival: rivals[0] === undefined ? null : height(rivals[0]),
    bottom,
    top,
  };
}
