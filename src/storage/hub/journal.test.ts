/** The journal: what counts of it, whatever a crash or another program left there. */
import { describe, expect, test } from "vitest";
import type { Extent } from "./hubFiles.ts";
import { joinExtents, journalLine, parseJournal } from "./journal.ts";

const extent = (startByte: number, endByte: number): Extent => ({ startByte, endByte });

test("what is written is read back, in order and joined where it touches", () => {
  const text = [extent(40, 60), extent(0, 10), extent(10, 20), extent(55, 70)].map(journalLine).join("");
  expect(parseJournal(text, 70)).toEqual([extent(0, 20), extent(40, 70)]);
});

test("a last line cut short anywhere is dropped, and nothing before it", () => {
  const text = journalLine(extent(0, 1_048_576)) + journalLine(extent(2_097_152, 3_000_000));
  const first = journalLine(extent(0, 1_048_576)).length;
  for (let length = 0; length < text.length; length++)
    expect(parseJournal(text.slice(0, length), 3_000_000)).toEqual(
      length < first ? [] : [extent(0, 1_048_576)],
    );
});

describe("nothing counts", () => {
  test.each([
    ["past the file's end", "0 10\n90 101\n"],
    ["empty", "0 10\n5 5\n"],
    ["backwards", "0 10\n9 8\n"],
    ["negative", "0 10\n-1 8\n"],
    ["not decimal", "0 10\n0x1 8\n"],
    ["three numbers", "0 10\n1 2 3\n"],
    ["past what a number holds", "0 10\n0 99999999999999999999\n"],
    ["binary", "0 10\n\u0000\u0000\u0000\n"],
  ])("where a line is %s", (_, text) => {
    expect(parseJournal(text, 100)).toEqual([]);
  });
});

test("joined extents cover the same bytes and do not touch", () => {
  let state = 1;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let round = 0; round < 200; round++) {
    const extents = Array.from({ length: next(12) }, () => {
      const startByte = next(90);
      return extent(startByte, startByte + 1 + next(10));
    });
    const covers = (all: readonly Extent[]) =>
      Array.from({ length: 100 }, (_, i) =>
        all.some(({ startByte, endByte }) => startByte <= i && i < endByte),
      );
    const joined = joinExtents(extents);
    expect(covers(joined)).toEqual(covers(extents));
    for (const [i, { startByte }] of joined.entries())
      if (i > 0) expect(startByte).toBeGreaterThan(joined[i - 1]!.endByte);
  }
});
