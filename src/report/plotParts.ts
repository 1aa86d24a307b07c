/** What all figures share: size, type, axes in their units, a room for text whose width is not known. Knows no study. */
import type { PlotOptions } from "@observablehq/plot";
import type { Axis } from "../domain/studyResult.ts";
import { formatValue } from "./formatCell.ts";

/** Marks and scales of one figure; the frame is the same for all. */
export type Drawing = PlotOptions;

/** Width of a figure, in CSS pixels, unless another is asked for; it scales with its place. */
export const WIDTH = 640;
export const HEIGHT = 380;

/** The ground around dots: the page's, or white in a file of its own. */
export const PAPER = "var(--paper, white)";

/** The namespace of SVG elements. */
export const SVG = "http://www.w3.org/2000/svg";

/** Style that all figures have: the page's own ink, tabular figures. */
export const STYLE = {
  fontFamily: "Inter, system-ui, sans-serif",
  fontSize: "12px",
  fontVariant: "tabular-nums",
  background: "transparent",
  color: "currentColor",
  overflow: "visible",
} as const;

/** Makes SVG elements on one document. */
export type Maker = (
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  text?: string,
) => Element;

/** @param text is set as text, whatever it holds. */
export function makerOn(document: Document): Maker {
  return (tag, attributes, text) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    if (text !== undefined) element.textContent = text;
    return element;
  };
}

/** The maker of a mark that draws itself. */
export function makerOf(context: unknown): Maker {
  return makerOn((context as { readonly document: Document }).document);
}

/** Widths are not known without a browser: letters of this type are this wide on average, rather more than less. */
export function textWidth(text: string, fontSize = 12): number {
  return 0.56 * fontSize * Array.from(text).length;
}

/** The start of a long name. */
export function shortened(text: string, most = 44): string {
  const letters = Array.from(text);
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join("")}…`;
}

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
