/**
 * What a figure is before anything draws it: traces and a layout in plotly's vocabulary, only the part used here.
 * The plots on the λ axis share one frame, so that overlays know where a λ is without asking the drawing. Pure.
 */
import type { Palette } from "./palette.ts";

/** Lengths in CSS pixels. */
export type Margin = { readonly l: number; readonly r: number; readonly t: number; readonly b: number };

/** A line's look. */
export type LineStyle = {
  readonly color: string;
  readonly width: number;
  readonly dash?: "solid" | "dot" | "dash";
};

/** A line, a band's outline or markers; `null` is a gap. */
export type Trace = {
  readonly type: "scatter";
  /** Says what the trace is. */
  readonly name: string;
  readonly mode: "lines" | "markers" | "lines+markers" | "none";
  readonly x: readonly (number | null)[];
  readonly y: readonly (number | null)[];
  readonly line?: LineStyle;
  readonly marker?: {
    readonly color: string | readonly string[];
    readonly size: number | readonly number[];
    readonly symbol?: string;
    readonly line?: { readonly color: string | readonly string[]; readonly width: number };
  };
  readonly error_y?: {
    readonly type: "data";
    readonly array: readonly number[];
    readonly color: string;
    readonly thickness: number;
    readonly width: number;
  };
  readonly fill?: "toself";
  readonly fillcolor?: string;
  readonly hoverinfo?: "skip";
  readonly hovertemplate?: string;
  readonly text?: readonly string[];
  readonly cliponaxis?: boolean;
};

/** A line or a rectangle behind the traces; `paper` counts from 0 to 1 over the plot. */
export type Shape = {
  readonly type: "line" | "rect";
  readonly xref: "x" | "paper";
  readonly yref: "y" | "paper";
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
  readonly line: LineStyle;
  readonly fillcolor?: string;
  readonly layer: "below";
};

/** An axis. */
export type Axis = {
  readonly range: readonly [number, number];
  readonly fixedrange: true;
  readonly showticklabels?: boolean;
  readonly tickvals?: readonly number[];
  readonly ticktext?: readonly string[];
  readonly nticks?: number;
  readonly ticksuffix?: string;
  readonly tickangle?: number;
  readonly gridcolor: string;
  readonly linecolor: string;
  readonly showline: boolean;
  readonly showgrid: boolean;
  readonly zeroline: false;
  readonly ticks: "outside" | "";
  readonly ticklen: number;
  readonly tickcolor: string;
};

/** The part of plotly's layout used here. */
export type Layout = {
  readonly margin: Margin;
  readonly xaxis: Axis;
  readonly yaxis: Axis;
  readonly shapes: readonly Shape[];
  readonly showlegend: false;
  readonly hovermode: "closest";
  readonly dragmode: false;
  readonly paper_bgcolor: string;
  readonly plot_bgcolor: string;
  readonly font: { readonly family: string; readonly size: number; readonly color: string };
  readonly hoverlabel: {
    readonly bgcolor: string;
    readonly bordercolor: string;
    readonly font: { readonly color: string };
  };
};

/** A figure as data. */
export type FigureSpec = { readonly data: readonly Trace[]; readonly layout: Layout };

/** Left and right margin of every plot that spans the page's left side. */
export const FRAME = { left: 58, right: 18 } as const;

/** The λ axis runs a little past [0, 1], so that points at the ends are whole. */
export const LAMBDA_RANGE: readonly [number, number] = [-0.02, 1.02];

/** The one family, as in the page's style sheet. */
const FONT_FAMILY =
  "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** Nothing to see. */
export const CLEAR = "rgba(0, 0, 0, 0)";

/** An axis in the house style. */
export function houseAxis(palette: Palette, range: readonly [number, number]): Axis {
  return {
    range,
    fixedrange: true,
    gridcolor: palette.hairline,
    linecolor: palette.hairline,
    showline: true,
    showgrid: false,
    zeroline: false,
    ticks: "outside",
    ticklen: 4,
    tickcolor: palette.hairline,
  };
}

/** A layout in the house style. */
export function houseLayout(palette: Palette, margin: Margin, xaxis: Axis, yaxis: Axis): Layout {
  return {
    margin,
    xaxis,
    yaxis,
    shapes: [],
    showlegend: false,
    hovermode: "closest",
    dragmode: false,
    paper_bgcolor: CLEAR,
    plot_bgcolor: CLEAR,
    font: { family: FONT_FAMILY, size: 12, color: palette.muted },
    hoverlabel: { bgcolor: palette.raised, bordercolor: palette.hairline, font: { color: palette.ink } },
  };
}

/** Where a value of an axis lies in a plot with the house frame, as CSS `left`. */
export function frameLeft(value: number, [from, to]: readonly [number, number]): string {
  const share = (value - from) / (to - from);
  return `calc(${FRAME.left}px + (100% - ${FRAME.left + FRAME.right}px) * ${share})`;
}

/** The axis value at a pixel of a plot of this width with the house frame; may lie outside the axis. */
export function frameValue(pixel: number, width: number, [from, to]: readonly [number, number]): number {
  return from + ((pixel - FRAME.left) / (width - FRAME.left - FRAME.right)) * (to - from);
}
