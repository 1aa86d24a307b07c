/** Names at the right edge of a frame, each at its own height, moved apart where they would lie on one another. */
import type * as Plot from "@observablehq/plot";
import { makerOf, shortened } from "./plotParts.ts";

/** A name and the value it belongs to. */
export type EndLabel = { readonly name: string; readonly y: number; readonly colour: string };

const LINE = 14;
const LETTERS = 20;

/** The name as it stands there. */
export function endName({ name }: EndLabel): string {
  return shortened(name, LETTERS);
}

/** A short stroke in the series' colour leads from the frame to the name, which is in ink. */
export function endLabels(labels: readonly EndLabel[]): Plot.Markish {
  return (_index, scales, _values, { width, height, marginRight, marginTop, marginBottom }, context) => {
    const make = makerOf(context);
    const group = make("g", { "data-role": "end-labels" });
    const y = scales.y as unknown as (value: number) => number;
    const heights = apart(
      labels.map((label) => y(label.y)),
      marginTop,
      height - marginBottom,
    );
    const x = width - marginRight;
    for (const [i, label] of labels.entries())
      group.append(
        make("path", {
          ...{ d: `M${x + 2},${y(label.y)}L${x + 14},${heights[i]!}`, stroke: label.colour, fill: "none" },
        }),
        make(
          "text",
          {
            ...{ x: x + 17, y: heights[i]! + 4, "font-size": 11 },
            "text-anchor": "start",
            fill: "currentColor",
          },
          endName(label),
        ),
      );
    return group as unknown as SVGElement;
  };
}

/** The same order, no two nearer than a line, inside the frame as far as they fit. */
export function apart(wanted: readonly number[], top: number, bottom: number): readonly number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const found = [...wanted];
  let least = top;
  for (const i of order) {
    found[i] = Math.max(wanted[i]!, least);
    least = found[i]! + LINE;
  }
  let most = bottom;
  for (const i of order.toReversed()) {
    found[i] = Math.min(found[i]!, most);
    most = found[i]! - LINE;
  }
  return found;
}
