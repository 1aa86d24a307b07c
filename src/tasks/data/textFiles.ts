/** Data files that are text: JSON lines, JSON, CSV, plain. Bytes in, documents out. Runs everywhere. */
import { CsvError, parse } from "csv-parse/browser/esm/sync";
import { AppError } from "../../base/errors.ts";
import type { Doc } from "../benchmark.ts";
import type { DataFile } from "./dataFiles.ts";

/** Bytes of a text file, at most. */
const MAX_BYTES = 256 * 2 ** 20;
/** Rows of a file, at most. */
export const MAX_ROWS = 1_000_000;

/** The file's text without a byte-order mark. @throws AppError `bad-format` for what is not UTF-8 or far too long. */
export async function readText({ path, source }: DataFile, signal: AbortSignal): Promise<string> {
  if (source.byteLength > MAX_BYTES)
    throw badData(path, null, `it has ${source.byteLength} bytes, more than a data file may have`);
  const bytes = await source.read(0, source.byteLength, signal);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw badData(path, null, "it is not UTF-8 text", cause);
  }
}

/** One JSON object a line, or one list of them. @throws AppError `bad-format` naming the line. */
export function parseJsonRows(path: string, text: string): readonly Doc[] {
  if (/^\s*\[/.test(text)) return parseJsonList(path, text);
  const rows: Doc[] = [];
  let line = 0;
  for (const part of text.split("\n")) {
    line++;
    if (part.trim() === "") continue;
    const row = parseJson(path, line, part);
    if (!isRecord(row)) throw badData(path, line, "it is not a JSON object");
    if (rows.push(row) > MAX_ROWS) throw badData(path, line, `there are more than ${MAX_ROWS} rows`);
  }
  return rows;
}

function parseJsonList(path: string, text: string): readonly Doc[] {
  const list = parseJson(path, 1, text);
  if (!Array.isArray(list) || list.length > MAX_ROWS || !list.every(isRecord))
    throw badData(path, null, "it is not a list of JSON objects");
  return list;
}

/**
 * CSV as lists of fields, one a record. @throws AppError `bad-format` naming the line.
 */
export function parseCsv(path: string, text: string): readonly (readonly string[])[] {
  try {
    return parse(text, { skip_empty_lines: true, relax_column_count: true, to: MAX_ROWS });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const line = typeof cause.lines === "number" ? cause.lines : null;
    throw badData(path, line, "its quotes or columns do not fit together", cause);
  }
}

/** Records by the names in the first line. */
export function parseCsvRows(path: string, text: string): readonly Doc[] {
  const [head, ...records] = parseCsv(path, text);
  if (head === undefined) return [];
  return records.map((record, i) => {
    if (record.length !== head.length)
      throw badData(path, i + 2, `it has ${record.length} fields, its head ${head.length}`);
    return Object.fromEntries(head.map((name, column) => [name, record[column]!]));
  });
}

/** That a data file is not what it should be. @param line counted from 1; `null` for the whole file. */
export function badData(path: string, line: number | null, why: string, cause?: unknown): AppError {
  const where = line === null ? path : `${path}, line ${line}`;
  return new AppError("bad-format", `The data file ${where} is not usable: ${why}.`, {
    advice: "Get the file again from where the set is published.",
    fields: { path, ...(line === null ? {} : { line }) },
    cause,
  });
}

function parseJson(path: string, line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badData(path, line, "it is not JSON", cause);
  }
}

function isRecord(value: unknown): value is Doc {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
