/**
 * Values printed and texts handled as Python does, because templates of task files are written for it: `True` and
 * `None`, lists in single quotes, the methods of `str` and `list` that task files use. Pure; knows no template library.
 */
import { strip, stripEnd, stripStart } from "../base/pythonSpace.ts";

/** Python's `str(value)` of JSON. A float without a fraction cannot be told from a whole number in JSON. */
export function pythonText(value: unknown): string {
  return typeof value === "string" ? value : pythonRepr(value);
}

/** Python's `repr(value)` of JSON. */
function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return numberText(value);
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  const entries = Object.entries(value).map(([key, one]) => `${quoted(key)}: ${pythonRepr(one)}`);
  return `{${entries.join(", ")}}`;
}

/** Exponents as Python writes them: from 1e16 up and below 1e-4, with two digits at least. */
function numberText(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) || !Number.isFinite(value) || (size >= 1e-4 && size < 1e16))
    return String(value);
  const [digits, exponent] = value.toExponential().split("e") as [string, string];
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replaceAll(/[\\\n\r\t'\p{Cc}]/gu, (one) => {
    if (one === "'") return quote === "'" ? "\\'" : one;
    return ESCAPES[one] ?? `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return quote + inner + quote;
}

/** A method: the value it belongs to is bound, its arguments are plain. */
type Method = (...values: readonly unknown[]) => unknown;

/** Methods of `str`. @throws Error in Python's words, for what is not in the text. */
export function textMethods(text: string): Readonly<Record<string, Method>> {
  return {
    strip: (chars) => (chars == null ? strip(text) : trim(text, chars, true, true)),
    lstrip: (chars) => (chars == null ? stripStart(text) : trim(text, chars, true, false)),
    rstrip: (chars) => (chars == null ? stripEnd(text) : trim(text, chars, false, true)),
    capitalize: () => {
      const [first = "", ...rest] = text;
      return first.toUpperCase() + rest.join("").toLowerCase();
    },
    find: (part) => findIn(text, String(part)),
    index: (part) => {
      const at = findIn(text, String(part));
      if (at < 0) throw new Error(`${quoted(String(part))} is not in ${quoted(text.slice(0, 60))}`);
      return at;
    },
    count: (part) => (part === "" ? [...text].length + 1 : text.split(String(part)).length - 1),
    join: (parts) => (parts as readonly unknown[]).map(pythonText).join(text),
    isdigit: () => /^\d+$/.test(text),
    removeprefix: (part) => (text.startsWith(String(part)) ? text.slice(String(part).length) : text),
    removesuffix: (part) =>
      part !== "" && text.endsWith(String(part)) ? text.slice(0, -String(part).length) : text,
  };
}

/** Methods of `list`. @throws Error as `textMethods`. */
export function listMethods(values: readonly unknown[]): Readonly<Record<string, Method>> {
  return {
    index: (wanted) => {
      const at = values.indexOf(wanted);
      if (at < 0) throw new Error(`${pythonRepr(wanted)} is not in ${pythonRepr(values).slice(0, 60)}`);
      return at;
    },
    count: (wanted) => values.filter((value) => value === wanted).length,
  };
}

/** Place of a part counted in characters, as Python counts; −1 for none. */
function findIn(text: string, part: string): number {
  const at = text.indexOf(part);
  return at < 0 ? at : [...text.slice(0, at)].length;
}

function trim(text: string, chars: unknown, start: boolean, end: boolean): string {
  const dropped = new Set(String(chars));
  const kept = [...text];
  let [from, to] = [0, kept.length];
  while (start && from < to && dropped.has(kept[from]!)) from++;
  while (end && to > from && dropped.has(kept[to - 1]!)) to--;
  return kept.slice(from, to).join("");
}
