/**
 * Regular expressions as Python's `re` reads them, in RE2's words. Python's classes know all of Unicode where RE2's know
 * ASCII, and a few escapes have other names. Two things stay RE2's: `\b` is a boundary of ASCII words, and `$` is the
 * very end of the text, not also the place before a last line feed. Pure.
 */

/** What `\d`, `\s` and `\w` stand for, as the inside of a class. */
const CLASSES: Readonly<Record<string, string>> = {
  d: "\\p{Nd}",
  s: "\\x{9}-\\x{d}\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}",
  w: "\\p{L}\\p{N}_",
};

const ESCAPE = "\\\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)";
/** An escape, a whole class, or a repetition without a lower bound. */
const PIECE = new RegExp(`${ESCAPE}|\\[\\^?\\]?(?:\\\\.|[^\\\\\\]])*\\]|\\{,(?=\\d+\\})`, "gsu");
const CLASS_START = /^\[\^?\]?/u;
const CLASS_PIECE = new RegExp(`${ESCAPE}|\\[`, "gsu");

/** The same pattern for RE2. Nothing is checked: RE2 refuses what it does not have. Time grows as length squared. */
export function toRe2(pattern: string): string {
  return pattern.replace(PIECE, (piece) => {
    if (piece.startsWith("[")) return classOf(piece);
    return piece === "{," ? "{0," : escapeOf(piece, false);
  });
}

/** An opening bracket inside a class is itself: Python has no names of classes there. */
function classOf(whole: string): string {
  const [start] = CLASS_START.exec(whole)!;
  const inside = whole.slice(start.length);
  return start + inside.replace(CLASS_PIECE, (piece) => (piece === "[" ? "\\[" : escapeOf(piece, true)));
}

function escapeOf(piece: string, inClass: boolean): string {
  if (piece.length > 2) return `\\x{${piece.slice(2)}}`;
  const name = piece[1]!;
  if (name === "Z") return "\\z";
  const positive = CLASSES[name];
  if (positive !== undefined) return inClass ? positive : `[${positive}]`;
  const negative = CLASSES[name.toLowerCase()];
  // A negation inside a class cannot be spelt out; RE2's own, of ASCII, stands there.
  return negative === undefined || inClass ? piece : `[^${negative}]`;
}
