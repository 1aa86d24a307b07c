/** Groups beside each other: intervals, boxes, and what is left of gains on other rows. */
import * as Plot from "@observablehq/plot";
import type { StudyFigure } from "../domain/studyResult.ts";
import { QUIET, seriesColour } from "./colours.ts";
import { groupFrame, placeOf, zeroRule } from "./groupFrame.ts";
import { entryOf, legend, seriesSymbol } from "./legend.ts";
import { axisFormat, axisLabel, type Drawing, PAPER } from "./plotParts.ts";

type Intervals = Extract<StudyFigure, { readonly kind: "intervals" }>;

/** A dot with its interval for each name in each group. */
export function drawIntervals({ y, groups, marks }: Intervals, width: number): Drawing {
  const names = [...new Set(marks.map(({ name }) => name))];
  const entries = names.length > 1 ? names.map((name, k) => entryOf(name, k, "dots")) : [];
  // A place for every mark on one axis, so that groups can hold different names.
  const placed = marks.map((mark) => ({ ...mark, x: placeOf(groups, names, mark.group, mark.name) }));
  return {
    ...groupFrame(groups, entries, width),
    y: { label: axisLabel(y), labelArrow: "none", tickFormat: axisFormat(y), grid: true, nice: true },
    marks: [
      ...zeroRule(y.unit),
      ...placed.flatMap((mark) => {
        const k = names.indexOf(mark.name);
        return [
          Plot.ruleX([mark], { x: "x", y1: "low", y2: "high", stroke: seriesColour(k), strokeWidth: 1.75 }),
          Plot.dot([mark], { x: "x", y: "value", r: 4, ...solid(k) }),
        ];
      }),
      legend(entries, width),
    ],
  };
}

type Boxes = Extract<StudyFigure, { readonly kind: "boxes" }>;

/** Middle half, median, whiskers to 1.5 of it, the rest as dots: Tukey's box, as the papers draw it; the mean in the name's shape. */
export function drawBoxes({ y, groups: all }: Boxes, width: number): Drawing {
  const boxes = all.filter(({ values }) => values.length > 0);
  const groups = [...new Set(all.map(({ group }) => group))];
  const names = [...new Set(all.map(({ name }) => name))];
  const entries = names.map((name, k) => entryOf(name, k, "dots"));
  const half = 0.32 / names.length;
  const marks = boxes.flatMap(({ group, name, values }) => {
    const x = placeOf(groups, names, group, name);
    const k = names.indexOf(name);
    const colour = seriesColour(k);
    const { low, q1, median, q3, high, outside } = boxOf(values);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return [
      Plot.ruleX([{ x, low, high }], { x: "x", y1: "low", y2: "high", stroke: colour }),
      Plot.rect([{ x1: x - half, x2: x + half, y1: q1, y2: q3 }], {
        ...{ x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: colour, fillOpacity: 0.2, stroke: colour },
      }),
      Plot.link([{ x1: x - half, x2: x + half, y: median }], {
        ...{ x1: "x1", x2: "x2", y1: "y", y2: "y", stroke: colour, strokeWidth: 2 },
      }),
      Plot.dot(
        outside.map((value) => ({ x, y: value })),
        { x: "x", y: "y", r: 2, stroke: colour },
      ),
      Plot.dot([{ x, y: mean }], { x: "x", y: "y", r: 3.5, ...solid(k) }),
    ];
  });
  return {
    ...groupFrame(groups, entries, width),
    y: { label: axisLabel(y), labelArrow: "none", tickFormat: axisFormat(y), grid: true, nice: true },
    marks: [...zeroRule(y.unit), ...marks, legend(entries, width)],
  };
}

type Shrinkage = Extract<StudyFigure, { readonly kind: "shrinkage" }>;

/** An arrow from the gain that chose to the gain on other rows, which has an interval. */
export function drawShrinkage({ y, arrows }: Shrinkage, width: number): Drawing {
  const groups = arrows.map(({ name }) => name);
  const placed = arrows.map((arrow, x) => ({ ...arrow, x }));
  const [chosen, left] = [seriesColour(4), seriesColour(0)];
  const entries = [
    { name: "on the rows that chose", sample: "ring", colour: chosen, place: 0 },
    { name: "on other rows", sample: "dots", colour: left, place: 0 },
  ] as const;
  return {
    ...groupFrame(groups, entries, width),
    y: { label: axisLabel(y), labelArrow: "none", tickFormat: axisFormat(y), grid: true, nice: true },
    marks: [
      ...zeroRule(y.unit),
      Plot.ruleX(placed, { x: (d) => d.x + 0.12, y1: "low", y2: "high", stroke: left, strokeWidth: 1.5 }),
      Plot.arrow(placed, {
        ...{ x1: (d) => d.x - 0.12, y1: "from", x2: (d) => d.x + 0.12, y2: "to" },
        ...{ stroke: QUIET, strokeWidth: 1.25, headLength: 5, inset: 4 },
      }),
      Plot.dot(placed, {
        ...{ x: (d) => d.x - 0.12, y: "from", fill: PAPER, stroke: chosen, strokeWidth: 1.75, r: 3.5 },
      }),
      Plot.dot(placed, { x: (d) => d.x + 0.12, y: "to", r: 4, ...solid(0) }),
      legend(entries, width),
    ],
  };
}

/** Dots of the name at this place: its colour and shape, apart from what lies under them. */
function solid(k: number) {
  return { fill: seriesColour(k), symbol: seriesSymbol(k), stroke: PAPER, strokeWidth: 0.75 };
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
