/**
 * Tables as JSON: an array of `{"lambda" | "weights", "value", "stderr"?}`, an object with such an array under `rows`,
 * `trials` or `points` (what `optimize --json` and `sweep --json` print). Pure.
 */
import * as v from "valibot";
import type { ScoreTable } from "../../domain/scoreTable.ts";
import { badTable, checkedWeights, weightsOfLambda } from "./weights.ts";

const ADVICE = 'Give an array of {"lambda": …, "value": …} or {"weights": […], "value": …}.';

const row = v.looseObject({
  lambda: v.optional(v.nullable(v.number())),
  weights: v.optional(v.array(v.number())),
  value: v.pipe(v.number(), v.finite()),
  stderr: v.optional(v.nullable(v.pipe(v.number(), v.finite()))),
});
const rows = v.array(v.unknown());
const document = v.union([
  rows,
  v.looseObject({ rows }),
  v.looseObject({ trials: rows }),
  v.looseObject({ points: rows }),
]);

/** @throws AppError `bad-format` naming the row that cannot be read. */
export function parseJsonTable(name: string, text: string): ScoreTable {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw badTable(name, "it begins as JSON but is none", ADVICE, cause);
  }
  const found = v.safeParse(document, parsed);
  if (!found.success) throw badTable(name, "no list of scores is in it", ADVICE);
  const { output } = found;
  const list = Array.isArray(output) ? output : (output.rows ?? output.trials ?? output.points);
  if (!Array.isArray(list) || list.length === 0) throw badTable(name, "it has no rows", ADVICE);
  const turned = !Array.isArray(output) && output.higherIsBetter === false;
  return {
    name,
    rows: list.map((entry, index) => {
      const where = `row ${index + 1}`;
      const one = v.safeParse(row, entry);
      if (!one.success) throw badTable(name, `${where} has no value or no weights`, ADVICE);
      const { lambda, weights, value, stderr } = one.output;
      const mix =
        weights === undefined
          ? weightsOfLambda(name, where, lambda ?? Number.NaN)
          : checkedWeights(name, where, weights);
      return { weights: mix, value: turned ? -value : value, stderr: stderr ?? null };
    }),
    notes: turned ? ["Lower is better in it: its values were negated."] : [],
  };
}
