/**
 * Tables as CSV: our own with a head `lambda,value[,stderr]` or `w1,…,wk,value[,stderr]`, and what Optuna's
 * `study.trials_dataframe().to_csv()` writes, with parameters of these names. Pure.
 */
import { CsvError, parse } from "csv-parse/browser/esm/sync";
import type { ScoreTable } from "../../domain/scoreTable.ts";
import { type OptunaTrial, optunaTable } from "./optunaTable.ts";
import { badTable, checkedWeights, MOST_WEIGHTS, weightsOfLambda } from "./weights.ts";

const HEAD_ADVICE = "The first line must be lambda,value or w1,w2,…,value, each with ,stderr or without.";
const PARAMETER = "params_";
const UNTOLD =
  "Optuna's CSV does not say whether the study minimises: larger was taken as better. Its journal does say.";

/** A row of cells, and the line of the file that it ends on, counted from 1. */
type Line = { readonly cells: readonly string[]; readonly line: number };

/** @throws AppError `bad-format` naming the line that cannot be read. */
export function parseCsvTable(name: string, csv: string): ScoreTable {
  const [head, ...rows] = readCsv(name, csv);
  if (head === undefined || rows.length === 0)
    throw badTable(name, "it has no rows", "Give a head and at least one row.");
  const columns = head.cells.map((title) => title.trim().toLowerCase());
  if (columns.includes("state") && columns.some((title) => title.startsWith(PARAMETER)))
    return optunaCsv(name, columns, rows);
  const weights = weightColumns(name, columns);
  const [value, stderr] = [columns.indexOf("value"), columns.indexOf("stderr")];
  const isLambda = columns[weights[0] ?? 0] === "lambda";
  return {
    name,
    notes: [],
    rows: rows.map(({ cells, line }) => {
      const where = `line ${line}`;
      const number = (column: number): number =>
        readNumber(name, where, columns[column] ?? "", cells[column]);
      const given = weights.map(number);
      return {
        weights: isLambda ? weightsOfLambda(name, where, given[0]!) : checkedWeights(name, where, given),
        value: number(value),
        stderr: stderr < 0 ? null : number(stderr),
      };
    }),
  };
}

function readCsv(name: string, csv: string): readonly Line[] {
  const records: Line[] = [];
  try {
    parse(csv, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      comment: "#",
      comment_no_infix: true,
      delimiter: firstLine(csv).includes("\t") ? "\t" : ",",
      on_record: (cells: string[], { lines }) => {
        records.push({ cells, line: lines });
        return null;
      },
    });
    return records;
  } catch (cause) {
    const words = cause instanceof CsvError ? cause.message : "it is not CSV";
    throw badTable(name, words, "Every row needs as many cells as the head.", cause);
  }
}

/** The first line that is no comment. No space reaches past its line, so that blank lines are walked over once. */
function firstLine(csv: string): string {
  return /^[^\S\r\n\u2028\u2029]*[^\s#].*$/m.exec(csv)?.[0] ?? "";
}

/** Places of `lambda`, or of w1 … wk in their order. */
function weightColumns(name: string, columns: readonly string[]): readonly number[] {
  const unknown = columns.find((title) => !/^(lambda|value|stderr|w[1-9]\d*)$/.test(title));
  if (unknown !== undefined) throw badTable(name, `its head has the column "${unknown}"`, HEAD_ADVICE);
  const lambda = columns.indexOf("lambda");
  const count = columns.filter((title) => title.startsWith("w")).length;
  if (count > MOST_WEIGHTS)
    throw badTable(name, `its head has ${count} weights`, `Give 2 to ${MOST_WEIGHTS}.`);
  const weights = Array.from({ length: count }, (_, index) => columns.indexOf(`w${index + 1}`));
  const complete = lambda >= 0 ? count === 0 : count >= 2 && weights.every((place) => place >= 0);
  if (!complete || !columns.includes("value") || new Set(columns).size < columns.length)
    throw badTable(name, `its head is "${columns.join(",")}"`, HEAD_ADVICE);
  return lambda >= 0 ? [lambda] : weights;
}

function optunaCsv(name: string, columns: readonly string[], rows: readonly Line[]): ScoreTable {
  if (columns.includes("values_1"))
    throw badTable(name, "it holds several objectives", "Give a study with one objective.");
  const [state, value] = [
    columns.indexOf("state"),
    columns.findIndex((title) => /^values?(_0)?$/.test(title)),
  ];
  const parameters = columns.flatMap((title, place) =>
    title.startsWith(PARAMETER) ? [[title.slice(PARAMETER.length), place] as const] : [],
  );
  const number = (text = ""): number => (text === "" ? Number.NaN : Number(text));
  const trials = rows.map(
    ({ cells }): OptunaTrial => ({
      state: (cells[state] ?? "").toUpperCase(),
      value: number(cells[value]),
      parameters: new Map(parameters.map(([parameter, place]) => [parameter, number(cells[place])])),
    }),
  );
  const table = optunaTable(name, trials, "maximize");
  return { ...table, notes: [...table.notes, UNTOLD] };
}

function readNumber(name: string, where: string, column: string, cell: string | undefined): number {
  const value = cell === undefined || cell === "" ? Number.NaN : Number(cell);
  if (Number.isFinite(value)) return value;
  throw badTable(name, `${where}: "${cell ?? ""}" in the column ${column} is not a number`);
}
