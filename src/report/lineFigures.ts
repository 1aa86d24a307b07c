/** Curves with bands, and scatters with names. */
import * as Plot from "@observablehq/plot";
import type { StudyFigure } from "../domain/studyResult.ts";
import { QUIET, seriesColour } from "./colours.ts";
import { axisFormat, axisLabel, type Drawing, HEIGHT } from "./plotParts.ts";

type Lines = Extract<StudyFigure, { readonly kind: "lines" }>;

/** Bands first, then curves, dots on top; names stand at the curves' ends in a legend line above. */
export function drawLines({ x, y, series, rules }: Lines): Drawing {
  const names = series.map(({ name }) => name);
  const marks = series.flatMap(({ name, points, style }, k) => {
    const colour = seriesColour(k);
    const named = points.map((point) => ({ ...point, name }));
    const hasBand = points.some(({ low, high }) => low !== undefined && high !== undefined && low < high);
    return [
      ...(hasBand
        ? [Plot.areaY(named, { x: "x", y1: "low", y2: "high", fill: colour, fillOpacity: 0.16 })]
        : []),
      style === "dots"
        ? Plot.dot(named, {
            x: "x",
            y: "y",
            fill: colour,
            r: 3,
            stroke: "var(--paper, white)",
            strokeWidth: 0.75,
          })
        : Plot.line(named, {
            x: "x",
            y: "y",
            stroke: colour,
            strokeWidth: 1.75,
            ...(style === "dashed" ? { strokeDasharray: "5 3" } : {}),
          }),
    ];
  });
  const last = Math.max(...series.flatMap(({ points }) => points.map((point) => point.x)));
  return {
    height: HEIGHT,
    marginLeft: 56,
    marginRight: rules.length > 0 ? 116 : 20,
    marginTop: 52,
    marginBottom: 42,
    x: { label: axisLabel(x), labelAnchor: "center", labelArrow: "none", tickFormat: axisFormat(x) },
    y: { label: axisLabel(y), labelArrow: "none", tickFormat: axisFormat(y), grid: true, nice: true },
    marks: [
      ...rules.map((rule) => Plot.ruleY([rule.y], { stroke: QUIET, strokeDasharray: "1 3" })),
      ...rules.map(({ y: at, name }) =>
        Plot.text([{ x: last, y: at }], {
          x: "x",
          y: "y",
          text: () => name,
          textAnchor: "start",
          dx: 6,
          fill: QUIET,
        }),
      ),
      ...marks,
      legend(names, (k) => series[k]!.style),
    ],
  };
}

type Scatter = Extract<StudyFigure, { readonly kind: "scatter" }>;

/** One dot a checkpoint, its name beside it; light ones are early. */
export function drawScatter({ x, y, points }: Scatter): Drawing {
  return {
    height: HEIGHT,
    marginLeft: 56,
    marginRight: 36,
    marginTop: 24,
    marginBottom: 42,
    x: {
      label: axisLabel(x),
      labelAnchor: "center",
      labelArrow: "none",
      tickFormat: axisFormat(x),
      nice: true,
      ticks: 6,
    },
    y: { label: axisLabel(y), labelArrow: "none", tickFormat: axisFormat(y), grid: true, nice: true },
    marks: [
      Plot.line(points, { x: "x", y: "y", stroke: QUIET, strokeWidth: 0.75, strokeOpacity: 0.6 }),
      Plot.dot(points, {
        x: "x",
        y: "y",
        r: 4,
        fill: seriesColour(0),
        fillOpacity: (_: unknown, i: number) => 0.25 + (0.75 * (i + 1)) / points.length,
      }),
      Plot.text(points, { x: "x", y: "y", text: "name", dx: 7, textAnchor: "start", fontSize: 11 }),
    ],
  };
}

/** How a series is shown beside its name. */
export type Sample = "line" | "dashed" | "dots" | "ring";

/** Names with a stroke or a dot of their series, in a line between the axis label and the frame. @param colours of their places unless given */
export function legend(
  names: readonly string[],
  sampleOf: (place: number) => Sample,
  colours?: readonly string[],
): Plot.Markish {
  return (_index, _scales, _values, { marginLeft }, context) => {
    const { document } = context as unknown as { document: Document };
    const make = (tag: string, attributes: Readonly<Record<string, string | number>>): Element => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
      return element;
    };
    const group = make("g", { "data-role": "legend", transform: "translate(0,18)" });
    let at = marginLeft;
    for (const [k, name] of names.entries()) {
      const colour = colours?.[k] ?? seriesColour(k);
      const text = make("text", { x: at + 22, y: 16, "text-anchor": "start", fill: "currentColor" });
      text.textContent = name;
      group.append(sample(make, sampleOf(k), at, colour), text);
      // Widths are not known without a browser: an average letter of this size is 6.4 wide.
      at += 38 + 6.4 * name.length;
    }
    return group as unknown as SVGElement;
  };
}

function sample(
  make: (tag: string, attributes: Readonly<Record<string, string | number>>) => Element,
  kind: Sample,
  at: number,
  colour: string,
): Element {
  switch (kind) {
    case "dots":
      return make("circle", { cx: at + 8, cy: 12, r: 3.5, fill: colour });
    case "ring":
      return make("circle", {
        cx: at + 8,
        cy: 12,
        r: 3.5,
        fill: "none",
        stroke: colour,
        "stroke-width": 1.75,
      });
    case "line":
    case "dashed":
      return make("path", {
        d: `M${at},12h16`,
        stroke: colour,
        "stroke-width": 2,
        "stroke-dasharray": kind === "dashed" ? "5 3" : "none",
        fill: "none",
      });
    default:
      return kind satisfies never;
  }
}
