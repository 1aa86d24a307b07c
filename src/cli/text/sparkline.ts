/** A curve in one line of block characters. Pure. */

const LEVELS = "▁▂▃▄▅▆▇█";

/**
 * One character a value, its height linear between the ends of `range`, or else the least and the greatest value. Equal
 * values without a range are drawn at mid-height; a value that is not finite leaves a gap.
 */
export function sparkline(values: readonly number[], range?: readonly [low: number, high: number]): string {
  const finite = values.filter(Number.isFinite);
  const [low, high] = range ?? [Math.min(...finite), Math.max(...finite)];
  return values
    .map((value) => {
      if (!Number.isFinite(value)) return " ";
      const share = high > low ? (value - low) / (high - low) : 0.5;
      return LEVELS[Math.min(LEVELS.length - 1, Math.floor(share * LEVELS.length))] ?? " ";
    })
    .join("");
}

/** Means of consecutive groups, so that at most `width` values are left; fewer are returned as they are. */
export function shrink(values: readonly number[], width: number): readonly number[] {
  if (values.length <= width) return values;
  return Array.from({ length: width }, (_, index) => {
    const start = Math.floor((index * values.length) / width);
    const end = Math.floor(((index + 1) * values.length) / width);
    const group = values.slice(start, end);
    return group.reduce((sum, value) => sum + value, 0) / group.length;
  });
}
