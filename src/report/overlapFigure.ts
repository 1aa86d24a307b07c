/** Two or three sets as circles; each region is a path found by `data-region`, the indices of its sets. */
import { type Circle, eulerDiagram } from "../domain/eulerDiagram.ts";
import type { StudyFigure } from "../domain/studyResult.ts";
import { seriesColour } from "./colours.ts";
import { makerOn, shortened, textWidth } from "./plotParts.ts";
import { regionPath } from "./regionPath.ts";

type Overlap = Extract<StudyFigure, { readonly kind: "overlap" }>;

const SIZE = { width: 420, height: 320 } as const;
const MARGIN = 30;
/** Dashes of the circles' outlines: sets differ by more than colour. */
const OUTLINES = ["none", "7 3", "2 2.5"] as const;
/** A count is read in a region that holds a circle of this radius. */
const LEAST_ROOM = 7;

/** Circles of true area, counts in their regions, names above. */
export function drawOverlap({ sets, regions }: Overlap, document: Document): Element {
  const { circles, regions: placed, error } = eulerDiagram(sets.length, regions);
  const fit = fitOf(circles);
  const make = makerOn(document);
  const svg = make("svg", {
    viewBox: `0 0 ${SIZE.width} ${SIZE.height}`,
    width: SIZE.width,
    height: SIZE.height,
    "font-family": "Inter, system-ui, sans-serif",
    "font-size": 13,
    fill: "currentColor",
  });
  const fitted = circles.map(fit);
  for (const [k, circle] of fitted.entries()) {
    const colour = seriesColour(k);
    svg.append(
      make("circle", {
        ...{ cx: circle.x, cy: circle.y, r: circle.r },
        ...{ fill: colour, "fill-opacity": 0.16, stroke: colour, "stroke-width": 1.75 },
        ...{ "stroke-dasharray": OUTLINES[k % OUTLINES.length]! },
      }),
    );
  }
  // Nothing is seen of them: they are where a pointer finds a region.
  for (const { members, count } of placed) {
    const region = make("path", {
      ...{ d: regionPath(fitted, members), "data-region": members.join(",") },
      ...{ fill: "currentColor", "fill-opacity": 0, "fill-rule": "evenodd", "pointer-events": "all" },
    });
    region.append(make("title", {}, `${members.map((i) => sets[i]).join(" and ")} only: ${count}`));
    svg.append(region);
  }
  let at = 8;
  for (const [k, name] of sets.entries()) {
    const colour = seriesColour(k);
    const label = shortened(name, 22);
    svg.append(
      make("circle", {
        ...{
          cx: at + 6,
          cy: 12,
          r: 5,
          fill: colour,
          "fill-opacity": 0.3,
          stroke: colour,
          "stroke-width": 1.75,
        },
        ...{ "stroke-dasharray": OUTLINES[k % OUTLINES.length]! },
      }),
      make("text", { x: at + 17, y: 16.5, "font-weight": 600 }, label),
    );
    at += 34 + textWidth(label, 14);
  }
  for (const { count, anchor, room } of placed) {
    // A slit has no room for its count, which the table has.
    if (anchor === null || count === 0 || fit({ x: 0, y: 0, r: room }).r < LEAST_ROOM) continue;
    const { x, y } = fit({ x: anchor[0], y: anchor[1], r: 0 });
    svg.append(
      make("text", { x, y: y + 4, "text-anchor": "middle", "pointer-events": "none" }, String(count)),
    );
  }
  if (error > 0.01)
    svg.append(
      make(
        "text",
        { x: SIZE.width - 4, y: SIZE.height - 4, "text-anchor": "end", "font-size": 10, "fill-opacity": 0.7 },
        `areas are off by up to ${(100 * error).toFixed(0)} % of all`,
      ),
    );
  return svg;
}

/** Turns and scales the circles into the frame. */
function fitOf(circles: readonly Circle[]): (circle: Circle) => Circle {
  const [left, right] = [
    Math.min(...circles.map((c) => c.x - c.r)),
    Math.max(...circles.map((c) => c.x + c.r)),
  ];
  const [top, bottom] = [
    Math.min(...circles.map((c) => c.y - c.r)),
    Math.max(...circles.map((c) => c.y + c.r)),
  ];
  const scale = Math.min(
    (SIZE.width - 2 * MARGIN) / Math.max(1e-9, right - left),
    (SIZE.height - 2 * MARGIN) / Math.max(1e-9, bottom - top),
  );
  return ({ x, y, r }) => ({
    x: SIZE.width / 2 + (x - (left + right) / 2) * scale,
    y: SIZE.height / 2 + (y - (top + bottom) / 2) * scale,
    r: r * scale,
  });
}
