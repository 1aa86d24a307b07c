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

/**
 * "71.4 ± 1.2", "+2.1 ± 1.6 *" (certain), "0.870": as many digits as the error supports. Percentages and points without their
 * sign, which the head names.
 */
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
  if (stderr === undefined) return plain(value, digits, sign);
  const supported = digitsFor(stderr, digits);
  return `${plain(value, supported, sign)} ± ${stderr.toFixed(supported)}`;
}

/** Digits of an error that are told. */
const ERROR_DIGITS = 2;
const MOST_DIGITS = 6;

/** Places after the point that a standard error supports. @param otherwise for one of nothing, or of rounding alone */
function digitsFor(stderr: number, otherwise: number): number {
  if (!(stderr > 1e-12)) return otherwise;
  // Rounded first: 0.0996 is told as 0.10.
  const exponent = Math.floor(Math.log10(Number(stderr.toPrecision(ERROR_DIGITS))));
  return Math.min(MOST_DIGITS, Math.max(0, ERROR_DIGITS - 1 - exponent));
}

/** With a real minus sign; what is 0 as shown has no sign. */
function plain(value: number, digits: number, sign: boolean): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? "−" : sign ? "+" : ""}${text}`;
}
