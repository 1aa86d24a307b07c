/**
 * Tables as CSV: our own with a head `lambda,value[,stderr]` or `w1,…,wk,value[,stderr]`, and what Optuna's
 * `study.trials_dataframe().to_csv()` writes, with parameters of these names. Pure.
 */
import { CsvError, parse } from "csv-parse/browser/esm/sync";
import type { ScoreTable } from "../../domain/scoreTable.ts";
import { type OptunaTrial, optunaTable } from "./optunaTable.ts";
import { badTable, checkedWeights, weightsOfLambda } from "./weights.ts";

const HEAD_ADVICE = "The first line must be lambda,value or w1,w2,…,value, each with ,stderr or without.";
const PARAMETER = "params_";

/** @throws AppError `bad-format` naming the line that cannot be read. */
export function parseCsvTable(name: string, csv: string): ScoreTable {
  const [head, ...rows] = readCsv(name, csv);
  if (head === undefined || rows.length === 0)
    throw badTable(name, "it has no rows", "Give a head and at least one row.");
  const columns = head.map((title) => title.trim().toLowerCase());
  if (columns.includes("state") && columns.some((title) => title.startsWith(PARAMETER)))
    return optunaTable(
      name,
      rows.map((row) => optunaRow(columns, row)),
      "maximize",
    );
  const weights = weightColumns(name, columns);
  const [value, stderr] = [columns.indexOf("value"), columns.indexOf("stderr")];
  const isLambda = columns[weights[0] ?? 0] === "lambda";
  return {
    name,
    notes: [],
    rows: rows.map((row, index) => {
      const where = `line ${index + 2}`;
      const number = (column: number): number => readNumber(name, where, columns[column] ?? "", row[column]);
      const given = weights.map(number);
      return {
        weights: isLambda ? weightsOfLambda(name, where, given[0]!) : checkedWeights(name, where, given),
        value: number(value),
        stderr: stderr < 0 ? null : number(stderr),
      };
    }),
  };
}

function readCsv(name: string, csv: string): readonly (readonly string[])[] {
  try {
    return parse(csv, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      comment: "#",
      comment_no_infix: true,
      delimiter: firstLine(csv).includes("\t") ? "\t" : ",",
    });
  } catch (cause) {
    const words = cause instanceof CsvError ? cause.message : "it is not CSV";
    throw badTable(name, words, "Every row needs as many cells as the head.", cause);
  }
}

/** The first line that is no comment. */
function firstLine(csv: string): string {
  return /^(?!\s*#).*\S.*$/m.exec(csv)?.[0] ?? "";
}

/** Places of `lambda`, or of w1 … wk in their order. */
function weightColumns(name: string, columns: readonly string[]): readonly number[] {
  const unknown = columns.find((title) => !/^(lambda|value|stderr|w[1-9]\d*)$/.test(title));
  if (unknown !== undefined) throw badTable(name, `its head has the column "${unknown}"`, HEAD_ADVICE);
  const lambda = columns.indexOf("lambda");
  const count = columns.filter((title) => title.startsWith("w")).length;
  const weights = Array.from({ length: count }, (_, index) => columns.indexOf(`w${index + 1}`));
  const complete = lambda >= 0 ? count === 0 : count >= 2 && weights.every((place) => place >= 0);
  if (!complete || !columns.includes("value") || new Set(columns).size < columns.length)
    throw badTable(name, `its head is "${columns.join(",")}"`, HEAD_ADVICE);
  return lambda >= 0 ? [lambda] : weights;
}

function optunaRow(columns: readonly string[], row: readonly string[]): OptunaTrial {
  const cell = (title: string): string => row[columns.indexOf(title)] ?? "";
  const number = (text: string): number => (text === "" ? Number.NaN : Number(text));
  return {
    state: cell("state").toUpperCase(),
    value: number(columns.includes("value") ? cell("value") : cell("values_0")),
    parameters: new Map(
      columns.flatMap((title) =>
        title.startsWith(PARAMETER) ? [[title.slice(PARAMETER.length), number(cell(title))] as const] : [],
      ),
    ),
  };
}

function readNumber(name: string, where: string, column: string, cell: string | undefined): number {
  const value = cell === undefined || cell === "" ? Number.NaN : Number(cell);
  if (Number.isFinite(value)) return value;
  throw badTable(name, `${where}: "${cell ?? ""}" in the column ${column} is not a number`);
}
