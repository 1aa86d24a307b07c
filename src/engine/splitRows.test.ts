import { describe, expect, it } from "vitest";
import type { TaskRow } from "../domain/task.ts";
import { allRows, createRowTable, halfOf, halfSize, limited } from "./splitRows.ts";

const rows = Array.from({ length: 25 }, (_, i): TaskRow => ({ kind: "text", text: `row ${i}` }));
const groups = [
  { name: "odd", rows: 15 },
  { name: "even", rows: 10 },
];

describe("halves", () => {
  it("divide every group's rows without overlap, the same way each time", async () => {
    const table = await createRowTable(rows, groups);
    const search = halfOf(table, "search", 7);
    const test = halfOf(table, "test", 7);
    expect([...search.places, ...test.places].sort((a, b) => a - b)).toEqual(allRows(table).places);
    expect(search.groups).toEqual([
      { name: "odd", rows: 8 },
      { name: "even", rows: 5 },
    ]);
    expect(test.groups).toEqual([
      { name: "odd", rows: 7 },
      { name: "even", rows: 5 },
    ]);
    expect(search.rows.length).toBe(halfSize(groups, "search"));
    expect(test.rows.length).toBe(halfSize(groups, "test"));
    expect(halfOf(table, "search", 7)).toEqual(search);
    expect(halfOf(table, "search", 8).places).not.toEqual(search.places);
    expect(search.places.map((place) => rows[place])).toEqual(search.rows);
  });
});

describe("a limit", () => {
  it("holds for each group by itself", async () => {
    const few = limited(allRows(await createRowTable(rows, groups)), 12);
    expect(few.groups.map((group) => group.rows)).toEqual([12, 10]);
    expect(few.places).toEqual([...Array(12).keys(), ...Array.from({ length: 10 }, (_, i) => 15 + i)]);
    expect(few.rows).toEqual(few.places.map((place) => rows[place]));
  });

  it("below one is refused", async () => {
    const split = allRows(await createRowTable(rows));
    expect(() => limited(split, 0)).toThrow("makes no sense");
  });
});

describe("a table's key", () => {
  it("tells other rows and other orders apart", async () => {
    const key = async (some: readonly TaskRow[]) => (await createRowTable(some)).key;
    expect(await key(rows)).toBe(await key([...rows]));
    expect(await key(rows)).not.toBe(await key([...rows].reverse()));
    expect(await key(rows)).not.toBe(await key(rows.slice(1)));
  });
});
