/** A figure with nothing to show says so in words: an empty chart would look like a result. */
import type { StudyFigure } from "../domain/studyResult.ts";
import { makerOn } from "./plotParts.ts";

/** What is missing, or `null` where there is something to draw. */
export function missingWords(figure: StudyFigure): string | null {
  switch (figure.kind) {
    case "lines":
      return figure.series.some(({ points }) => points.length > 0)
        ? null
        : "No points were measured for these curves.";
    case "scatter":
      return figure.points.length > 0 ? null : "No checkpoints were measured.";
    case "pairs":
      return figure.cells.length > 0 ? null : "No pairs of checkpoints were merged.";
    case "intervals":
      return figure.marks.length > 0 ? null : "No differences were measured.";
    case "boxes":
      return figure.groups.some(({ values }) => values.length > 0) ? null : "No values were measured.";
    case "shrinkage":
      return figure.arrows.length > 0
        ? null
        : "No merges were chosen, so that there is nothing to judge anew.";
    case "overlap":
      return figure.regions.some(({ count }) => count > 0) ? null : "No items are in any of these sets.";
    default:
      return figure satisfies never;
  }
}

/** The words in the place of the figure. */
export function drawMissing(words: string, document: Document, width: number): Element {
  const make = makerOn(document);
  const svg = make("svg", {
    ...{ viewBox: `0 0 ${width} 96`, width, height: 96, fill: "currentColor" },
    ...{ "font-family": "Inter, system-ui, sans-serif", "font-size": 13, "data-role": "missing" },
  });
  svg.append(
    make("rect", {
      ...{ x: 0.5, y: 0.5, width: width - 1, height: 95, rx: 4, fill: "none" },
      ...{ stroke: "currentColor", "stroke-opacity": 0.25, "stroke-dasharray": "4 4" },
    }),
    make("text", { x: width / 2, y: 52, "text-anchor": "middle", "fill-opacity": 0.8 }, words),
  );
  return svg;
}
