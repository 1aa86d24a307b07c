/** Items of two evaluations of the same task side by side, where one of them may have been stopped early. Pure. */
import type { Evaluation, ItemResult } from "../domain/evaluation.ts";

/** Items by their row in the split. */
export function itemsByRow({ rows, items }: Evaluation): ReadonlyMap<number, ItemResult> {
  return new Map(rows.map((row, i) => [row, items[i]!]));
}

/** The same evaluation on these rows only. Its metrics stay those of all its items. */
export function restrictedTo(evaluation: Evaluation, rows: readonly number[]): Evaluation {
  if (rows.length === evaluation.rows.length) return evaluation;
  const items = itemsByRow(evaluation);
  const kept = rows.filter((row) => items.has(row));
  return { ...evaluation, rows: kept, items: kept.map((row) => items.get(row)!), n: kept.length };
}
