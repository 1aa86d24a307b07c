/** Numbers as a person reads them: no more digits than the standard error supports. Pure. */
import type { Measure } from "../../domain/measure.ts";

/** Below this a standard error is what equal items leave of rounding. */
const NO_ERROR = 1e-9;

/** Decimal places that show two significant digits of `stderr`; 4 where there is none. */
export function decimalsFor(stderr: number | null): number {
  if (stderr === null || !Number.isFinite(stderr) || stderr < NO_ERROR) return 4;
  return Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(stderr))));
}

/** "58.7 ± 1.1 %" for shares, "3.214 ± 0.011" for losses. Value and error in the metric's own units. */
export function formatValue(
  measure: Pick<Measure, "percent">,
  value: number,
  stderr: number | null,
  signed = false,
): string {
  const scale = measure.percent ? 100 : 1;
  const scaledError = stderr === null ? null : stderr * scale;
  // An error of 0 says nothing about digits: all items had the same outcome.
  const decimals =
    measure.percent && !(scaledError !== null && scaledError >= NO_ERROR) ? 1 : decimalsFor(scaledError);
  const scaled = value * scale;
  const sign = signed && scaled >= 0 ? "+" : "";
  const error = scaledError === null ? "" : ` ± ${fixed(scaledError, decimals)}`;
  return `${sign}${fixed(scaled, decimals)}${error}${measure.percent ? " %" : ""}`;
}

/** Plain digits, or powers of ten where there would be too many of them. */
function fixed(value: number, decimals: number): string {
  return Math.abs(value) < 1e7 ? value.toFixed(decimals) : value.toPrecision(3);
}

/** A mixing coefficient: "0.87", never more than four decimals. */
export function formatLambda(lambda: number): string {
  return String(Number(lambda.toFixed(4)));
}

/** "25.3 MB", in powers of ten as disks are sold. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const scaled = bytes / 1000 ** power;
  return `${power === 0 ? scaled : scaled.toFixed(scaled < 10 ? 2 : 1)} ${units[power]}`;
}

/** "0:07", "12:30", "1:02:03". */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** "1 row", "500 rows". */
export function formatRows(count: number): string {
  return count === 1 ? "1 row" : `${formatCount(count)} rows`;
}

/** "0.18 s" where a clock's seconds would say too little, else as `formatDuration`. */
export function formatElapsed(milliseconds: number): string {
  return milliseconds < 10_000 ? `${(milliseconds / 1000).toPrecision(2)} s` : formatDuration(milliseconds);
}

/** "1,267": counts of more than four digits would otherwise need counting. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-GB");
}
