import { describe, expect, it } from "vitest";
import { expectAllclose } from "./allclose.ts";
import golden from "./fixtures/sobol.json" with { type: "json" };
import { sobolPoints } from "./sobol.ts";
import { mean } from "./statistics.ts";

describe("sobolPoints", () => {
  it("gives scipy's plain sequence in 21 dimensions", () => {
    expectAllclose(sobolPoints(64, 21, null), golden, { atol: 0 });
  });

  it("keeps, scrambled, one point in every dyadic interval of every dimension", () => {
    const points = sobolPoints(64, 21, 5);
    for (let d = 0; d < 21; d++) {
      const cells = new Set(points.map((point) => Math.floor(point[d]! * 64)));
      expect(cells.size).toBe(64);
    }
  });

  it("keeps, scrambled, the elementary intervals of the first two dimensions", () => {
    const points = sobolPoints(16, 2, 9);
    const cells = new Set(points.map(([x, y]) => 4 * Math.floor(4 * x!) + Math.floor(4 * y!)));
    expect(cells.size).toBe(16);
  });

  it("depends on the seed, and on nothing else", () => {
    expect(sobolPoints(8, 3, 1)).toEqual(sobolPoints(8, 3, 1));
    expect(sobolPoints(8, 3, 1)).not.toEqual(sobolPoints(8, 3, 2));
    expect(sobolPoints(4, 3, 1)).toEqual(sobolPoints(8, 3, 1).slice(0, 4));
  });

  it("is uniform over seeds", () => {
    const first = Array.from({ length: 2000 }, (_, seed) => sobolPoints(1, 1, seed)[0]![0]!);
    expect(mean(first)).toBeCloseTo(0.5, 1);
  });

  it("refuses more dimensions than it has numbers for", () => {
    expect(() => sobolPoints(1, 22, null)).toThrow(RangeError);
  });
});
