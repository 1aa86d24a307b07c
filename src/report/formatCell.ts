/** A cell of a study's table as plain text, and what a column is called. Pure. */
import type { Cell, CellNumber, Column, ColumnUnit } from "../domain/studyResult.ts";

/** Nothing is a dash, never 0. */
export const NOTHING = "–";

/** The column's title with its unit. */
export function columnTitle({ title, unit }: Column): string {
  if (unit === "percent" && !/%|share/.test(title)) return `${title}, %`;
  if (unit === "points" && !title.includes("%")) return `${title}, points`;
  return title;
}

/** "71.4 ± 1.2", "+2.1 ± 0.6 *" (certain), "0.870". Percentages and points without their sign, which the head names. */
export function formatCell(cell: Cell, unit: Column["unit"]): string {
  if (cell === null) return NOTHING;
  if (typeof cell === "string") return cell;
  return `${formatNumber(cell, unit)}${cell.certain === true ? " *" : ""}`;
}

/** A number of an axis or a label, without its error. */
export function formatValue(value: number, unit: ColumnUnit): string {
  return formatNumber({ value }, unit);
}

function formatNumber({ value, stderr }: CellNumber, unit: Column["unit"]): string {
  switch (unit) {
    case "percent":
    case "points":
      return withError(100 * value, stderr === undefined ? undefined : 100 * stderr, 1, unit === "points");
    case "difference":
      return withError(value, stderr, 4, true);
    case "lambda":
      return withError(value, stderr, stderr === undefined ? 3 : 2, false);
    case "count":
      return Math.round(value).toLocaleString("en-GB");
    case "p":
      return value < 0.001 ? "<0.001" : value.toFixed(3);
    case "plain":
    case "words":
      return withError(value, stderr, Math.abs(value) >= 100 ? 1 : 4, false);
    default:
      return unit satisfies never;
  }
}

function withError(value: number, stderr: number | undefined, digits: number, sign: boolean): string {
  const error = stderr === undefined ? "" : ` ± ${stderr.toFixed(digits)}`;
  return `${plain(value, digits, sign)}${error}`;
}

/** With a real minus sign; what is 0 as shown has no sign. */
function plain(value: number, digits: number, sign: boolean): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? "−" : sign ? "+" : ""}${text}`;
}
