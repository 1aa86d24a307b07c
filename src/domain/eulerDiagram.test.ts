import { describe, expect, test } from "vitest";
import { circleDistance, eulerDiagram, lensArea } from "./eulerDiagram.ts";

const three = (counts: readonly number[]) =>
  [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]].map((members, i) => ({ members, count: counts[i]! }));

describe("two circles", () => {
  test("the lens of equal circles through each other's centres", () => {
    expect(lensArea(1, 1, 1)).toBeCloseTo((2 * Math.PI) / 3 - Math.sqrt(3) / 2, 12);
    expect(circleDistance(1, 1, lensArea(1, 1, 0.7))).toBeCloseTo(0.7, 9);
  });

  test.each([
    ["apart", [60, 40, 0]],
    ["overlapping", [30, 20, 50]],
    ["one inside the other", [60, 0, 40]],
    ["the same", [0, 0, 100]],
  ])("%s are true to area", (_, [a, b, both]) => {
    const diagram = eulerDiagram(2, [
      { members: [0], count: a! },
      { members: [1], count: b! },
      { members: [0, 1], count: both! },
    ]);
    expect(diagram.error).toBeLessThan(0.006);
  });
});

describe("three circles", () => {
  test("that can be true are, and regions have a place for their label inside", () => {
    // Circles of these areas whose pairs overlap as given meet in about this.
    const diagram = eulerDiagram(3, three([40, 42, 41, 19, 18, 20, 40]));
    expect(diagram.error).toBeLessThan(0.02);
    for (const { anchor, members } of diagram.regions) {
      const [x, y] = anchor!;
      for (const [i, circle] of diagram.circles.entries())
        expect(Math.hypot(x - circle.x, y - circle.y) < circle.r).toBe(members.includes(i));
    }
  });

  test("that cannot be true say by how much they are off", () => {
    const diagram = eulerDiagram(3, three([0, 0, 0, 30, 30, 30, 0]));
    expect(diagram.error).toBeGreaterThan(0.05);
    expect(diagram.circles.every(({ x, y, r }) => [x, y, r].every(Number.isFinite))).toBe(true);
  });

  test("none at all are three points", () => {
    expect(eulerDiagram(3, three([0, 0, 0, 0, 0, 0, 0])).regions.every(({ anchor }) => anchor === null)).toBe(
      true,
    );
  });
});
