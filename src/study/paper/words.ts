/** Numbers as the sentences of a study say them. Pure. */
import type { Measure } from "../../domain/measure.ts";
import type { CellNumber } from "../../domain/studyResult.ts";

/** "+2.1 ± 0.6 points", or in the measure's own unit: "−0.0123 ± 0.0010". */
export function gainWords({ value, stderr }: CellNumber, { percent }: Pick<Measure, "percent">): string {
  const [scale, digits, unit] = percent ? [100, 1, " points"] : [1, 4, ""];
  const error = stderr === undefined ? "" : ` ± ${(scale * stderr).toFixed(digits)}`;
  return `${signed(scale * value, digits)}${error}${unit}`;
}

/** "71.4 %", or "1.0190". */
export function scoreWords(value: number, { percent }: Pick<Measure, "percent">): string {
  return percent ? `${(100 * value).toFixed(1)} %` : value.toFixed(4);
}

/** "76 %" */
export function shareWords(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** "3 of 10 pairs" */
export function countWords(count: number, total: number, noun: string): string {
  return `${count} of ${total} ${noun}`;
}

/** With a real minus sign, and no sign for what is 0 as shown. */
export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? "−" : "+"}${text}`;
}

/** "a, b and c" */
export function listWords(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "none") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
