/** What all figures share: size, type, axes in their units. Knows no study. */
import type { PlotOptions } from "@observablehq/plot";
import type { Axis } from "../domain/studyResult.ts";
import { formatValue } from "./formatCell.ts";

/** Marks and scales of one figure; the frame is the same for all. */
export type Drawing = PlotOptions;

/** Width of a figure, in CSS pixels; it scales with its place. */
export const WIDTH = 640;
export const HEIGHT = 380;

/** Style that all figures have: the page's own ink, tabular figures. */
export const STYLE = {
  fontFamily: "Inter, system-ui, sans-serif",
  fontSize: "12px",
  fontVariant: "tabular-nums",
  background: "transparent",
  color: "currentColor",
  overflow: "visible",
} as const;

/** "accuracy, %", with no arrow: the axis says itself which way it goes. */
export function axisLabel({ label, unit }: Axis): string {
  if (unit === "percent" && !label.includes("%")) return `${label}, %`;
  if (unit === "points") return label.includes("%") ? label : `${label}, points`;
  return label;
}

/** Numbers of an axis by its unit; shares as percentages. */
export function axisFormat({ unit }: Axis): (value: number) => string {
  switch (unit) {
    case "percent":
      return (value) => trimmed(100 * value);
    case "points":
      return (value) => signed(100 * value);
    case "difference":
      return signed;
    case "lambda":
    case "plain":
    case "p":
      return trimmed;
    case "count":
      return (value) => formatValue(value, "count");
    default:
      return unit satisfies never;
  }
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

function signed(value: number): string {
  const text = trimmed(value);
  return value > 0 ? `+${text}` : text;
}
