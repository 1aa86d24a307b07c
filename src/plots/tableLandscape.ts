/** The landscape of scores measured elsewhere: posterior and points over λ. Pure: records → figure. */
import type { Measure } from "../domain/measure.ts";
import type { Measurement, Suggestion, SurrogateGrid } from "../domain/surrogate.ts";
import { posteriorBands } from "./bands.ts";
import { type FigureSpec, FRAME, houseAxis, houseLayout, LAMBDA_RANGE, type Trace } from "./figure.ts";
import { formatLambda, formatScore } from "./format.ts";
import { unsearched, valueRange } from "./landscape.ts";
import { mixColours, type Palette, withAlpha } from "./palette.ts";

/** What scores of a table are: numbers of whatever unit, larger is better. */
export const TABLE_MEASURE: Measure = {
  metric: "acc",
  label: "score",
  higherIsBetter: true,
  percent: false,
  meaning: "The table's own score; larger is better.",
};

/** The curves of a suggestion about two checkpoints, as the search's pictures take them; `null` for more. */
export function gridOf({ grid, argmax }: Suggestion, alpha: number): SurrogateGrid | null {
  if (grid === null || argmax === null) return null;
  const logNei = grid.flatMap((point) => point.logNei ?? []);
  return {
    alpha,
    argmax,
    lambda: grid.map(({ lambda }) => lambda),
    mean: grid.map(({ mean }) => mean),
    std: grid.map(({ std }) => std),
    ei: grid.map(({ ei }) => ei),
    logEi: grid.map(({ logEi }) => logEi),
    pi: grid.map(({ pi }) => pi),
    ucb: grid.map(({ ucb }) => ucb),
    logNei: logNei.length === grid.length ? logNei : null,
  };
}

/** The posterior's bands with the table's points; the best posterior mean at a point is ringed. */
export function tableFigure(
  rows: readonly Measurement[],
  suggestion: Suggestion | null,
  alpha: number,
  palette: Palette,
): FigureSpec {
  const grid = suggestion === null ? null : gridOf(suggestion, alpha);
  const errors = rows.flatMap(({ stderr }) => stderr ?? []).sort((a, b) => a - b);
  const typical = errors[Math.floor(errors.length / 2)] ?? null;
  const xaxis = { ...houseAxis(palette, LAMBDA_RANGE), showticklabels: false };
  const yaxis = { ...houseAxis(palette, valueRange(TABLE_MEASURE, rows)), nticks: 6 };
  return {
    data: [
      ...posteriorBands(TABLE_MEASURE, grid, typical, palette),
      pointTrace(rows, palette),
      incumbentTrace(suggestion, palette),
    ],
    layout: {
      ...houseLayout(palette, { l: FRAME.left, r: FRAME.right, t: 8, b: 6 }, xaxis, yaxis),
      shapes: unsearched(alpha, palette),
    },
  };
}

function pointTrace(rows: readonly Measurement[], palette: Palette): Trace {
  const lambdas = rows.map(({ weights }) => weights.at(-1) ?? 0);
  return {
    type: "scatter",
    name: "measured",
    mode: "markers",
    x: lambdas,
    y: rows.map(({ value }) => value),
    error_y: {
      type: "data",
      array: rows.map(({ stderr }) => stderr ?? 0),
      color: withAlpha(palette.muted, 0.55),
      thickness: 1,
      width: 0,
    },
    marker: {
      color: lambdas.map((lambda) => mixColours(palette.older, palette.newer, lambda)),
      size: 9,
      line: { color: palette.paper, width: 1.25 },
    },
    text: rows.map(
      (row, i) => `row ${i + 1}, λ = ${formatLambda(lambdas[i] ?? 0, 3)}: ${formatScore(TABLE_MEASURE, row)}`,
    ),
    hovertemplate: "%{text}<extra></extra>",
  };
}

function incumbentTrace(suggestion: Suggestion | null, palette: Palette): Trace {
  const best = suggestion === null ? [] : [suggestion.incumbent.posterior];
  return {
    type: "scatter",
    name: "best posterior mean at a measured λ",
    mode: "markers",
    x: best.map(({ weights }) => weights.at(-1) ?? 0),
    y: best.map(({ value }) => value),
    marker: { color: "rgba(0, 0, 0, 0)", size: 19, line: { color: palette.ink, width: 1.5 } },
    hoverinfo: "skip",
  };
}
