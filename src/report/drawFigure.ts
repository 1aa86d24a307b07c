/**
 * A study's figure as SVG text, by Observable Plot on whatever document it is handed: the page's own, or one of the command
 * line. Ink is the page's, so that it reads on dark and light.
 */
import * as Plot from "@observablehq/plot";
import { AppError } from "../base/errors.ts";
import type { StudyFigure } from "../domain/studyResult.ts";
import { drawBoxes, drawIntervals, drawShrinkage } from "./groupFigures.ts";
import { drawLines } from "./lineFigures.ts";
import { drawMissing, missingWords } from "./missingFigure.ts";
import { drawOverlap } from "./overlapFigure.ts";
import { drawPairs } from "./pairsFigure.ts";
import { type Drawing, STYLE, SVG, WIDTH } from "./plotParts.ts";
import { drawScatter } from "./scatterFigure.ts";

/** How large a figure is drawn. */
export type FigureSize = { readonly width: number };

/**
 * The SVG with its title and caption for those who cannot see it. It has no ids and no style sheet, so that any number of them stand
 * on one page, and it is XML as well as HTML. Where there is nothing to draw it says what is missing.
 * @param size of overlaps is their own. @throws AppError `internal` for numbers that are none: a figure never hides them.
 */
export function drawFigure(
  figure: StudyFigure,
  document: Document,
  { width }: FigureSize = { width: WIDTH },
): string {
  if (hasBadNumber(figure))
    throw new AppError("internal", `The figure "${figure.title}" holds a number that is none.`);
  const drawn = draw(figure, document, width);
  const title = document.createElementNS(SVG, "title");
  title.textContent = figure.title;
  const description = document.createElementNS(SVG, "desc");
  description.textContent = figure.caption;
  drawn.prepend(title, description);
  drawn.setAttribute("role", "img");
  drawn.setAttribute("xmlns", SVG);
  return toXml(drawn.outerHTML);
}

function draw(figure: StudyFigure, document: Document, width: number): Element {
  const missing = missingWords(figure);
  if (missing !== null) return drawMissing(missing, document, width);
  return figure.kind === "overlap" ? drawOverlap(figure, document) : plot(figure, document, width);
}

/** HTML names a space that XML does not know, and allows marks that XML forbids. */
function toXml(html: string): string {
  return html.replaceAll("&nbsp;", "&#160;").replaceAll(/[^\P{Cc}\n\t]/gu, "");
}

type Plotted = Exclude<StudyFigure, { readonly kind: "overlap" }>;

function plot(figure: Plotted, document: Document, width: number): Element {
  const drawing = drawingOf(figure, width);
  const svg = Plot.plot({ width, style: STYLE, ...drawing, document } as Drawing & { document: Document });
  // The library's style sheet would reach other figures of the page.
  for (const style of svg.querySelectorAll("style")) style.remove();
  for (const text of svg.querySelectorAll("text")) text.setAttribute("style", "white-space: pre");
  return svg;
}

function drawingOf(figure: Plotted, width: number): Drawing {
  switch (figure.kind) {
    case "lines":
      return drawLines(figure, width);
    case "scatter":
      return drawScatter(figure);
    case "pairs":
      return drawPairs(figure, width);
    case "intervals":
      return drawIntervals(figure, width);
    case "boxes":
      return drawBoxes(figure, width);
    case "shrinkage":
      return drawShrinkage(figure, width);
    default:
      return figure satisfies never;
  }
}

function hasBadNumber(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasBadNumber);
}
