/** Pairwise slices through the incumbent, and the parallel coordinates of the trials. Pure: records → figures. */
import type { Measure } from "../domain/measure.ts";
import type { Score, Trial } from "../domain/study.ts";
import type { SurfaceSlice } from "../domain/surface.ts";
import { type FigureSpec, houseAxis, houseLayout, type Trace } from "./figure.ts";
import { formatScore, shownScale, toShown } from "./format.ts";
import { mixColours, type Palette, withAlpha } from "./palette.ts";

/** One slice: mean with ±1σ and ±2σ over the newer one's weight, the incumbent a line. */
export function sliceFigure(
  measure: Measure,
  slice: SurfaceSlice,
  range: readonly [number, number],
  palette: Palette,
): FigureSpec {
  const x = slice.weights.map((weights) => weights[slice.j] ?? 0);
  const mean = slice.mean.map((value) => toShown(measure, value));
  const std = slice.std.map((value) => value * shownScale(measure));
  const edge = (times: number): number[] => mean.map((value, i) => value + times * (std[i] ?? 0));
  const band = (times: number, opacity: number): Trace => ({
    type: "scatter",
    name: `±${times}σ`,
    mode: "none",
    x: [...x, ...x.toReversed()],
    y: [...edge(times), ...edge(-times).reverse()],
    fill: "toself",
    fillcolor: withAlpha(palette.ink, opacity),
    hoverinfo: "skip",
  });
  const at = x[slice.at] ?? 0;
  return {
    data: [
      band(2, 0.07),
      band(1, 0.09),
      {
        type: "scatter",
        name: "posterior mean",
        mode: "lines",
        x,
        y: mean,
        line: { color: palette.ink, width: 1.5 },
        hoverinfo: "skip",
      },
    ],
    layout: {
      ...houseLayout(
        palette,
        { l: 40, r: 8, t: 6, b: 20 },
        { ...houseAxis(palette, [0, Math.max(slice.mass, 1e-9)]), nticks: 3 },
        { ...houseAxis(palette, range), nticks: 3, ticksuffix: measure.percent ? " %" : "" },
      ),
      shapes: [
        {
          type: "line",
          xref: "x",
          yref: "paper",
          x0: at,
          x1: at,
          y0: 0,
          y1: 1,
          line: { color: palette.focus, width: 1.5 },
          layer: "below",
        },
      ],
    },
  };
}

/** Every trial a line over the checkpoints' axes, pale to dark by its score, the best bold. */
export function parallelFigure(
  measure: Measure,
  labels: readonly string[],
  parents: readonly Score[],
  trials: readonly Trial[],
  best: number | null,
  palette: Palette,
): FigureSpec {
  const values = [...trials, ...parents].map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const share = (value: number): number => (most > least ? (value - least) / (most - least) : 0);
  const lines = trials.map(
    (trial): Trace => ({
      type: "scatter",
      name: `trial ${trial.number + 1}`,
      mode: "lines+markers",
      x: trial.weights.map((_, i) => i),
      y: trial.weights,
      line: {
        color:
          trial.number === best
            ? palette.focus
            : mixColours(palette.hairline, palette.ink, 0.15 + 0.85 * share(trial.value)),
        width: trial.number === best ? 3 : 1.25,
      },
      marker: {
        color: trial.number === best ? palette.focus : palette.muted,
        size: trial.number === best ? 8 : 4,
      },
      text: trial.weights.map(
        (weight, i) =>
          `trial ${trial.number + 1}: ${weight.toFixed(2)} of ${labels[i] ?? "?"}, ${formatScore(measure, trial)}`,
      ),
      hovertemplate: "%{text}<extra></extra>",
    }),
  );
  return {
    data: lines.toSorted((a, b) => (a.line?.width ?? 0) - (b.line?.width ?? 0)),
    layout: houseLayout(
      palette,
      { l: 40, r: 24, t: 8, b: 24 },
      {
        ...houseAxis(palette, [-0.2, labels.length - 0.8]),
        tickvals: labels.map((_, i) => i),
        ticktext: labels,
        showgrid: true,
      },
      { ...houseAxis(palette, [-0.03, 1.03]), nticks: 5 },
    ),
  };
}
