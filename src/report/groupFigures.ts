/** Groups beside each other: intervals, boxes, and what is left of gains on other rows. */
import * as Plot from "@observablehq/plot";
import type { StudyFigure } from "../domain/studyResult.ts";
import { QUIET, seriesColour } from "./colours.ts";
import { legend } from "./lineFigures.ts";
import { axisFormat, axisLabel, type Drawing, HEIGHT } from "./plotParts.ts";

type Intervals = Extract<StudyFigure, { readonly kind: "intervals" }>;

/** A dot with its interval for each name in each group. */
export function drawIntervals({ y, groups, marks }: Intervals): Drawing {
  const names = [...new Set(marks.map(({ name }) => name))];
  // A place for every mark on one axis, so that groups can hold different names.
  const placed = marks.map((mark) => ({ ...mark, x: placeOf(groups, names, mark.group, mark.name) }));
  return {
    ...groupFrame(groups, names.length > 1),
    y: { label: axisLabel(y), labelArrow: "none", tickFormat: axisFormat(y), grid: true, nice: true },
    marks: [
      ...zeroRule(y.unit),
      ...placed.flatMap((mark) => {
        const colour = seriesColour(names.indexOf(mark.name));
        return [
          Plot.ruleX([mark], { x: "x", y1: "low", y2: "high", stroke: colour, strokeWidth: 1.75 }),
          Plot.dot([mark], { x: "x", y: "value", fill: colour, r: 3.5 }),
        ];
      }),
      ...(names.length > 1 ? [legend(names, () => "dots")] : []),
    ],
  };
}

type Boxes = Extract<StudyFigure, { readonly kind: "boxes" }>;

/** Middle half, median, whiskers to 1.5 of it, the rest as dots: Tukey's box, as the papers draw it; the mean as a diamond. */
export function drawBoxes({ y, groups: boxes }: Boxes): Drawing {
  const groups = [...new Set(boxes.map(({ group }) => group))];
  const names = [...new Set(boxes.map(({ name }) => name))];
  const width = 0.32 / names.length;
  const marks = boxes.flatMap(({ group, name, values }) => {
    const x = placeOf(groups, names, group, name);
    const colour = seriesColour(names.indexOf(name));
    const { low, q1, median, q3, high, outside } = boxOf(values);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return [
      Plot.ruleX([{ x, low, high }], { x: "x", y1: "low", y2: "high", stroke: colour }),
      Plot.rect([{ x1: x - width, x2: x + width, y1: q1, y2: q3 }], {
        ...{ x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: colour, fillOpacity: 0.2, stroke: colour },
      }),
      Plot.link([{ x1: x - width, x2: x + width, y: median }], {
        ...{ x1: "x1", x2: "x2", y1: "y", y2: "y", stroke: colour, strokeWidth: 2 },
      }),
      Plot.dot([{ x, y: mean }], { x: "x", y: "y", symbol: "diamond", r: 3, fill: colour }),
      Plot.dot(
        outside.map((value) => ({ x, y: value })),
        { x: "x", y: "y", r: 2, stroke: colour },
      ),
    ];
  });
  return {
    ...groupFrame(groups, true),
    y: { label: axisLabel(y), labelArrow: "none", tickFormat: axisFormat(y), grid: true, nice: true },
    marks: [...zeroRule(y.unit), ...marks, legend(names, () => "dots")],
  };
}

type Shrinkage = Extract<StudyFigure, { readonly kind: "shrinkage" }>;

/** An arrow from the gain that chose to the gain on other rows, which has an interval. */
export function drawShrinkage({ y, arrows }: Shrinkage): Drawing {
  const groups = arrows.map(({ name }) => name);
  const placed = arrows.map((arrow, x) => ({ ...arrow, x }));
  const [chosen, left] = [seriesColour(4), seriesColour(0)];
  return {
    ...groupFrame(groups, true),
    y: { label: axisLabel(y), labelArrow: "none", tickFormat: axisFormat(y), grid: true, nice: true },
    marks: [
      ...zeroRule(y.unit),
      Plot.ruleX(placed, { x: (d) => d.x + 0.12, y1: "low", y2: "high", stroke: left, strokeWidth: 1.5 }),
      Plot.arrow(placed, {
        ...{ x1: (d) => d.x - 0.12, y1: "from", x2: (d) => d.x + 0.12, y2: "to" },
        ...{ stroke: QUIET, strokeWidth: 1.25, headLength: 5, inset: 4 },
      }),
      Plot.dot(placed, { x: (d) => d.x - 0.12, y: "from", stroke: chosen, strokeWidth: 1.75, r: 3.5 }),
      Plot.dot(placed, { x: (d) => d.x + 0.12, y: "to", fill: left, r: 3.5 }),
      legend(["on other rows", "on the rows that chose"], (k) => (k === 0 ? "dots" : "ring"), [left, chosen]),
    ],
  };
}

/** Groups at whole numbers, names spread around them. */
function placeOf(groups: readonly string[], names: readonly string[], group: string, name: string): number {
  const shift =
    names.length === 1 ? 0 : (0.72 * (names.indexOf(name) - (names.length - 1) / 2)) / names.length;
  return groups.indexOf(group) + shift;
}

function groupFrame(groups: readonly string[], hasLegend: boolean): Drawing {
  const longest = Math.max(...groups.map((group) => group.length));
  const isCrowded = longest * 6.4 * groups.length > 560;
  return {
    height: HEIGHT + (isCrowded ? 40 : 0),
    marginLeft: 56,
    marginRight: 16,
    marginTop: hasLegend ? 52 : 28,
    marginBottom: isCrowded ? 84 : 34,
    x: {
      domain: [-0.5, groups.length - 0.5],
      ticks: groups.map((_, i) => i),
      tickFormat: (place: number) => groups[place] ?? "",
      ...(isCrowded ? { tickRotate: -40 } : {}),
      label: null,
    },
  };
}

function zeroRule(unit: string): readonly Plot.Markish[] {
  return unit === "points" || unit === "difference" ? [Plot.ruleY([0], { strokeOpacity: 0.6 })] : [];
}

function boxOf(values: readonly number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (level: number): number => {
    const place = level * (sorted.length - 1);
    const below = Math.floor(place);
    const low = sorted[below]!;
    return low + (place - below) * ((sorted[below + 1] ?? low) - low);
  };
  const [q1, median, q3] = [at(0.25), at(0.5), at(0.75)];
  const reach = 1.5 * (q3 - q1);
  const inside = sorted.filter((value) => value >= q1 - reach && value <= q3 + reach);
  return {
    ...{ q1, median, q3 },
    low: inside[0] ?? q1,
    high: inside.at(-1) ?? q3,
    outside: sorted.filter((value) => value < q1 - reach || value > q3 + reach),
  };
}
