/** A table of scores measured elsewhere: CSV with a head `lambda,value[,stderr]` or `w1,…,wk,value[,stderr]`. Pure. */
import { CsvError, parse } from "csv-parse/sync";
import { AppError } from "../base/errors.ts";
import type { Measurement } from "../domain/surrogate.ts";

/** Weights in a row may miss a sum of 1 by a rounding of the last digits a person writes. */
const SUM_TOLERANCE = 1e-3;

/** @throws AppError `bad-format` naming the line that cannot be read. */
export function parseScoreTable(name: string, csv: string): readonly Measurement[] {
  const records = readCsv(name, csv);
  const [head, ...rows] = records;
  if (head === undefined || rows.length === 0) {
    throw badTable(name, "it has no rows", "Give a head and at least one row.");
  }
  const columns = head.map((title) => title.trim().toLowerCase());
  const weights = weightColumns(name, columns);
  const [value, stderr] = [columns.indexOf("value"), columns.indexOf("stderr")];
  return rows.map((row, index) => {
    const number = (column: number): number =>
      readNumber(name, index + 2, columns[column] ?? "", row[column]);
    return {
      weights: readWeights(name, index + 2, weights.map(number), columns[weights[0] ?? 0] === "lambda"),
      value: number(value),
      stderr: stderr < 0 ? null : number(stderr),
    };
  });
}

function readCsv(name: string, csv: string): readonly (readonly string[])[] {
  try {
    return parse(csv, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      comment: "#",
      comment_no_infix: true,
    });
  } catch (cause) {
    const words = cause instanceof CsvError ? cause.message : "it is not CSV";
    throw badTable(name, words, "Every row needs as many cells as the head.", cause);
  }
}

/** Places of `lambda`, or of w1 … wk in their order. */
function weightColumns(name: string, columns: readonly string[]): readonly number[] {
  const unknown = columns.find((title) => !/^(lambda|value|stderr|w[1-9]\d*)$/.test(title));
  if (unknown !== undefined) {
    throw badTable(name, `its head has the column "${unknown}"`, HEAD_ADVICE);
  }
  const lambda = columns.indexOf("lambda");
  const count = columns.filter((title) => title.startsWith("w")).length;
  const weights = Array.from({ length: count }, (_, index) => columns.indexOf(`w${index + 1}`));
  const complete = lambda >= 0 ? count === 0 : count >= 2 && weights.every((place) => place >= 0);
  if (!complete || !columns.includes("value") || new Set(columns).size < columns.length) {
    throw badTable(name, `its head is "${columns.join(",")}"`, HEAD_ADVICE);
  }
  return lambda >= 0 ? [lambda] : weights;
}

const HEAD_ADVICE = "The first line must be lambda,value or w1,w2,…,value, each with ,stderr or without.";

/** λ becomes (1 − λ, λ); weights are rescaled by the rounding they carry. */
function readWeights(
  name: string,
  line: number,
  given: readonly number[],
  isLambda: boolean,
): readonly number[] {
  const weights = isLambda ? [1 - (given[0] ?? Number.NaN), given[0] ?? Number.NaN] : given;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (weights.some((weight) => weight < 0) || Math.abs(sum - 1) > SUM_TOLERANCE) {
    const words = isLambda ? "λ is not between 0 and 1" : `the weights sum to ${sum} or are negative`;
    throw badTable(name, `line ${line}: ${words}`, "Weights are between 0 and 1 and sum to 1.");
  }
  return weights.map((weight) => weight / sum);
}

function readNumber(name: string, line: number, column: string, cell: string | undefined): number {
  const value = cell === undefined || cell === "" ? Number.NaN : Number(cell);
  if (Number.isFinite(value)) return value;
  throw badTable(name, `line ${line}: "${cell ?? ""}" in the column ${column} is not a number`, undefined);
}

function badTable(name: string, words: string, advice: string | undefined, cause?: unknown): AppError {
  return new AppError("bad-format", `The table ${name} cannot be used: ${words}.`, {
    ...(advice === undefined ? {} : { advice }),
    ...(cause === undefined ? {} : { cause }),
  });
}
