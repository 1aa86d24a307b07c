/** Curves and pairs read back from their SVG: how many marks, in which order, with which names. */
import { describe, expect, test } from "vitest";
import type { StudyFigure } from "../domain/studyResult.ts";
import { inkOn } from "./colours.ts";
import { apart } from "./endLabels.ts";
import { all, drawn, lambda, lines, named, numbers, percent, words } from "./fixtures/drawn.ts";

describe("lines", () => {
  test("name their curves at their ends where the ends lie apart, the highest first", () => {
    const page = drawn(lines([0.2, 0.9, 0.6]));
    const names = all(page, '[data-role="end-labels"] text');
    expect(names.map(({ textContent }) => textContent)).toEqual(["series 0", "series 1", "series 2"]);
    const [low, high, middle] = numbers(names, "y");
    expect(high).toBeLessThan(middle!);
    expect(middle).toBeLessThan(low!);
    expect(all(page, '[data-role="legend"] text')).toHaveLength(0);
  });

  test("have a legend where they end together, in as many lines as it needs", () => {
    const page = drawn(lines(Array.from({ length: 9 }, () => 0.7)));
    const names = all(page, '[data-role="legend"] text');
    expect(names).toHaveLength(9);
    expect(Math.max(...numbers(names, "x"))).toBeLessThan(560);
    expect(new Set(numbers(names, "y")).size).toBeGreaterThan(1);
  });

  test("differ by dashes where colours come again", () => {
    const strokes = all(drawn(lines(Array.from({ length: 9 }, () => 0.7))), '[aria-label="line"]');
    const looks = strokes.map(
      (one) => `${one.getAttribute("stroke")} ${one.getAttribute("stroke-dasharray")}`,
    );
    expect(looks).toHaveLength(9);
    expect(new Set(looks).size).toBe(9);
  });

  test("keep the names of near rules apart", () => {
    const heights = numbers(
      all(drawn(lines([0.7], [0.5, 0.501, 0.502])), '[data-role="end-labels"] text'),
      "y",
    );
    const sorted = heights.toSorted((a, b) => a - b);
    for (const [i, height] of sorted.slice(1).entries()) expect(height - sorted[i]!).toBeGreaterThan(13);
  });

  test("draw dots with error bars, not with a band", () => {
    const page = drawn({
      ...{ ...named, kind: "lines", x: lambda, y: percent, rules: [] },
      series: [
        { name: "measured", style: "dots", points: [0, 1].map((x) => ({ x, y: 0.5, low: 0.4, high: 0.6 })) },
      ],
    });
    expect(all(page, '[aria-label="area"]')).toHaveLength(0);
    expect(all(page, '[aria-label="rule"] line')).toHaveLength(2);
    expect(all(page, '[aria-label="dot"]')[0]!.getAttribute("stroke")).toContain("white");
  });

  test("labels stay in the frame", () => {
    expect(apart([300, 301, 299], 10, 300)).toEqual([286, 300, 272]);
    expect(apart([5], 10, 300)).toEqual([10]);
  });
});

describe("pairs", () => {
  const count = 13;
  const figure: StudyFigure = {
    ...{ ...named, kind: "pairs", unit: "points" },
    names: Array.from({ length: count }, (_, i) => `${(i + 1) * 10000}`),
    cells: Array.from({ length: count }, (_, newer) =>
      Array.from({ length: newer }, (_, older) => {
        return { older, newer, value: (newer - 2 * older) / 100, certain: (older + newer) % 2 === 0 };
      }),
    ).flat(),
  };

  test("stand with the newer below and the older to the left; thirteen fit", () => {
    const cells = all(drawn(figure), '[aria-label="cell"] rect');
    expect(cells).toHaveLength(78);
    const [x, y] = [numbers(cells, "x"), numbers(cells, "y")];
    expect(x[1]).toBe(x[0]);
    expect(y[1]).toBeGreaterThan(y[0]!);
    expect(x[2]).toBeGreaterThan(x[1]!);
    const side = Number(cells[0]!.getAttribute("width"));
    expect(side).toBeGreaterThan(36);
    expect(Math.max(...x) + side).toBeLessThanOrEqual(640);
  });

  test("write a number in each, hatch what is not certain, and say what hatching means", () => {
    const page = drawn(figure);
    const uncertain = figure.kind === "pairs" ? figure.cells.filter(({ certain }) => !certain).length : 0;
    expect(all(page, '[data-role="hatching"] path')).toHaveLength(uncertain);
    expect(all(page, '[aria-label="text"] text')).toHaveLength(78);
    expect(words(page)).toContain("cannot be told from noise");
  });

  test("are white at zero; the ink stands out on every ground", () => {
    const page = drawn({
      ...{ ...named, kind: "pairs", unit: "points", names: ["a", "b", "c"] },
      cells: [
        { older: 0, newer: 1, value: 0, certain: true },
        { older: 1, newer: 2, value: -0.1, certain: true },
      ],
    });
    const fills = all(page, '[aria-label="cell"] rect').map((rect) => rect.getAttribute("fill"));
    expect(fills).toEqual(["#ffffff", "#a6611a"]);
    expect([inkOn("#ffffff"), inkOn("#a6611a")]).toEqual(["#1c1f24", "#ffffff"]);
  });

  test("of one name twice are two rows", () => {
    const cells = figure.kind === "pairs" ? figure.cells.slice(0, 3) : [];
    const page = drawn({ ...named, kind: "pairs", unit: "points", names: ["same", "same", "same"], cells });
    expect(new Set(numbers(all(page, '[aria-label="cell"] rect'), "y")).size).toBe(2);
  });
});
