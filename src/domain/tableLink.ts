/**
 * A table of scores as a part of a link: `NAME~l~0,55.63~0.5,53~1,54.98`. After the name `l` says that rows are λ,value and
 * `w` that they are w1,…,wk,value; `ls` and `ws` have a standard error behind, empty where a row has none. Settings that are
 * not the usual ones follow it: `l!batch=4`. Numbers come back bit for bit. Pure.
 */
import type { ScoreTable } from "./scoreTable.ts";
import type { Measurement } from "./surrogate.ts";
import { parseTableLinkSettings, type TableLinkSettings } from "./tableLinkSettings.ts";

/** Longer links are not taken everywhere. Characters, as they stand in an address. */
export const LONGEST_LINK = 8000;
const MOST_ROWS = 1000;
const MOST_WEIGHTS = 8;

/** What a link holds. */
export type LinkedTable = Pick<ScoreTable, "name" | "rows"> & { readonly settings: TableLinkSettings };

/**
 * The link's text; `null` where it would be too long.
 * @param settings as `formatTableLinkSettings` writes them
 */
export function formatTableLink(
  { name, rows }: Pick<ScoreTable, "name" | "rows">,
  settings = "",
): string | null {
  const isLambda = rows.every(({ weights }) => weights.length === 2 && weights[0] === 1 - weights[1]!);
  const hasErrors = rows.some(({ stderr }) => stderr !== null);
  const cells = rows.map(({ weights, value, stderr }) =>
    [...(isLambda ? weights.slice(1) : weights), value, ...(hasErrors ? [stderr ?? ""] : [])].join(),
  );
  const kind = `${isLambda ? "l" : "w"}${hasErrors ? "s" : ""}${settings === "" ? "" : `!${settings}`}`;
  const text = [name.replaceAll(/[^\w. ()+-]/g, "").slice(0, 80), kind, ...cells].join("~");
  return encodeURIComponent(text).length > LONGEST_LINK ? null : text;
}

/** The table of a link; `null` for anything that is none. Weights are taken as they are: the reader checks them. */
export function parseTableLink(text: string): LinkedTable | null {
  if (text.length > LONGEST_LINK) return null;
  const [name, head = "", ...cells] = text.split("~");
  const [, kind, given = ""] = /^([lw]s?)(?:!(.+))?$/.exec(head) ?? [];
  const settings = parseTableLinkSettings(given);
  if (name === undefined || kind === undefined || settings === null) return null;
  if (cells.length === 0 || cells.length > MOST_ROWS) return null;
  const rows = cells.map((cell) => rowOf(cell, kind.startsWith("l"), kind.endsWith("s")));
  const known = rows.filter((row) => row !== null);
  const parents = known[0]?.weights.length;
  if (known.length < rows.length || known.some(({ weights }) => weights.length !== parents)) return null;
  return { name: name === "" ? "a shared table" : name, rows: known, settings };
}

function rowOf(cell: string, isLambda: boolean, hasError: boolean): Measurement | null {
  const parts = cell.split(",");
  const last = hasError ? parts.pop() : undefined;
  const stderr = last === undefined || last === "" ? null : numberOf(last);
  const numbers = parts.map(numberOf);
  const [value, given] = [numbers.at(-1), numbers.slice(0, -1)];
  const weights = isLambda && given.length === 1 ? [1 - given[0]!, given[0]!] : isLambda ? [] : given;
  const sum = weights.reduce((a, b) => a + b, 0);
  const isMix =
    weights.length >= 2 && weights.length <= MOST_WEIGHTS && weights.every((weight) => weight >= 0);
  if (value === undefined || !Number.isFinite(value) || !isMix || !(Math.abs(sum - 1) <= 1e-3)) return null;
  if (stderr !== null && !(stderr >= 0 && stderr < Number.POSITIVE_INFINITY)) return null;
  return { weights, value, stderr };
}

function numberOf(part: string): number {
  return part.trim() === "" ? Number.NaN : Number(part);
}
