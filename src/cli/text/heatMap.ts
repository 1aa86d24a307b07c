/** The pair matrix as text: rows are the newer checkpoint, columns the older, shades the gain. Pure. */
import { formatTable } from "./table.ts";

/** One pair: `delta` is better when positive, `deltaStderr` its paired standard error; same units. */
export type HeatCell = {
  readonly i: number;
  readonly j: number;
  readonly delta: number;
  readonly deltaStderr: number;
};

const SHADES = ["·", "░", "▒", "▓", "█"];

/**
 * Lower triangle of gains. The shade grows with the gain, "·" is none or a loss; "*" marks what is more than two paired
 * standard errors from zero; an empty cell was not measured.
 */
export function formatHeatMap(
  labels: readonly string[],
  cells: readonly HeatCell[],
  formatDelta: (delta: number) => string,
): string {
  const greatest = Math.max(0, ...cells.map((cell) => cell.delta));
  const text = (cell: HeatCell | undefined): string => {
    if (cell === undefined) return "";
    const clear = Math.abs(cell.delta) > 2 * cell.deltaStderr ? "*" : " ";
    return `${shade(cell.delta, greatest)} ${formatDelta(cell.delta)}${clear}`;
  };
  const rows = labels
    .slice(1)
    .map((label, row) => [
      label,
      ...labels.slice(0, -1).map((_, column) => text(cells.find((c) => c.i === column && c.j === row + 1))),
    ]);
  return formatTable(
    [
      { title: "newer ↓ older →", align: "left" },
      ...labels.slice(0, -1).map((label) => ({ title: label, align: "right" as const })),
    ],
    rows,
  );
}

function shade(delta: number, greatest: number): string {
  if (delta <= 0 || greatest <= 0) return SHADES[0] ?? "";
  return SHADES[Math.min(SHADES.length - 1, Math.ceil((delta / greatest) * (SHADES.length - 1)))] ?? "";
}
