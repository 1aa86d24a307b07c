/**
 * What an evaluation's items came to, in few characters, so that whoever repeats it can count what differs: a bit an item for
 * right and wrong, the first in the highest bit; for losses each item's loss rounded to a thousandth of a nat. Pure.
 */
import type { ItemResult } from "../domain/evaluation.ts";
import type { MetricName } from "../domain/measure.ts";
import { isRight } from "./metrics.ts";
import { lossOf } from "./significance.ts";

/** As `OutcomeRecord.outcomes` keeps it; `countFlips` reads it. */
export function encodeOutcomes(items: readonly ItemResult[], metric: MetricName): string {
  const right = items.map((item) => isRight(item, metric));
  if (right.includes(null)) return items.map((item) => lossOf(item).loss.toFixed(3)).join(" ");
  const bytes = new Uint8Array(Math.ceil(right.length / 8));
  for (const [i, one] of right.entries()) if (one) bytes[i >> 3]! |= 0x80 >> (i & 7);
  return `bits ${btoa(String.fromCharCode(...bytes))}`;
}
