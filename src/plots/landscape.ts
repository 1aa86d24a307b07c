/** The landscape: score over λ, as the model saw it and as it was measured. Pure: records → figure. */
import type { MarginSweepRecord } from "../domain/margins.ts";
import type { Measure } from "../domain/measure.ts";
import type { Score, SweepPoint, Trial } from "../domain/study.ts";
import { posteriorBands } from "./bands.ts";
import {
  CLEAR,
  type FigureSpec,
  FRAME,
  houseAxis,
  houseLayout,
  LAMBDA_RANGE,
  type Shape,
  type Trace,
} from "./figure.ts";
import { formatLambda, formatScore, shownScale, toShown } from "./format.ts";
import { mixColours, type Palette, withAlpha } from "./palette.ts";
import type { StepView } from "./stepView.ts";

/** Everything the landscape shows. Scores in objective units. */
export type LandscapeInput = {
  readonly measure: Measure;
  readonly alpha: number;
  /** Older and newer parent's own scores, where known. */
  readonly parents: readonly (Score | null)[];
  readonly view: StepView | null;
  readonly sweep: readonly SweepPoint[];
  /** The accuracy predicted from margins; `null` where none is. */
  readonly predicted: MarginSweepRecord | null;
  /** The merge that is being evaluated, with its score so far; `null` where none is. */
  readonly live: (Score & { readonly lambda: number; readonly total: number }) | null;
  /** From `valueRange`, so that scrubbing does not move the axis. */
  readonly range: readonly [number, number];
};

/** The landscape's figure. */
export function landscapeFigure(input: LandscapeInput, palette: Palette): FigureSpec {
  const { measure, view, sweep } = input;
  // Numbers beside an empty picture would be made up.
  const measured =
    (view !== null && view.count > 0) ||
    sweep.length > 0 ||
    input.predicted !== null ||
    input.parents.some((parent) => parent !== null);
  const yaxis = {
    ...houseAxis(palette, input.range),
    showgrid: measured,
    showticklabels: measured,
    nticks: 6,
    ticksuffix: measure.percent ? " %" : "",
  };
  const xaxis = { ...houseAxis(palette, LAMBDA_RANGE), showticklabels: false };
  return {
    data: [
      ...posteriorBands(measure, view?.surrogate?.grid ?? null, newItemsStderr(view), palette),
      ...predictedTraces(input, palette),
      drawTrace(measure, view, palette),
      sweepTrace(measure, sweep, palette),
      parentTrace(input, palette),
      trialTrace(measure, view, palette),
      outcomeTrace(measure, view, palette),
      bestTrace(measure, view, palette),
      liveTrace(input, palette),
    ],
    layout: {
      ...houseLayout(palette, { l: FRAME.left, r: FRAME.right, t: 8, b: 6 }, xaxis, yaxis),
      shapes: [...unsearched(input.alpha, palette), ...parentLines(input, palette)],
    },
  };
}

/**
 * The value axis over these scores: every measurement with its error, and room around. Bands may leave it: an early
 * posterior knows little and would flatten everything else. Reversed for losses, so that better is always up.
 */
export function valueRange(
  measure: Measure,
  scores: readonly (Pick<Score, "value" | "stderr"> | null)[],
): readonly [number, number] {
  const known = scores.filter((score) => score !== null);
  if (known.length === 0) return measure.percent ? [0, 100] : measure.higherIsBetter ? [0, 1] : [1, 0];
  const low = Math.min(...known.map(({ value, stderr }) => value - (stderr ?? 0)));
  const high = Math.max(...known.map(({ value, stderr }) => value + (stderr ?? 0)));
  const room = Math.max((high - low) * 0.18, 1e-6);
  return [toShown(measure, low - room), toShown(measure, high + room)];
}

/** Standard error that another draw of items would add: the median of the measured ones. */
export function newItemsStderr(view: StepView | null): number | null {
  const known = (view?.seen ?? []).flatMap(({ stderr }) => (stderr === null ? [] : [stderr]));
  return known.sort((a, b) => a - b)[Math.floor(known.length / 2)] ?? null;
}

/** The predicted staircase with ±2 of its deviations, and the merges it goes through and was checked at. */
function predictedTraces({ measure, predicted }: LandscapeInput, palette: Palette): readonly Trace[] {
  const { lambda, value, std } = predicted?.curve ?? { lambda: [], value: [], std: [] };
  const shown = (times: number): number[] =>
    value.map((at, i) => toShown(measure, at + times * (std[i] ?? 0)));
  const checks = predicted?.verification ?? [];
  const merges = [...(predicted?.points ?? []), ...checks];
  return [
    {
      type: "scatter",
      name: "predicted, ±2 deviations",
      mode: "none",
      x: [...lambda, ...lambda.toReversed()],
      y: [...shown(2), ...shown(-2).reverse()],
      fill: "toself",
      fillcolor: withAlpha(palette.focus, 0.14),
      hoverinfo: "skip",
    },
    {
      type: "scatter",
      name: "predicted from margins",
      mode: "lines",
      x: lambda,
      y: shown(0),
      line: { color: palette.focus, width: 1.75 },
      text: lambda.map(
        (at, i) =>
          `predicted, λ = ${formatLambda(at)}: ${formatScore(measure, { value: value[i] ?? 0, stderr: std[i] ?? null })}`,
      ),
      hovertemplate: "%{text}<extra></extra>",
    },
    {
      type: "scatter",
      name: "merges of the prediction",
      mode: "markers",
      x: merges.map((point) => point.lambda),
      y: merges.map((point) => toShown(measure, point.value)),
      marker: {
        color: palette.focus,
        size: merges.map((_, i) => (i < merges.length - checks.length ? 6 : 10)),
        symbol: "x",
      },
      text: merges.map(
        (point) => `measured, λ = ${formatLambda(point.lambda, 3)}: ${formatScore(measure, point)}`,
      ),
      hovertemplate: "%{text}<extra></extra>",
    },
  ];
}

/** The curve that Thompson sampling drew, where it nominates: its maximum is what it wants. */
function drawTrace(measure: Measure, view: StepView | null, palette: Palette): Trace {
  const draw = view?.ask?.nominees.find((nominee) => nominee.draw !== null)?.draw ?? null;
  return {
    type: "scatter",
    name: "Thompson draw",
    mode: "lines",
    x: draw?.lambda ?? [],
    y: (draw?.value ?? []).map((value) => toShown(measure, value)),
    line: { color: palette.ts, width: 1.25 },
    hoverinfo: "skip",
  };
}

function sweepTrace(measure: Measure, points: readonly SweepPoint[], palette: Palette): Trace {
  return {
    type: "scatter",
    name: "sweep",
    mode: "lines+markers",
    x: points.map(({ lambda }) => lambda),
    y: points.map(({ value }) => toShown(measure, value)),
    line: { color: withAlpha(palette.muted, 0.45), width: 1 },
    marker: { color: points.map(({ lambda }) => withAlpha(mixed(palette, lambda), 0.75)), size: 3.5 },
    text: points.map(
      (point) => `sweep, λ = ${formatLambda(point.lambda, 3)}: ${formatScore(measure, point)}`,
    ),
    hovertemplate: "%{text}<extra></extra>",
  };
}

function parentTrace({ measure, parents }: LandscapeInput, palette: Palette): Trace {
  const known = parents.flatMap((score, lambda) => (score === null ? [] : [{ ...score, lambda }]));
  const words = ["older parent", "newer parent"];
  return {
    ...pointTrace("parents", measure, known, palette),
    marker: {
      color: known.map(({ lambda }) => (lambda === 0 ? palette.older : palette.newer)),
      size: 9,
      symbol: "square",
      line: { color: palette.paper, width: 1.25 },
    },
    text: known.map((score) => `${words[score.lambda]}: ${formatScore(measure, score)}`),
  };
}

function trialTrace(measure: Measure, view: StepView | null, palette: Palette): Trace {
  const trials = placed(view?.seen ?? []);
  return {
    ...pointTrace("measured", measure, trials, palette),
    marker: {
      color: trials.map(({ lambda }) => mixed(palette, lambda)),
      size: 9,
      line: { color: palette.paper, width: 1.25 },
    },
    text: trials.map((trial) => trialWords(measure, trial)),
  };
}

/** What came of the shown choice: an open ring, because the model has not seen it. */
function outcomeTrace(measure: Measure, view: StepView | null, palette: Palette): Trace {
  const trials = placed(view?.outcome == null ? [] : [view.outcome]);
  return {
    ...pointTrace("outcome", measure, trials, palette),
    marker: {
      color: palette.paper,
      size: 11,
      line: { color: trials.map(({ lambda }) => mixed(palette, lambda)), width: 2.25 },
    },
    text: trials.map((trial) => `${trialWords(measure, trial)}, not yet seen by the model`),
  };
}

function bestTrace(measure: Measure, view: StepView | null, palette: Palette): Trace {
  const best = placed(view?.best == null ? [] : [view.best]);
  return {
    type: "scatter",
    name: "best",
    mode: "markers",
    x: best.map(({ lambda }) => lambda),
    y: best.map(({ value }) => toShown(measure, value)),
    marker: { color: CLEAR, size: 19, line: { color: palette.ink, width: 1.5 } },
    hoverinfo: "skip",
  };
}

/** A score that is still coming in: hollow, its error bar narrowing. */
function liveTrace({ measure, live }: LandscapeInput, palette: Palette): Trace {
  const points = live === null ? [] : [live];
  return {
    ...pointTrace("coming in", measure, points, palette),
    marker: {
      color: CLEAR,
      size: 10,
      symbol: "diamond",
      line: { color: points.map(({ lambda }) => mixed(palette, lambda)), width: 1.75 },
    },
    text: points.map((point) => `${point.n} of ${point.total} items so far: ${formatScore(measure, point)}`),
  };
}

type Placed = Trial & { readonly lambda: number };

function placed(trials: readonly Trial[]): readonly Placed[] {
  return trials.flatMap((trial) => (trial.lambda === null ? [] : [{ ...trial, lambda: trial.lambda }]));
}

function trialWords(measure: Measure, trial: Placed): string {
  const { stopped } = trial;
  const end = stopped === undefined ? "" : `, stopped after ${stopped.seen} of ${stopped.total} items`;
  return `trial ${trial.number + 1}, λ = ${formatLambda(trial.lambda, 3)}: ${formatScore(measure, trial)}${end}`;
}

/** Points with their standard errors. */
function pointTrace(
  name: string,
  measure: Measure,
  points: readonly (Pick<Score, "value" | "stderr"> & { readonly lambda: number })[],
  palette: Palette,
): Trace {
  return {
    type: "scatter",
    name,
    mode: "markers",
    x: points.map(({ lambda }) => lambda),
    y: points.map(({ value }) => toShown(measure, value)),
    error_y: {
      type: "data",
      array: points.map(({ stderr }) => (stderr ?? 0) * shownScale(measure)),
      color: withAlpha(palette.muted, 0.55),
      thickness: 1,
      width: 0,
    },
    hovertemplate: "%{text}<extra></extra>",
  };
}

function mixed(palette: Palette, lambda: number): string {
  return mixColours(palette.older, palette.newer, lambda);
}

function parentLines({ measure, parents }: LandscapeInput, palette: Palette): readonly Shape[] {
  return parents.flatMap((score, index): readonly Shape[] => {
    if (score === null) return [];
    const y = toShown(measure, score.value);
    const line = { color: index === 0 ? palette.older : palette.newer, width: 1, dash: "dash" as const };
    return [{ type: "line", xref: "x", yref: "y", x0: 0, x1: 1, y0: y, y1: y, line, layer: "below" }];
  });
}

/** The λ below α, which the search may not choose. */
export function unsearched(alpha: number, palette: Palette): readonly Shape[] {
  if (alpha <= 0) return [];
  const [x0, line, fillcolor] = [LAMBDA_RANGE[0], { color: CLEAR, width: 0 }, withAlpha(palette.muted, 0.06)];
  return [
    { type: "rect", xref: "x", yref: "paper", x0, x1: alpha, y0: 0, y1: 1, line, fillcolor, layer: "below" },
  ];
}
