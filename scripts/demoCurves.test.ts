/** The demo report's arithmetic on outcomes that can be worked out by hand. */
import { describe, expect, test } from "vitest";
import { bestOf, betterParent, contrast, curveOf, halfOf, LAMBDAS, worstDip } from "./demoCurves.ts";

const right = (...values: number[]) => ({ values, weights: values.map(() => 1) });

describe("contrast", () => {
  test("is the mean over tasks, with errors that add in squares", () => {
    const { value, stderr } = contrast([{ factor: 1, of: [right(1, 1, 0, 0), right(1, 1, 1, 1)] }]);
    expect(value).toBe(0.75);
    expect(stderr).toBeCloseTo(Math.sqrt(1 / 3) / 2 / 2, 12);
  });

  test("pairs items before it takes their error: the same answers differ by nothing, surely", () => {
    const answers = [right(1, 0, 1, 0)];
    expect(
      contrast([
        { factor: 1, of: answers },
        { factor: -1, of: answers },
      ]),
    ).toEqual({ value: 0, stderr: 0 });
  });

  test("pools losses over tokens", () => {
    const loss = { values: [2, 9], weights: [1, 3] };
    expect(contrast([{ factor: 1, of: [loss] }]).value).toBe(11 / 4);
  });
});

describe("a curve", () => {
  // Items right at λ = 0 … 1 of ten: the line between the parents runs from 2 to 6.
  const counts = [2, 2, 2, 3, 4, 5, 6, 7, 8, 7, 6];
  const merges = counts.map((count) => [right(...LAMBDAS.slice(0, 10).map((_, i) => (i < count ? 1 : 0)))]);

  test("tells the best merge, the uniform one, and the deepest dip below the line", () => {
    const curve = curveOf(merges, true);
    expect(betterParent(curve).value).toBeCloseTo(0.6);
    expect(bestOf(curve)).toMatchObject({ lambda: 0.8 });
    expect(bestOf(curve).overBetter.value).toBeCloseTo(0.2);
    expect(halfOf(curve)).toMatchObject({ lambda: 0.5 });
    expect(halfOf(curve).overBetter.value).toBeCloseTo(-0.1);
    expect(worstDip(curve)).toMatchObject({ lambda: 0.2 });
    expect(worstDip(curve)!.overLine.value).toBeCloseTo(0.2 - (0.8 * 0.2 + 0.2 * 0.6));
  });

  test("counts a lower loss as a gain", () => {
    const curve = curveOf(merges, false);
    expect(betterParent(curve).value).toBeCloseTo(0.2);
    expect(bestOf(curve).lambda).toBe(0);
    expect(worstDip(curve)).toMatchObject({ lambda: 0.8 });
  });

  test("of a parent with itself has no dip and gains nothing", () => {
    const same = curveOf(
      LAMBDAS.map(() => merges[3]!),
      true,
    );
    expect(bestOf(same)).toMatchObject({ lambda: 0, overBetter: { value: 0, stderr: 0 } });
    expect(worstDip(same)).toBeNull();
  });
});
