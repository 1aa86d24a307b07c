/** The lower triangle of pairs: colour for the difference, hatching where it cannot be told from noise, the number in it. */
import * as Plot from "@observablehq/plot";
import type { StudyFigure } from "../domain/studyResult.ts";
import { divergingColour, inkOn } from "./colours.ts";
import { formatValue } from "./formatCell.ts";
import { hatched, hatchSample } from "./hatching.ts";
import { type Drawing, makerOf, shortened, textWidth } from "./plotParts.ts";

type Pairs = Extract<StudyFigure, { readonly kind: "pairs" }>;

/** Rows are the newer checkpoint, columns the older. */
export function drawPairs({ names, unit, cells }: Pairs, width: number): Drawing {
  const most = Math.max(1e-9, ...cells.map(({ value }) => Math.abs(value)));
  const placed = cells.map(({ older, newer, value, certain }) => ({
    ...{ older, newer, certain },
    text: formatValue(value, unit),
    colour: divergingColour(value / most),
  }));
  const count = Math.max(1, names.length - 1);
  const labels = names.map((name) => shortened(name, 18));
  const longest = Math.max(...labels.map((label) => textWidth(label)));
  const marginLeft = 30 + longest;
  const wide = Math.min(84, (width - marginLeft - 8) / count);
  const tall = Math.max(30, Math.min(44, wide));
  const isSlanted = longest > wide - 8;
  const below = isSlanted ? 34 + 0.64 * longest : 44;
  const fontSize = wide < 46 ? 10 : 12;
  return {
    height: tall * count + TOP + below,
    marginLeft,
    marginBottom: below,
    marginTop: TOP,
    // Few checkpoints make a small triangle.
    marginRight: width - marginLeft - wide * count,
    x: {
      ...{ domain: places(0, count), tickFormat: (place: number) => labels[place] ?? "", padding: 0.04 },
      ...{ label: "older", labelAnchor: "center", labelArrow: "none", tickSize: 0 },
      ...(isSlanted ? { tickRotate: -40 } : {}),
    },
    y: {
      ...{ domain: places(1, count), tickFormat: (place: number) => labels[place] ?? "", padding: 0.04 },
      ...{ label: "newer", labelAnchor: "center", labelArrow: "none", tickSize: 0 },
    },
    marks: [
      Plot.cell(placed, {
        ...{ x: "older", y: "newer", fill: (d) => d.colour, stroke: "currentColor", strokeOpacity: 0.15 },
      }),
      hatched(
        placed.filter(({ certain }) => !certain),
        fontSize,
      ),
      Plot.text(placed, {
        ...{ x: "older", y: "newer", text: "text", fontSize },
        fill: (d) => inkOn(d.colour),
      }),
      key(most, unit, width),
    ],
    color: { type: "identity" },
  };
}

const TOP = 48;

function places(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** What colours and hatching mean; above the triangle, on the right, where it leaves room. */
function key(most: number, unit: Pairs["unit"], width: number): Plot.Markish {
  return (_index, _scales, _values, _dimensions, context) => {
    const make = makerOf(context);
    const group = make("g", { "data-role": "legend", "font-size": 11, "text-anchor": "middle" });
    const [steps, step] = [11, 14];
    const left = width - steps * step - 18;
    for (let i = 0; i < steps; i++)
      group.append(
        make("rect", {
          ...{ x: left + i * step, y: 4, width: step, height: 10 },
          fill: divergingColour((2 * i) / (steps - 1) - 1),
        }),
      );
    for (const [share, at] of [[-1, 0.5] as const, [0, steps / 2] as const, [1, steps - 0.5] as const])
      group.append(
        make("text", { x: left + at * step, y: 27, fill: "currentColor" }, formatValue(share * most, unit)),
      );
    group.append(
      hatchSample(make, left - 190, 4),
      make(
        "text",
        { x: left - 168, y: 13, "text-anchor": "start", fill: "currentColor" },
        "cannot be told from noise",
      ),
    );
    return group as unknown as SVGElement;
  };
}
