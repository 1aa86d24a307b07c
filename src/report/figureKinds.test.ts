/** Groups, scatters and overlaps read back from their SVG, and what every figure says where there is nothing to draw. */
import { describe, expect, test } from "vitest";
import { AppError } from "../base/errors.ts";
import { eulerDiagram } from "../domain/eulerDiagram.ts";
import type { StudyFigure } from "../domain/studyResult.ts";
import { drawFigure } from "./drawFigure.ts";
import { all, document, drawn, lambda, lines, named, numbers, percent, words } from "./fixtures/drawn.ts";
import { regionPath } from "./regionPath.ts";
import { placeNames } from "./scatterFigure.ts";

describe("groups", () => {
  test("intervals differ by shape as well as colour", () => {
    const page = drawn({
      ...{ ...named, kind: "intervals", y: { label: "gain", unit: "points" }, groups: ["g"] },
      marks: ["a", "b", "c"].map((name, i) => ({ group: "g", name, value: i, low: i - 1, high: i + 1 })),
    });
    const samples = all(page, '[data-role="legend"] path').map((path) => path.getAttribute("d"));
    expect(new Set(samples).size).toBe(3);
    expect(words(page)).toEqual(expect.arrayContaining(["a", "b", "c", "g", "gain, points"]));
  });

  test("boxes have quartiles in order and what is outside as dots", () => {
    const page = drawn({
      ...{ ...named, kind: "boxes", y: percent },
      groups: [{ group: "g", name: "a", values: [0.1, 0.2, 0.3, 0.4, 0.95] }],
    });
    const [box] = all(page, '[aria-label="rect"] rect');
    expect(Number(box!.getAttribute("height"))).toBeGreaterThan(0);
    expect(all(page, '[aria-label="dot"] circle')).toHaveLength(2);
  });

  test("shrinkage draws an arrow from the rows that chose, on the left, to the others", () => {
    const page = drawn({
      ...{ ...named, kind: "shrinkage", y: { label: "gain", unit: "points" } },
      arrows: ["1+2", "2+3"].map((name) => ({ name, from: 0.05, to: 0.02, low: 0, high: 0.04 })),
    });
    expect(all(page, '[aria-label="arrow"] path')).toHaveLength(2);
    const [from, to] = all(page, '[aria-label="dot"]').map((group) =>
      numbers([...group.querySelectorAll("circle")], "cx"),
    );
    for (const [i, x] of from!.entries()) expect(x).toBeLessThan(to![i]!);
  });

  test("long names are not cut off at the left", () => {
    const page = drawn({
      ...{ ...named, kind: "intervals", y: percent },
      groups: ["anextraordinarilylongnameofamethod", ..."abcdefgh"],
      marks: [{ group: "a", name: "n", value: 0.5, low: 0.4, high: 0.6 }],
    });
    const dot = page.querySelector('[aria-label="dot"] circle')!;
    expect(Number(dot.getAttribute("cx"))).toBeGreaterThan(200);
  });
});

describe("scatter", () => {
  test("names cover no dot and no other name", () => {
    const spots = Array.from({ length: 9 }, (_, i) => ({
      x: 300 + 9 * (i % 3),
      y: 180 + 7 * Math.floor(i / 3),
    }));
    const boxes = placeNames(
      spots,
      spots.map((_, i) => `step ${i}000`),
      640,
      380,
    ).map(({ box }) => box);
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1))
        expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(false);
      for (const { x, y } of spots)
        expect(x > a.left && x < a.right && y > a.top && y < a.bottom).toBe(false);
    }
  });
});

describe("overlaps", () => {
  test("regions are paths of the true area", () => {
    const counts = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]].map((members, i) => {
      return { members, count: [22, 34, 6, 3, 8, 9, 19][i]! };
    });
    const { circles, regions } = eulerDiagram(3, counts);
    for (const { members, area } of regions)
      expect(pathArea(regionPath(circles, members)), members.join()).toBeCloseTo(area, 0);
  });

  test("a circle inside another leaves a ring; a region that is not there has no path", () => {
    const circles = [
      { x: 0, y: 0, r: 10 },
      { x: 1, y: 0, r: 4 },
    ];
    expect(pathArea(regionPath(circles, [0]))).toBeCloseTo(Math.PI * 84, 0);
    expect(regionPath(circles, [1])).toBe("");
  });
});

describe("every figure", () => {
  const empty: readonly StudyFigure[] = [
    lines([]),
    { ...named, kind: "scatter", x: lambda, y: percent, points: [] },
    { ...named, kind: "pairs", names: ["a"], unit: "points", cells: [] },
    { ...named, kind: "intervals", y: percent, groups: ["g"], marks: [] },
    { ...named, kind: "boxes", y: percent, groups: [{ group: "g", name: "n", values: [] }] },
    { ...named, kind: "shrinkage", y: percent, arrows: [] },
    { ...named, kind: "overlap", sets: ["a", "b"], regions: [], rows: { task: "t", split: "test" } },
  ];

  test.each(empty)("$kind with nothing to draw says what is missing", (figure) => {
    const page = drawn(figure);
    expect(words(page).join()).toMatch(/^No .+\.$/);
    expect(page.querySelector("title")!.textContent).toBe(named.title);
  });

  test("has no ids that could clash, is as wide as asked, and is XML whatever its names", () => {
    const figure = lines([0.2, 0.9], [0.5]);
    const hostile = { ...figure, title: "a\u00a0b \u0001\u001b </title><script>x</script> &nbsp;" };
    const svg = drawFigure(hostile, document, { width: 480 });
    expect(svg).not.toMatch(/\sid="|<script|&nbsp;|url\(#/);
    expect([...svg].some((mark) => mark < " " && mark !== "\n")).toBe(false);
    expect(svg).toContain('width="480"');
  });

  test("names itself when it holds a number that is none", () => {
    const figure = lines([Number.POSITIVE_INFINITY]);
    expect(() => drawFigure(figure, document)).toThrow(AppError);
    expect(() => drawFigure(figure, document)).toThrow("A title");
  });
});

/** By Green's formula over a path's arcs; turned loops count less. */
function pathArea(path: string): number {
  let area = 0;
  for (const loop of path.split("M").slice(1)) {
    const [start, ...arcs] = loop.replace("Z", "").split("A");
    let [x, y] = start!.split(",").map(Number) as [number, number];
    for (const arc of arcs) {
      const [r, , , large, sweep, toX, toY] = arc.split(/[ ,]/).map(Number) as number[];
      const half = Math.asin(Math.min(1, Math.hypot(toX! - x, toY! - y) / (2 * r!)));
      const angle = large === 1 ? 2 * Math.PI - 2 * half : 2 * half;
      area += (x * toY! - toX! * y) / 2 + ((sweep === 1 ? 1 : -1) * r! * r! * (angle - Math.sin(angle))) / 2;
      [x, y] = [toX!, toY!];
    }
  }
  return area;
}
