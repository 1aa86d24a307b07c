/** Reads a table of scores measured elsewhere, whatever of the known kinds it is. Pure. */
import { AppError } from "../../base/errors.ts";
import type { ScoreTable } from "../../domain/scoreTable.ts";
import { parseCsvTable } from "./csvTable.ts";
import { parseJsonTable } from "./jsonTable.ts";
import { isOptunaJournal, parseOptunaJournal } from "./optunaTable.ts";
import { badTable } from "./weights.ts";

/** Far more than a table that a Gaussian process can take. */
const MAX_CHARACTERS = 8 * 2 ** 20;
/** As many as advice is given on. */
const MAX_ROWS = 1000;

/**
 * CSV, JSON, Optuna's CSV or journal, told apart by how they begin.
 * @throws AppError `bad-format` saying what cannot be read and what would be.
 */
export function readScoreTable(name: string, text: string): ScoreTable {
  if (text.length > MAX_CHARACTERS)
    throw new AppError("bad-format", `The table ${name} is too long: ${text.length} characters.`, {
      advice: `Give at most ${MAX_CHARACTERS}.`,
    });
  const table = parse(name, text.replace(/^\uFEFF/, ""));
  if (table.rows.length > MAX_ROWS)
    throw badTable(
      name,
      `it has ${table.rows.length} rows`,
      `Give at most ${MAX_ROWS}: average scores of the same weights, or keep those near the best.`,
    );
  const parents = table.rows[0]?.weights.length;
  const odd = table.rows.findIndex(({ weights }) => weights.length !== parents);
  if (odd >= 0)
    throw badTable(
      name,
      `row ${odd + 1} has ${table.rows[odd]!.weights.length} weights, the first ${parents}`,
    );
  const withError = table.rows.filter(({ stderr }) => stderr !== null);
  if (withError.some(({ stderr }) => !(stderr! >= 0)))
    throw badTable(name, "a standard error is negative", "Leave the column out where errors are not known.");
  return table;
}

function parse(name: string, text: string): ScoreTable {
  if (isOptunaJournal(text)) return parseOptunaJournal(name, text);
  return /^\s*[[{]/.test(text) ? parseJsonTable(name, text) : parseCsvTable(name, text);
}
