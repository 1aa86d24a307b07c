/** Two records of what the same evaluation's items came to, compared. Pure. */
import { AppError } from "../base/errors.ts";
import type { OutcomeRecord } from "./studyResult.ts";

/**
 * How many items of two records of the same evaluation differ.
 * @throws AppError `mismatch` when they are of another number of items.
 */
export function countFlips(a: OutcomeRecord, b: OutcomeRecord): number {
  if (a.n !== b.n)
    throw new AppError(
      "mismatch",
      `${a.recipe} on ${a.task} has ${a.n} items in one record, ${b.n} in the other.`,
    );
  const [left, right] = [decode(a), decode(b)];
  return left.filter((value, i) => value !== right[i]).length;
}

function decode({ outcomes, n }: OutcomeRecord): readonly string[] {
  if (!outcomes.startsWith("bits ")) return outcomes.split(" ");
  const bytes = atob(outcomes.slice(5));
  return Array.from({ length: n }, (_, i) => String((bytes.charCodeAt(i >> 3) >> (7 - (i & 7))) & 1));
}
