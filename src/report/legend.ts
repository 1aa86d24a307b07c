/** Names beside a sample of their mark, above the frame and in as many lines as they need. Shape tells apart what colour does. */
import type * as Plot from "@observablehq/plot";
import { seriesColour } from "./colours.ts";
import { type Maker, makerOf, PAPER, shortened, textWidth } from "./plotParts.ts";

/** How a series is shown beside its name. */
export type Sample = "line" | "dashed" | "dots" | "ring";

/** One name. */
export type Entry = {
  readonly name: string;
  readonly sample: Sample;
  readonly colour: string;
  /** Of lines and dots of this place. */
  readonly place: number;
};

/** The entry of the series at this place, in its own colour. */
export function entryOf(name: string, place: number, sample: Sample): Entry {
  return { name, place, sample, colour: seriesColour(place) };
}

/** Names that Plot gives to shapes; they differ before colours repeat. */
const SYMBOLS = ["circle", "square", "triangle", "diamond", "triangle2", "plus", "star"] as const;

/** The shape of dots of the series at this place. */
export function seriesSymbol(place: number): (typeof SYMBOLS)[number] {
  return SYMBOLS[place % SYMBOLS.length]!;
}

/** Dashes of a line; colours that come again come with other dashes. */
export function seriesDashes(place: number, isDashed: boolean): string {
  const round = Math.floor(place / SYMBOLS.length);
  const own = isDashed ? ["5 3", "9 3", "5 3 2 3"] : ["none", "12 3 2 3", "2 2"];
  return own[round % own.length]!;
}

const ROW = 18;
const START = 25;

/** What the frame has to leave above itself: the axis label and the legend's lines. */
export function legendRoom(entries: readonly Entry[], width: number): number {
  const rows = placed(entries, width).at(-1)?.row ?? -1;
  return 33 + ROW * (rows + 1);
}

/** Between the axis label and the frame, from its left edge to the figure's right. */
export function legend(entries: readonly Entry[], width: number): Plot.Markish {
  return (_index, _scales, _values, _dimensions, context) => {
    const make = makerOf(context);
    const group = make("g", { "data-role": "legend" });
    for (const { entry, row, at } of placed(entries, width)) {
      const y = START + ROW * row;
      group.append(
        sampleOf(make, entry, at, y),
        make("text", { x: at + 22, y: y + 4, "text-anchor": "start", fill: "currentColor" }, entry.name),
      );
    }
    return group as unknown as SVGElement;
  };
}

function placed(entries: readonly Entry[], width: number) {
  let [row, at] = [0, LEFT];
  return entries.map((whole) => {
    const entry = { ...whole, name: shortened(whole.name) };
    const wide = 38 + textWidth(entry.name);
    if (at > LEFT && at + wide > width) [row, at] = [row + 1, LEFT];
    const place = { entry, row, at };
    at += wide;
    return place;
  });
}

/** The left edge of frames. */
const LEFT = 56;

function sampleOf(make: Maker, { sample, colour, place }: Entry, at: number, y: number): Element {
  switch (sample) {
    case "dots":
      return make("path", {
        ...{ d: symbolPath(seriesSymbol(place), 4), transform: `translate(${at + 8},${y})` },
        ...{ fill: colour, stroke: PAPER, "stroke-width": 0.75 },
      });
    case "ring":
      return make("circle", {
        cx: at + 8,
        cy: y,
        r: 3.5,
        fill: "none",
        stroke: colour,
        "stroke-width": 1.75,
      });
    case "line":
    case "dashed":
      return make("path", {
        ...{ d: `M${at},${y}h16`, stroke: colour, "stroke-width": 2, fill: "none" },
        "stroke-dasharray": seriesDashes(place, sample === "dashed"),
      });
    default:
      return sample satisfies never;
  }
}

function symbolPath(symbol: (typeof SYMBOLS)[number], r: number): string {
  switch (symbol) {
    case "circle":
      return `M${-r},0a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0z`;
    case "square":
      return `M${-r},${-r}h${2 * r}v${2 * r}h${-2 * r}z`;
    case "triangle":
      return `M0,${-1.2 * r}L${1.1 * r},${0.8 * r}H${-1.1 * r}z`;
    case "triangle2":
      return `M0,${1.2 * r}L${1.1 * r},${-0.8 * r}H${-1.1 * r}z`;
    case "diamond":
      return `M0,${-1.4 * r}L${r},0L0,${1.4 * r}L${-r},0z`;
    case "plus":
      return `M${-r},-1h${r - 1}v${1 - r}h2v${r - 1}h${r - 1}v2h${1 - r}v${r - 1}h-2v${1 - r}h${1 - r}z`;
    case "star": {
      const corners = Array.from({ length: 10 }, (_, i) => {
        const reach = (i % 2 === 0 ? 1.4 : 0.6) * r;
        return `${(reach * Math.sin((i * Math.PI) / 5)).toFixed(2)},${(-reach * Math.cos((i * Math.PI) / 5)).toFixed(2)}`;
      });
      return `M${corners.join("L")}z`;
    }
    default:
      return symbol satisfies never;
  }
}
