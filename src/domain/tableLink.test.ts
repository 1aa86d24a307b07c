import { describe, expect, it } from "vitest";
import { formatTableLink, LONGEST_LINK, parseTableLink } from "./tableLink.ts";

const pair = (lambda: number, value: number, stderr: number | null = null) => ({
  weights: [1 - lambda, lambda],
  value,
  stderr,
});

describe("a table's link", () => {
  it.each([
    ["λ", [pair(0, 55.63), pair(0.1 + 0.2, 53), pair(1, 54.98)]],
    ["λ with errors", [pair(0.25, 0.1, 0.01), pair(1 / 3, -2.5e-7, 0)]],
    [
      "weights",
      [
        { weights: [0.2, 0.3, 0.5], value: 1, stderr: null },
        { weights: [1 / 3, 1 / 3, 1 / 3], value: 2, stderr: null },
      ],
    ],
  ])("brings back %s bit for bit", (_, rows) => {
    const text = formatTableLink({ name: "7B, run (a)", rows })!;
    expect(parseTableLink(text)?.rows).toEqual(rows);
    expect(parseTableLink(text)?.name).toBe("7B run (a)");
    expect(parseTableLink(new URLSearchParams({ table: text }).get("table")!)?.rows).toEqual(rows);
  });

  it("says when a table is too long for one", () => {
    const rows = Array.from({ length: 600 }, (_, i) => pair(i / 599, Math.sin(i)));
    expect(formatTableLink({ name: "long", rows })).toBeNull();
  });

  it.each([
    "",
    "a",
    "a~l",
    "a~x~0.5,1",
    "a~l~0.5",
    "a~l~2,1",
    "a~l~0.5,NaN",
    "a~l~0.5,1,2",
    "a~w~0.5,0.6,1",
    "a~w~0.5,0.5,1~1,1",
    "a~ls~0.5,1,-1",
    "a~w~1,1",
    "a~l~,",
    `a~l~${"0.5,1~".repeat(3000)}`,
    `a~w~${"0.1,".repeat(10)}1`,
    "x".repeat(LONGEST_LINK + 1),
  ])("is none: %.40s", (text) => {
    expect(parseTableLink(text)).toBeNull();
  });
});
