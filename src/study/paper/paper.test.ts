/** What the studies share: neighbours, certainty of many comparisons, the theory's formulas. */
import { describe, expect, test } from "vitest";
import type { PairedComparison } from "../../evaluate/significance.ts";
import { certainOnes, markBest, meanCell, neighbourPairs, shortNames } from "./differences.ts";
import { decidingItems } from "./pairs.ts";
import { endsOf, printedBound, printedPrediction, quadraticPrediction } from "./theory.ts";

const GRID = Array.from({ length: 21 }, (_, i) => i / 20);

describe("the theory", () => {
  const parabola = (x: number) => 2 - 1.5 * x + 3 * x * x;
  const ends = endsOf(GRID.map(parabola));

  test("slopes and curvatures of a parabola are its own", () => {
    expect(ends.slope[0]).toBeCloseTo(-1.5, 10);
    expect(ends.slope[1]).toBeCloseTo(4.5, 10);
    for (const curvature of ends.curvature) expect(curvature).toBeCloseTo(6, 9);
  });

  test("the corrected prediction of a parabola is within its curvature's share, and exact at both ends", () => {
    expect(quadraticPrediction(ends, 0)).toBeCloseTo(parabola(0), 10);
    expect(quadraticPrediction(ends, 1)).toBeCloseTo(parabola(1), 10);
    // Both expansions of a parabola are exact, so that their mix is.
    for (const x of GRID) expect(quadraticPrediction(ends, x)).toBeCloseTo(parabola(x), 9);
  });

  test("as printed it misses the parents by half a curvature", () => {
    expect(printedPrediction(ends, 0) - parabola(0)).toBeCloseTo(3, 9);
    expect(printedPrediction(ends, 1) - parabola(1)).toBeCloseTo(3, 9);
  });

  test("the bound holds a parabola", () => {
    for (const x of GRID) {
      const line = x * parabola(1) + (1 - x) * parabola(0);
      expect(Math.abs(parabola(x) - line)).toBeLessThanOrEqual(printedBound(ends, x) + 1e-9);
    }
  });
});

describe("neighbours", () => {
  test("are not parted by a jump of the run", () => {
    const names = [200, 600, 2600, 2800, 3000].map((step) => `demo:${step}`);
    expect(neighbourPairs(names).map((pair) => shortNames(pair).join("+"))).toEqual([
      "200+600",
      "2600+2800",
      "2800+3000",
    ]);
  });

  test("without steps in their names are all", () => {
    expect(neighbourPairs(["a", "b", "c"])).toHaveLength(2);
  });

  test("keep their names where the short ones would be the same", () => {
    expect(shortNames(["x/1", "y/1"])).toEqual(["x/1", "y/1"]);
  });
});

const comparison = (delta: number, pValue: number, deltaStderr = 0.01): PairedComparison => ({
  ...{ delta, deltaStderr, pValue },
  flips: { gained: 12, lost: 4 },
});

describe("many comparisons", () => {
  test("are called certain by their q, and a parent against itself is none of them", () => {
    const found = certainOnes([comparison(0.02, 0.001), comparison(0, 1, 0), comparison(0.01, 0.2)]);
    expect(found.map(({ certain }) => certain)).toEqual([true, false, false]);
    expect(found[0]!.q).toBeCloseTo(0.002, 12);
  });

  test("say how many items would decide them, but not for no difference", () => {
    const needed = decidingItems(comparison(0.016, 0.08), 500);
    expect(needed).toMatchObject({ value: expect.any(Number) });
    expect((needed as { value: number }).value).toBeGreaterThan(500);
    expect(decidingItems(comparison(0, 1), 500)).toBeNull();
  });

  test("mark the best of each column, and a lone value has no error", () => {
    const rows = markBest(
      [
        ["a", { value: 1 }],
        ["b", { value: 3 }],
      ],
      [null, -1],
    );
    expect(rows[0]![1]).toEqual({ value: 1, best: true });
    expect(meanCell([2])).toEqual({ value: 2 });
    expect(meanCell([1, 3])).toEqual({ value: 2, stderr: 1 });
  });
});
