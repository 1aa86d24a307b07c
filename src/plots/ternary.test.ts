import { describe, expect, it } from "vitest";
import { facetsOf, HEIGHT, mixAt, nearestPoint, placeOf, steppedShares } from "./ternary.ts";

describe("the triangle", () => {
  it("has its corners where they are named, and maps there and back", () => {
    expect(placeOf([1, 0, 0])).toEqual({ x: 0, y: HEIGHT });
    expect(placeOf([0, 1, 0])).toEqual({ x: 0.5, y: 0 });
    expect(placeOf([0, 0, 1])).toEqual({ x: 1, y: HEIGHT });
    for (const mix of [
      [0.2, 0.3, 0.5],
      [0, 0.9, 0.1],
    ])
      mixAt(placeOf(mix))!.forEach((weight, i) => {
        expect(weight).toBeCloseTo(mix[i]!, 12);
      });
    expect(mixAt({ x: 0, y: 0 })).toBeNull();
  });

  it("is tiled once by its facets", () => {
    const resolution = 5;
    const points = Array.from({ length: resolution + 1 }, (_, middle) =>
      Array.from({ length: resolution + 1 - middle }, (_, newest) =>
        placeOf([resolution - middle - newest, middle, newest].map((part) => part / resolution)),
      ),
    ).flat();
    const facets = facetsOf(resolution);
    expect(facets).toHaveLength(resolution ** 2);
    const area = facets.reduce((sum, facet) => {
      const [a, b, c] = facet.map((k) => points[k]!) as [
        (typeof points)[0],
        (typeof points)[0],
        (typeof points)[0],
      ];
      return sum + Math.abs((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)) / 2;
    }, 0);
    expect(area).toBeCloseTo(HEIGHT / 2, 12);
  });

  it("steps its layers, and finds the nearest point", () => {
    expect(steppedShares([1, 2, 3], 2)).toEqual([0, 0.5, 1]);
    expect(steppedShares([4, 4], 2)).toEqual([0, 0]);
    expect(
      nearestPoint(
        [
          [1, 0, 0],
          [0, 1, 0],
          [0.3, 0.3, 0.4],
        ],
        [0.2, 0.4, 0.4],
      ),
    ).toBe(2);
  });
});
