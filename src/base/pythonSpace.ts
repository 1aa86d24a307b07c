/**
 * Whitespace as Python's `str` sees it, because evaluation conventions are stated in Python: `rstrip`, `strip` and
 * `re`'s `\s` agree on this set, which differs from JavaScript's `\s` in U+001C…U+001F, U+0085 and U+FEFF. Pure.
 */

const SPACE = "\\t-\\r\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const RUN = new RegExp(`[${SPACE}]+`, "u");
const TRAILING = new RegExp(`[${SPACE}]+$`, "u");
const LEADING = new RegExp(`^[${SPACE}]+`, "u");

/** The text without its trailing whitespace. */
export function stripEnd(text: string): string {
  return text.replace(TRAILING, "");
}

/** The text without its leading whitespace. */
export function stripStart(text: string): string {
  return text.replace(LEADING, "");
}

/** The text without whitespace at either end. */
export function strip(text: string): string {
  return stripStart(stripEnd(text));
}

/** Number of pieces of `re.split(r"\s+", text)`: whitespace at an end adds an empty piece there. */
export function countWords(text: string): number {
  return text.split(RUN).length;
}
