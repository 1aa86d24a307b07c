/** Slanted lines over cells, drawn one by one: a pattern would need a name of its own on every page. */
import type * as Plot from "@observablehq/plot";
import { type Maker, makerOf, textWidth } from "./plotParts.ts";

/** A cell, by its places on both axes, with what is written in it on which ground. */
export type Hatched = {
  readonly older: number;
  readonly newer: number;
  readonly text: string;
  readonly colour: string;
};

/** The number keeps a ground without lines, so that it is read. */
export function hatched(cells: readonly Hatched[], fontSize: number): Plot.Markish {
  return (_index, scales, _values, _dimensions, context) => {
    const make = makerOf(context);
    const group = make("g", { "data-role": "hatching" });
    type Band = ((place: number) => number) & { bandwidth: () => number };
    const { x, y } = scales as unknown as { readonly x: Band; readonly y: Band };
    const [wide, tall] = [x.bandwidth(), y.bandwidth()];
    for (const { older, newer, text, colour } of cells) {
      const [left, top] = [x(older), y(newer)];
      const room = Math.min(wide - 4, textWidth(text, fontSize) + 3);
      group.append(
        make("path", { d: slanted(left, top, wide, tall), ...LINES }),
        make("rect", {
          ...{ x: left + (wide - room) / 2, y: top + tall / 2 - fontSize / 2 - 1, width: room },
          ...{ height: fontSize + 2, rx: 2, fill: colour },
        }),
      );
    }
    return group as unknown as SVGElement;
  };
}

/** A small hatched field for a legend. */
export function hatchSample(make: Maker, x: number, y: number): Element {
  const group = make("g", {});
  group.append(
    make("rect", { x, y, width: 16, height: 12, fill: "white", stroke: "#3d434c", "stroke-opacity": 0.4 }),
    make("path", { d: slanted(x, y, 16, 12), ...LINES }),
  );
  return group;
}

const LINES = { stroke: "#3d434c", "stroke-opacity": 0.5, "stroke-width": 0.75, fill: "none" } as const;

/** Lines at 45°, six apart, clipped to the field. */
function slanted(left: number, top: number, width: number, height: number): string {
  const lines: string[] = [];
  for (let offset = 6; offset < width + height; offset += 6) {
    const [x1, y1] = offset <= height ? [0, offset] : [offset - height, height];
    const [x2, y2] = offset <= width ? [offset, 0] : [width, offset - width];
    lines.push(
      `M${(left + x1).toFixed(1)},${(top + y1).toFixed(1)}L${(left + x2).toFixed(1)},${(top + y2).toFixed(1)}`,
    );
  }
  return lines.join("");
}
