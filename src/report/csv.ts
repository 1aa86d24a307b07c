/** A study's table as CSV (RFC 4180): full precision, errors in columns of their own. Pure. */
import type { Cell, StudyTable } from "../domain/studyResult.ts";

/** With a head; lines end in CRLF, as the standard says. */
export function csvOf({ columns, rows }: StudyTable): string {
  const hasError = columns.map((_, k) => rows.some((row) => errorOf(row[k] ?? null) !== null));
  const head = columns.flatMap(({ title }, k) => [
    harmless(title),
    ...(hasError[k] ? [harmless(`${title} stderr`)] : []),
  ]);
  const lines = rows.map((row) =>
    columns.flatMap((_, k) => {
      const cell = row[k] ?? null;
      return [textOf(cell), ...(hasError[k] ? [String(errorOf(cell) ?? "")] : [])];
    }),
  );
  return [head, ...lines].map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("");
}

function textOf(cell: Cell): string {
  if (cell === null) return "";
  return typeof cell === "string" ? harmless(cell) : String(cell.value);
}

/** A spreadsheet takes words that begin so for a formula; some read the wide forms of the same marks. */
function harmless(words: string): string {
  return /^\s*[=+\-@\t\r\n＝＋－＠]/.test(words) ? `'${words}` : words;
}

function errorOf(cell: Cell): number | null {
  return typeof cell === "object" && cell !== null ? (cell.stderr ?? null) : null;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
