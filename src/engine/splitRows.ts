/**
 * Rows of a task as evaluations take them: which of all rows they are, in which groups, and what names their content.
 * Pure but for the hash.
 */
import { sha256Hex } from "../base/bytes.ts";
import { AppError } from "../base/errors.ts";
import type { Half, RowGroup, Split, TaskRow } from "../domain/task.ts";
import { createRng } from "../numerics/rng.ts";

/** All rows of a task whose halves are drawn, or of one of its files. */
export type RowTable = {
  readonly rows: readonly TaskRow[];
  /** In the order of the rows, which they cover. */
  readonly groups: readonly RowGroup[];
  /** SHA-256 of the rows: equal for equal rows, whatever they are called. */
  readonly key: string;
};

/** Some rows of a table. */
export type SplitRows = RowTable & {
  /** Place of each row in the table that `key` names, rising. */
  readonly places: readonly number[];
};

/** A table of these rows. @param groups one group of all rows unless given. */
export async function createRowTable(
  rows: readonly TaskRow[],
  groups: readonly RowGroup[] = [{ name: "", rows: rows.length }],
): Promise<RowTable> {
  return { rows, groups, key: await hashRows(rows) };
}

/** Every row. */
export function allRows(table: RowTable): SplitRows {
  return { ...table, places: table.rows.map((_, place) => place) };
}

/**
 * A half of the rows: each group is divided at random by the seed, so that both halves ask the same things; the search
 * half has the odd row.
 */
export function halfOf(table: RowTable, half: Half, seed: number): SplitRows {
  const places: number[] = [];
  let first = 0;
  for (const group of table.groups) {
    const order = shuffled(group.rows, seed, group.name);
    const middle = Math.ceil(group.rows / 2);
    const chosen = half === "search" ? order.slice(0, middle) : order.slice(middle);
    for (const place of chosen.sort((a, b) => a - b)) places.push(first + place);
    first += group.rows;
  }
  return pick(table, places);
}

/** How many rows a half will have. */
export function halfSize(groups: readonly RowGroup[], half: Half): number {
  const size = (rows: number) => (half === "search" ? Math.ceil(rows / 2) : Math.floor(rows / 2));
  return groups.reduce((sum, { rows }) => sum + size(rows), 0);
}

/**
 * The first `limit` rows of each group, as lm-evaluation-harness limits every task of a group by itself.
 * @throws AppError `usage` for a limit below 1.
 */
export function limited(split: SplitRows, limit: number | null): SplitRows {
  if (limit === null) return split;
  if (!(Number.isInteger(limit) && limit >= 1))
    throw new AppError("usage", `A limit of ${limit} rows makes no sense.`, { advice: "Give 1 or more." });
  const kept: number[] = [];
  let first = 0;
  for (const { rows } of split.groups) {
    for (let i = 0; i < Math.min(rows, limit); i++) kept.push(first + i);
    first += rows;
  }
  if (kept.length === split.rows.length) return split;
  return {
    key: split.key,
    rows: kept.map((i) => split.rows[i]!),
    places: kept.map((i) => split.places[i]!),
    groups: split.groups.map(({ name, rows }) => ({ name, rows: Math.min(rows, limit) })),
  };
}

/** @throws AppError `not-found` for a split without rows. */
export function checkRows(split: SplitRows, task: string, name: Split): SplitRows {
  if (split.rows.length > 0) return split;
  throw new AppError("not-found", `The task ${task} has no ${name} rows.`, {
    advice:
      name === "test"
        ? "Its rows all belong to the search; compare on a second file with rows the search has not seen."
        : "Choose the other rows.",
    fields: { task, split: name },
  });
}

function pick(table: RowTable, places: readonly number[]): SplitRows {
  const groups: { name: string; rows: number }[] = [];
  let first = 0;
  for (const { name, rows } of table.groups) {
    const end = first + rows;
    const start = first;
    groups.push({ name, rows: places.filter((place) => place >= start && place < end).length });
    first = end;
  }
  return { key: table.key, rows: places.map((place) => table.rows[place]!), places, groups };
}

function shuffled(count: number, seed: number, name: string): number[] {
  const rng = createRng(seed, "halves", name);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Hashes in pieces, so that the rows never stand in memory a second time. */
async function hashRows(rows: readonly TaskRow[]): Promise<string> {
  const encoder = new TextEncoder();
  const parts: string[] = [];
  for (let start = 0; start < rows.length; start += 1024)
    parts.push(await sha256Hex(encoder.encode(JSON.stringify(rows.slice(start, start + 1024)))));
  return sha256Hex(encoder.encode(parts.join(" ")));
}
