/** Curves with bands: names at their ends where the ends lie apart, else in a legend. */
import * as Plot from "@observablehq/plot";
import type { StudyFigure } from "../domain/studyResult.ts";
import { QUIET, seriesColour } from "./colours.ts";
import { type EndLabel, endLabels, endName } from "./endLabels.ts";
import { entryOf, legend, legendRoom, seriesDashes, seriesSymbol } from "./legend.ts";
import { axisFormat, axisLabel, type Drawing, HEIGHT, PAPER, textWidth } from "./plotParts.ts";

type Lines = Extract<StudyFigure, { readonly kind: "lines" }>;

/** Bands first, then curves, dots on top. */
export function drawLines({ x, y, series, rules }: Lines, width: number): Drawing {
  const ends = endsOf(series, rules);
  const labels = [...ends, ...rules.map((rule) => ({ ...rule, colour: QUIET }))];
  const entries = series
    .map(({ name, style }, k) => ({ ...entryOf(name, k, style), place: shapeOf(series, k) }))
    .filter(({ sample }) => ends.length === 0 || sample === "dots")
    // The axis has named it.
    .filter(({ name }) => series.length > 1 || name !== y.label);
  return {
    height: HEIGHT,
    marginLeft: 56,
    marginRight:
      labels.length === 0 ? 20 : 26 + Math.max(...labels.map((one) => textWidth(endName(one), 11))),
    marginTop: legendRoom(entries, width),
    marginBottom: 42,
    x: { label: axisLabel(x), labelAnchor: "center", labelArrow: "none", tickFormat: axisFormat(x) },
    y: { label: axisLabel(y), labelArrow: "none", tickFormat: axisFormat(y), grid: true, nice: true },
    marks: [
      ...rules.map((rule) => Plot.ruleY([rule.y], { stroke: QUIET, strokeDasharray: "1 3" })),
      ...series.flatMap((one, k) => marksOf(one, seriesColour(k), shapeOf(series, k))),
      ...(labels.length === 0 ? [] : [endLabels(labels)]),
      legend(entries, width),
    ],
  };
}

/** Dots have shapes of their own, lines have dashes. */
function shapeOf(series: Lines["series"], k: number): number {
  return series[k]!.style === "dots" ? series.slice(0, k).filter(({ style }) => style === "dots").length : k;
}

function marksOf(
  { points, style }: Lines["series"][number],
  colour: string,
  shape: number,
): readonly Plot.Markish[] {
  const banded = points.filter(({ low, high }) => low !== undefined && high !== undefined && low < high);
  const isDots = style === "dots";
  return [
    // A band of single dots is their error bars.
    ...(banded.length === 0
      ? []
      : isDots
        ? [Plot.ruleX(banded, { x: "x", y1: "low", y2: "high", stroke: colour, strokeWidth: 1.25 })]
        : [Plot.areaY(banded, { x: "x", y1: "low", y2: "high", fill: colour, fillOpacity: 0.16 })]),
    isDots
      ? Plot.dot(points, {
          ...{
            x: "x",
            y: "y",
            r: 3.5,
            symbol: seriesSymbol(shape),
            fill: colour,
            stroke: PAPER,
            strokeWidth: 0.75,
          },
        })
      : Plot.line(points, {
          ...{ x: "x", y: "y", stroke: colour, strokeWidth: 1.75 },
          strokeDasharray: seriesDashes(shape, style === "dashed"),
        }),
  ];
}

/** The curves' last points, if there are several and none ends where another or a rule does. */
function endsOf(series: Lines["series"], rules: Lines["rules"]): readonly EndLabel[] {
  const curves = series.flatMap(({ name, points, style }, k) => {
    const last = points.at(-1);
    return style === "dots" || last === undefined ? [] : [{ name, ...last, colour: seriesColour(k) }];
  });
  if (curves.length < 2) return [];
  const all = series.flatMap(({ points }) => points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]));
  const values = [...all, ...rules.map(({ y }) => y)];
  const least = 0.045 * (Math.max(...values) - Math.min(...values));
  const rightmost = Math.max(...series.flatMap(({ points }) => points.map(({ x }) => x)));
  const heights = [...curves, ...rules].map(({ y }) => y).sort((a, b) => a - b);
  const isClear = heights.every((height, i) => i === 0 || height - heights[i - 1]! > least);
  return isClear && curves.every(({ x }) => x === rightmost) ? curves : [];
}
