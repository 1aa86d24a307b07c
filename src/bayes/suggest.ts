/**
 * Advice for scores that were measured elsewhere: the model, the curves, and the next weights to try. The same path as
 * a live search; only the table stands in for the history. Pure.
 */
import { AppError } from "../base/errors.ts";
import type {
  Measurement,
  Suggestion,
  SuggestionPoint,
  SuggestSettings,
  SurrogateGrid,
} from "../domain/surrogate.ts";
import { nominateBatch } from "./batch.ts";
import { lambdaOf } from "./searchSpace.ts";
import { analyse, surrogateRecord } from "./surrogate.ts";

/** Time grows with the cube of the rows: about a minute and a half at so many, in which nothing can be stopped. */
const MAX_ROWS = 1000;
const MAX_BATCH = 64;

/**
 * @param rows one to a thousand; λ,value rows have weights (1 − λ, λ)
 * @throws AppError `usage` for an empty or too long table, unusable rows or settings; `numerics` when no model can be computed.
 */
export function suggest(rows: readonly Measurement[], settings: SuggestSettings): Suggestion {
  const first = rows[0];
  if (first === undefined)
    throw new AppError("usage", "The table has no rows.", { advice: "Give at least one measured score." });
  if (rows.length > MAX_ROWS)
    throw new AppError(
      "usage",
      `A table of ${rows.length} scores is too long for an exact Gaussian process.`,
      {
        advice: `Give at most ${MAX_ROWS}: average scores of the same weights, or keep those near the best.`,
        fields: { rows: rows.length },
      },
    );
  checkFixed(settings, first.weights.length - 1);
  if (!(Number.isInteger(settings.gridPoints) && settings.gridPoints >= 2))
    throw new AppError("usage", `A grid of ${settings.gridPoints} points cannot be drawn.`);
  if (!(Number.isInteger(settings.batch) && settings.batch >= 1 && settings.batch <= MAX_BATCH))
    throw new AppError("usage", `A batch is of 1 to ${MAX_BATCH} suggestions, not ${settings.batch}.`);
  const { acquisition } = settings;
  const analysis = analyse(rows, { ...settings, parents: first.weights.length, wanted: [acquisition] });
  const { model, incumbent, grid, leaveOneOut } = surrogateRecord(analysis);
  const batch = nominateBatch(analysis, acquisition, settings.batch).map((nominee) => ({
    ...nominee,
    lambda: lambdaOf(nominee.weights),
  }));
  const [lengthscale, ...others] = model.lengthscale;
  return {
    model: { ...model, lengthscale: others.length === 0 ? lengthscale! : model.lengthscale },
    incumbent,
    grid: grid === null ? null : rowsOf(grid),
    argmax: grid?.argmax ?? null,
    next: batch[0]!,
    batch,
    loo: leaveOneOut,
  };
}

function rowsOf(grid: SurrogateGrid): readonly SuggestionPoint[] {
  return grid.lambda.map((lambda, i) => ({
    lambda,
    mean: grid.mean[i]!,
    std: grid.std[i]!,
    ei: grid.ei[i]!,
    logEi: grid.logEi[i]!,
    pi: grid.pi[i]!,
    ucb: grid.ucb[i]!,
    logNei: grid.logNei === null ? null : grid.logNei[i]!,
  }));
}

function checkFixed({ fixed, noise }: SuggestSettings, inputs: number): void {
  const lengthscales = fixed.lengthscale?.length ?? 1;
  if (lengthscales !== 1 && lengthscales !== inputs)
    throw new AppError("usage", `Fix one lengthscale for all inputs or ${inputs}, not ${lengthscales}.`);
  if (fixed.mean !== undefined && !Number.isFinite(fixed.mean))
    throw new AppError("usage", `The fixed mean must be a finite number, not ${fixed.mean}.`);
  const positive: readonly (readonly [string, readonly number[]])[] = [
    ["lengthscale", fixed.lengthscale ?? []],
    ["outputscale", fixed.outputscale === undefined ? [] : [fixed.outputscale]],
  ];
  for (const [name, values] of positive)
    if (!values.every((value) => value > 0 && Number.isFinite(value)))
      throw new AppError("usage", `The fixed ${name} must be positive, not ${values.join(", ")}.`);
  if (fixed.noise === undefined) return;
  if (!(fixed.noise >= 0 && Number.isFinite(fixed.noise)))
    throw new AppError("usage", `The fixed noise variance must be 0 or more, not ${fixed.noise}.`);
  if (noise !== "fitted")
    throw new AppError("usage", `A fixed noise variance contradicts ${noise} noise.`, {
      advice: "Leave out one of the two, or say that the noise is fitted.",
    });
}
