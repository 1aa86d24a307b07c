/** One dot a checkpoint in the order of training, each with its name where it covers nothing. */
import * as Plot from "@observablehq/plot";
import type { StudyFigure } from "../domain/studyResult.ts";
import { QUIET, seriesColour, towards } from "./colours.ts";
import {
  axisFormat,
  axisLabel,
  type Drawing,
  HEIGHT,
  makerOf,
  PAPER,
  shortened,
  textWidth,
} from "./plotParts.ts";

type Scatter = Extract<StudyFigure, { readonly kind: "scatter" }>;

/** Light dots are early; a line joins them in their order. */
export function drawScatter({ x, y, points }: Scatter): Drawing {
  const shades = points.map((_, i) => towards(seriesColour(0), 0.4 + (0.6 * (i + 1)) / points.length));
  return {
    height: HEIGHT,
    ...{ marginLeft: 56, marginRight: 36, marginTop: 32, marginBottom: 42 },
    x: {
      ...{ label: axisLabel(x), labelAnchor: "center", labelArrow: "none", tickFormat: axisFormat(x) },
      ...{ nice: true, ticks: 6 },
    },
    y: { label: axisLabel(y), labelArrow: "none", tickFormat: axisFormat(y), grid: true, nice: true },
    marks: [
      Plot.line(points, { x: "x", y: "y", stroke: QUIET, strokeWidth: 0.75, strokeOpacity: 0.6 }),
      Plot.dot(points, {
        ...{ x: "x", y: "y", r: 4.5, fill: shades, stroke: PAPER, strokeWidth: 1, sort: null },
      }),
      names(points),
    ],
    color: { type: "identity" },
  };
}

type Spot = { readonly x: number; readonly y: number };
type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

const SIZE = 11;

/** Names near their dots; those that had to go far are led to by a thin line. */
function names(points: Scatter["points"]): Plot.Markish {
  return (_index, scales, _values, { width, height }, context) => {
    const make = makerOf(context);
    const [x, y] = [scales.x, scales.y] as unknown as readonly [(v: number) => number, (v: number) => number];
    const spots = points.map((point) => ({ x: x(point.x), y: y(point.y) }));
    const words = points.map(({ name }) => shortened(name, 24));
    const group = make("g", { "data-role": "names" });
    for (const [i, { box, isFar }] of placeNames(spots, words, width, height).entries()) {
      const middle = { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
      if (isFar)
        group.append(
          make("path", {
            d: `M${spots[i]!.x},${spots[i]!.y}L${nearest(box, spots[i]!)}`,
            ...{ stroke: QUIET, "stroke-width": 0.75 },
          }),
        );
      group.append(
        make(
          "text",
          {
            ...{
              x: middle.x,
              y: middle.y + 4,
              "font-size": SIZE,
              "text-anchor": "middle",
              fill: "currentColor",
            },
            ...{ stroke: PAPER, "stroke-width": 2.5, "stroke-linejoin": "round", "paint-order": "stroke" },
          },
          words[i]!,
        ),
      );
    }
    return group as unknown as SVGElement;
  };
}

/** Right, left, above, below, then the corners; farther out where all are taken. */
const SIDES = [
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
  [1, -1],
  [-1, -1],
  [1, 1],
  [-1, 1],
] as const;

/** A box for each name, inside the figure, over no dot and no other name as far as there is room. */
export function placeNames(
  spots: readonly Spot[],
  words: readonly string[],
  width: number,
  height: number,
): readonly { readonly box: Box; readonly isFar: boolean }[] {
  const taken: Box[] = spots.map(({ x, y }) => ({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 }));
  return spots.map((spot, i) => {
    const candidates = [0, 10, 22, 36, 52, 70].flatMap((reach) =>
      SIDES.map(([dx, dy]) => ({ box: boxAt(spot, words[i]!, dx, dy, reach), isFar: reach > 0 })),
    );
    const inside = candidates.filter(
      ({ box }) => box.left > 2 && box.right < width - 2 && box.top > 14 && box.bottom < height - 40,
    );
    const free = inside.find(({ box }) => !taken.some((other) => overlaps(box, other)));
    const chosen = free ?? inside[0] ?? candidates[0]!;
    taken.push(chosen.box);
    return chosen;
  });
}

function boxAt({ x, y }: Spot, word: string, dx: number, dy: number, reach: number): Box {
  const [wide, tall] = [textWidth(word, SIZE) + 2, SIZE + 1];
  const away = 6 + reach;
  const middleX = x + dx * (away + wide / 2) * (dy === 0 || reach > 0 ? 1 : 0.9);
  const middleY = y + dy * (away + tall / 2);
  return {
    ...{ left: middleX - wide / 2, right: middleX + wide / 2 },
    ...{ top: middleY - tall / 2, bottom: middleY + tall / 2 },
  };
}

function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function nearest(box: Box, { x, y }: Spot): string {
  const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
  return `${clamp(x, box.left, box.right).toFixed(1)},${clamp(y, box.top, box.bottom).toFixed(1)}`;
}
