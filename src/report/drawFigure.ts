/**
 * A study's figure as SVG text, by Observable Plot on whatever document it is handed: the page's own, or one of the command
 * line. Ink is the page's, so that it reads on dark and light.
 */
import * as Plot from "@observablehq/plot";
import { AppError } from "../base/errors.ts";
import type { StudyFigure } from "../domain/studyResult.ts";
import { drawBoxes, drawIntervals, drawShrinkage } from "./groupFigures.ts";
import { drawLines, drawScatter } from "./lineFigures.ts";
import { drawOverlap } from "./overlapFigure.ts";
import { drawPairs } from "./pairsFigure.ts";
import { type Drawing, STYLE, WIDTH } from "./plotParts.ts";

/**
 * The SVG with its title and caption for those who cannot see it.
 * @throws AppError `internal` for numbers that are none: a figure never hides them.
 */
export function drawFigure(figure: StudyFigure, document: Document): string {
  if (hasBadNumber(figure))
    throw new AppError("internal", `The figure "${figure.title}" holds a number that is none.`);
  const drawn = figure.kind === "overlap" ? drawOverlap(figure, document) : plot(figure, document);
  const title = document.createElementNS(SVG, "title");
  title.textContent = figure.title;
  const description = document.createElementNS(SVG, "desc");
  description.textContent = figure.caption;
  drawn.prepend(title, description);
  drawn.setAttribute("role", "img");
  drawn.setAttribute("xmlns", SVG);
  return drawn.outerHTML;
}

/** The namespace of SVG elements. */
export const SVG = "http://www.w3.org/2000/svg";

function plot(figure: Exclude<StudyFigure, { readonly kind: "overlap" }>, document: Document): Element {
  const drawing = drawingOf(figure);
  const svg = Plot.plot({ width: WIDTH, style: STYLE, ...drawing, document } as Drawing & {
    document: Document;
  });
  // The library's style sheet would reach other figures of the page.
  for (const style of svg.querySelectorAll("style")) style.remove();
  for (const text of svg.querySelectorAll("text")) text.setAttribute("style", "white-space: pre");
  return svg;
}

function drawingOf(figure: Exclude<StudyFigure, { readonly kind: "overlap" }>): Drawing {
  switch (figure.kind) {
    case "lines":
      return drawLines(figure);
    case "scatter":
      return drawScatter(figure);
    case "pairs":
      return drawPairs(figure);
    case "intervals":
      return drawIntervals(figure);
    case "boxes":
      return drawBoxes(figure);
    case "shrinkage":
      return drawShrinkage(figure);
    default:
      return figure satisfies never;
  }
}

function hasBadNumber(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasBadNumber);
}
