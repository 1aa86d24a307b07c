/** The frame of figures whose x is a list of groups: names of groups wrapped, or slanted where wrapping is not enough. */
import * as Plot from "@observablehq/plot";
import { type Entry, legendRoom } from "./legend.ts";
import { type Drawing, HEIGHT, shortened, textWidth } from "./plotParts.ts";

const SLANT = 40;

/** Groups at whole numbers, names spread around them. */
export function placeOf(
  groups: readonly string[],
  names: readonly string[],
  group: string,
  name: string,
): number {
  const shift =
    names.length === 1 ? 0 : (0.72 * (names.indexOf(name) - (names.length - 1) / 2)) / names.length;
  return groups.indexOf(group) + shift;
}

/** Room for the legend above and the groups' names below. */
export function groupFrame(groups: readonly string[], entries: readonly Entry[], width: number): Drawing {
  const names = groups.map((group) => shortened(group, 32));
  const slot = (width - 72) / groups.length;
  const wrapped = names.map((name) => wrap(name, slot - 8));
  const isSlanted = wrapped.some(
    (lines) => lines.length > 3 || lines.some((line) => textWidth(line) > slot - 4),
  );
  const radians = (SLANT * Math.PI) / 180;
  const longest = Math.max(...names.map((name) => textWidth(name)));
  const below = isSlanted
    ? 24 + longest * Math.sin(radians)
    : 20 + 14 * Math.max(...wrapped.map((lines) => lines.length));
  // A slanted name reaches to the left of its group.
  const before = isSlanted
    ? Math.max(...names.map((name, i) => textWidth(name) * Math.cos(radians) - slot * (i + 0.5)))
    : 0;
  const top = entries.length > 0 ? legendRoom(entries, width) : 32;
  return {
    height: HEIGHT - 86 + top + below,
    marginLeft: Math.max(56, 8 + before),
    marginRight: 16,
    marginTop: top,
    marginBottom: below,
    x: {
      domain: [-0.5, groups.length - 0.5],
      ticks: groups.map((_, i) => i),
      tickFormat: (place: number) => (isSlanted ? names[place] : wrapped[place]?.join("\n")) ?? "",
      ...(isSlanted ? { tickRotate: -SLANT } : {}),
      label: null,
    },
  };
}

/** Words in lines of at most this width, where words allow it. */
function wrap(name: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of name.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && textWidth(`${last} ${word}`) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Where a difference is none. */
export function zeroRule(unit: string): readonly Plot.Markish[] {
  return unit === "points" || unit === "difference" ? [Plot.ruleY([0], { strokeOpacity: 0.6 })] : [];
}
