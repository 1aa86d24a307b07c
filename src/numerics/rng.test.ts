import { describe, expect, it } from "vitest";
import { createRng } from "./rng.ts";
import { mean, sampleStandardDeviation, spearman } from "./statistics.ts";

function draws(count: number, draw: () => number): readonly number[] {
  return Array.from({ length: count }, draw);
}

describe("createRng", () => {
  it("repeats itself for the same name and not for others", () => {
    const first = draws(5, createRng(7, "hedge", 3).uint32);
    expect(draws(5, createRng(7, "hedge", 3).uint32)).toEqual(first);
    for (const other of [createRng(7, "hedge", 4), createRng(8, "hedge", 3), createRng("7", "hedge", 3)])
      expect(draws(5, other.uint32)).not.toEqual(first);
  });

  it("stays what it is: journals written earlier must replay", () => {
    expect(draws(3, createRng(1).uint32)).toEqual([3777519115, 180921805, 1837179736]);
  });

  it("is uniform, normal, and unrelated between neighbouring streams", () => {
    const n = 20000;
    const uniform = draws(n, createRng(1, "a").uniform);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    expect(mean(uniform)).toBeCloseTo(0.5, 2);
    const normal = draws(n, createRng(1, "b").normal);
    expect(Math.abs(mean(normal))).toBeLessThan(0.03);
    expect(Math.abs(sampleStandardDeviation(normal) - 1)).toBeLessThan(0.02);
    const starts = (stream: number): readonly number[] =>
      Array.from({ length: 5000 }, (_, i) => createRng(i, stream).uniform());
    expect(Math.abs(spearman(starts(0), starts(1)))).toBeLessThan(0.05);
    expect(mean(starts(0))).toBeCloseTo(0.5, 1);
  });

  it("draws integers below a bound, every one equally often", () => {
    const rng = createRng(3);
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 10000; i++) counts[rng.integer(5)]! += 1;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
    expect(() => rng.integer(0)).toThrow(RangeError);
  });
});
