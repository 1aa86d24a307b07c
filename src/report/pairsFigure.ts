/** The lower triangle of pairs: colour for the difference, hatching where it cannot be told from noise, the number in it. */
import * as Plot from "@observablehq/plot";
import type { StudyFigure } from "../domain/studyResult.ts";
import { DIVERGING } from "./colours.ts";
import { formatValue } from "./formatCell.ts";
import type { Drawing } from "./plotParts.ts";

type Pairs = Extract<StudyFigure, { readonly kind: "pairs" }>;

/** Rows are the newer checkpoint, columns the older. */
export function drawPairs({ names, unit, cells }: Pairs): Drawing {
  const most = Math.max(1e-9, ...cells.map(({ value }) => Math.abs(value)));
  const placed = cells.map(({ older, newer, value, certain }) => ({
    older: names[older]!,
    newer: names[newer]!,
    value,
    certain,
    text: formatValue(value, unit),
    colour: mixed(value / most),
    isDark: Math.abs(value) / most > 0.6,
  }));
  const side = Math.max(34, Math.min(60, 560 / names.length));
  return {
    height: side * (names.length - 1) + 60,
    marginLeft: 64,
    marginBottom: 44,
    marginTop: 8,
    marginRight: 8,
    x: {
      domain: names.slice(0, -1),
      label: "older",
      labelAnchor: "center",
      labelArrow: "none",
      padding: 0.04,
    },
    y: { domain: names.slice(1), label: "newer", labelArrow: "none", padding: 0.04 },
    marks: [
      Plot.cell(placed, {
        x: "older",
        y: "newer",
        fill: (d) => d.colour,
        stroke: "currentColor",
        strokeOpacity: 0.15,
      }),
      hatching(placed.filter(({ certain }) => !certain)),
      Plot.text(placed, {
        x: "older",
        y: "newer",
        text: "text",
        fontSize: names.length > 9 ? 10 : 12,
        fill: (d) => (d.isDark ? "white" : "#1c1f24"),
        stroke: (d) => (d.isDark ? "none" : "white"),
        strokeWidth: 2,
        strokeOpacity: 0.7,
      }),
    ],
    color: { type: "identity" },
  };
}

type Placed = { readonly older: string; readonly newer: string };

/** Slanted lines over cells, drawn one by one: a pattern would need a name of its own on every page. */
function hatching(cells: readonly Placed[]): Plot.Markish {
  return (_index, scales, _values, _dimensions, context) => {
    const { document } = context as unknown as { document: Document };
    const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
    group.setAttribute("data-role", "hatching");
    const { x, y } = scales as unknown as {
      x: ((name: string) => number) & { bandwidth: () => number };
      y: ((name: string) => number) & { bandwidth: () => number };
    };
    for (const { older, newer } of cells) {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", slanted(x(older), y(newer), x.bandwidth(), y.bandwidth()));
      path.setAttribute("stroke", "#3d434c");
      path.setAttribute("stroke-opacity", "0.45");
      path.setAttribute("stroke-width", "0.75");
      group.append(path);
    }
    return group as unknown as SVGElement;
  };
}

/** Lines at 45°, six apart, clipped to the cell. */
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

/** White at 0, the full hue at ±1. */
function mixed(share: number): string {
  const hue = share < 0 ? DIVERGING.loss : DIVERGING.gain;
  const strength = Math.min(1, Math.abs(share));
  const channel = (at: number): string => {
    const full = Number.parseInt(hue.slice(at, at + 2), 16);
    return Math.round(255 + (full - 255) * strength)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}
