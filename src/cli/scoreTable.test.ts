import { describe, expect, it } from "vitest";
import { AppError } from "../base/errors.ts";
import { parseFixed } from "./commands/suggest.ts";
import { parseScoreTable } from "./scoreTable.ts";

describe("a table of scores", () => {
  it("reads λ as the newer one's weight, in any order of columns", () => {
    expect(parseScoreTable("t", "\uFEFFvalue, lambda\n0.5,0.25\n\n# note\n0.6,1\n")).toEqual([
      { weights: [0.75, 0.25], value: 0.5, stderr: null },
      { weights: [0, 1], value: 0.6, stderr: null },
    ]);
  });

  it("reads weights by their numbers, and rescales what rounding leaves", () => {
    const [row] = parseScoreTable("t", "w2,w1,w3,value,stderr\n0.3334,0.3333,0.3334,1,0.1\n");
    expect(row?.stderr).toBe(0.1);
    expect(row?.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 15);
    expect(row?.weights[0]).toBeLessThan(row?.weights[1] ?? 0);
  });

  it.each([
    ["", "no rows"],
    ["lambda,value\n", "no rows"],
    ["lambda\n0.5\n", "head"],
    ["lambda,w1,value\n0.5,0.5,1\n", "head"],
    ["w1,w3,value\n0.5,0.5,1\n", "head"],
    ["lambda,value,note\n0.5,1,x\n", '"note"'],
    ["lambda,value\n1.5,1\n", "line 2"],
    ["w1,w2,value\n0.5,0.6,1\n", "sum to 1.1"],
    ["lambda,value\n0.5,\n", "line 2"],
    ["lambda,value\n0.5,high\n", '"high"'],
    ["lambda,value\n0.5,1\n0.6\n", "Invalid Record Length"],
  ])("refuses %j in words", (csv, words) => {
    expect(() => parseScoreTable("t.csv", csv)).toThrow(AppError);
    expect(() => parseScoreTable("t.csv", csv)).toThrow(words);
  });
});

describe("--fixed", () => {
  it("reads names and numbers", () => {
    expect(parseFixed("lengthscale=0.2:0.3,noise=0")).toEqual({ lengthscale: [0.2, 0.3], noise: 0 });
  });

  it.each(["scale=1", "noise=", "noise=0.1:0.2", "noise", "mean=x", "mean=1=2"])("refuses %s", (text) => {
    expect(() => parseFixed(text)).toThrow("is not one of");
  });
});
