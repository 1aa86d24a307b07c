/** The posterior over λ: its mean, its bands for these items, and the wider one for new items. Pure. */
import type { Measure } from "../domain/measure.ts";
import type { SurrogateGrid } from "../domain/surrogate.ts";
import type { Trace } from "./figure.ts";
import { shownScale, toShown } from "./format.ts";
import { type Palette, withAlpha } from "./palette.ts";

/**
 * ±2σ and ±1σ of the noise-free curve, ±2√(σ² + se²) for another draw of items, and the mean. Always four traces, so
 * that a drawing is brought up to date in place.
 */
export function posteriorBands(
  measure: Measure,
  grid: SurrogateGrid | null,
  stderr: number | null,
  palette: Palette,
): readonly Trace[] {
  const lambda = grid?.lambda ?? [];
  const mean = (grid?.mean ?? []).map((value) => toShown(measure, value));
  const std = (grid?.std ?? []).map((value) => value * shownScale(measure));
  return [
    band("±2σ", lambda, mean, std, 2, withAlpha(palette.ink, 0.07)),
    band("±1σ", lambda, mean, std, 1, withAlpha(palette.ink, 0.09)),
    newItemsTrace(lambda, mean, std, stderr === null ? null : stderr * shownScale(measure), palette),
    {
      type: "scatter",
      name: "posterior mean",
      mode: "lines",
      x: lambda,
      y: mean,
      line: { color: palette.ink, width: 1.75 },
      hoverinfo: "skip",
    },
  ];
}

function edge(mean: readonly number[], std: readonly number[], times: number): number[] {
  return mean.map((value, i) => value + times * (std[i] ?? 0));
}

function band(
  name: string,
  lambda: readonly number[],
  mean: readonly number[],
  std: readonly number[],
  times: number,
  fillcolor: string,
): Trace {
  return {
    type: "scatter",
    name,
    mode: "none",
    x: [...lambda, ...lambda.toReversed()],
    y: [...edge(mean, std, times), ...edge(mean, std, -times).reverse()],
    fill: "toself",
    fillcolor,
    hoverinfo: "skip",
  };
}

/** Both edges in one trace, parted by a gap. */
function newItemsTrace(
  lambda: readonly number[],
  mean: readonly number[],
  std: readonly number[],
  stderr: number | null,
  palette: Palette,
): Trace {
  const wide = stderr === null ? null : std.map((value) => Math.hypot(value, stderr));
  return {
    type: "scatter",
    name: "±2σ on new items",
    mode: "lines",
    x: wide === null ? [] : [...lambda, null, ...lambda],
    y: wide === null ? [] : [...edge(mean, wide, 2), null, ...edge(mean, wide, -2)],
    line: { color: withAlpha(palette.ink, 0.35), width: 1, dash: "dot" },
    hoverinfo: "skip",
  };
}
