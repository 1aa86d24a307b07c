/** Replayed searches beside one another: how far from the best they are after every trial. Pure: records → figure and words. */
import type { Measure } from "../domain/measure.ts";
import type { ReplayResult } from "../domain/replay.ts";
import { ACQUISITIONS } from "../domain/surrogate.ts";
import { type FigureSpec, houseAxis, houseLayout, type Trace } from "./figure.ts";
import { ACQUISITION_LABELS, formatGain, gainUnit, shownScale } from "./format.ts";
import { type Palette, withAlpha } from "./palette.ts";

/** The colour of an arm: an acquisition function's own hue, else by its place. */
export function armColour(label: string, place: number, palette: Palette): string {
  const acquisition = ACQUISITIONS.find((name) => name === label);
  if (acquisition !== undefined) return palette[acquisition];
  if (label === "hedge") return palette.ink;
  const hues = [palette.ink, palette.newer, palette.older, palette.ei, palette.ucb, palette.pi];
  return hues[place % hues.length] ?? palette.ink;
}

/** An arm's label as people read it. */
export function armLabel(label: string): string {
  const acquisition = ACQUISITIONS.find((name) => name === label);
  if (acquisition !== undefined) return ACQUISITION_LABELS[acquisition];
  return label === "hedge" ? "GP-Hedge" : label;
}

/** Mean regret a line, ± two standard errors over seeds a band. */
export function regretFigure(
  measure: Measure,
  results: readonly ReplayResult[],
  palette: Palette,
): FigureSpec {
  const scale = shownScale(measure);
  const trials = Math.max(1, ...results.map(({ mean }) => mean.length - 1));
  const highest = Math.max(1e-9, ...results.flatMap(({ mean }) => mean.slice(1))) * scale;
  return {
    data: results.flatMap((result, place) =>
      armTraces(result, armColour(result.label, place, palette), measure),
    ),
    layout: houseLayout(
      palette,
      { l: 52, r: 14, t: 8, b: 42 },
      { ...houseAxis(palette, [0.7, trials + 0.3]), nticks: 10 },
      { ...houseAxis(palette, [-0.05 * highest, 1.12 * highest]), nticks: 5 },
    ),
  };
}

function armTraces(
  { label, mean, stderr }: ReplayResult,
  colour: string,
  measure: Measure,
): readonly Trace[] {
  const scale = shownScale(measure);
  const trials = mean.map((_, t) => t);
  const edge = (times: number): number[] =>
    mean.map((value, t) => (value + times * (stderr[t] ?? 0)) * scale);
  const name = armLabel(label);
  return [
    {
      type: "scatter",
      name: `${name}, ±2 standard errors`,
      mode: "none",
      x: [...trials, ...trials.toReversed()],
      y: [...edge(2), ...edge(-2).reverse()],
      fill: "toself",
      fillcolor: withAlpha(colour, 0.1),
      hoverinfo: "skip",
    },
    {
      type: "scatter",
      name,
      mode: "lines",
      x: trials,
      y: mean.map((value) => value * scale),
      line: { color: colour, width: 2 },
      text: mean.map(
        (value, t) =>
          `${name}, ${t} trials: ${formatGain(measure, value, stderr[t] ?? null)} ${gainUnit(measure)}`,
      ),
      hovertemplate: "%{text}<extra></extra>",
    },
  ];
}

/** "After 12 trials EI is 0.4 ± 0.1 points below the best on average over 200 seeds, the least of all." */
export function regretWords(measure: Measure, results: readonly ReplayResult[], seeds: number): string {
  const ordered = [...results].sort((a, b) => (a.mean.at(-1) ?? 0) - (b.mean.at(-1) ?? 0));
  const [best, next] = ordered;
  if (best === undefined) return "";
  const trials = best.mean.length - 1;
  const least = formatGain(measure, best.mean.at(-1) ?? 0, best.stderr.at(-1) ?? null).replace(/^[+±]/, "");
  const start = `After ${trials} trials ${armLabel(best.label)} is ${least} ${gainUnit(measure)} below the best, on average over ${seeds} ${seeds === 1 ? "seed" : "seeds"}`;
  if (next === undefined) return `${start}.`;
  const apart = (next.mean.at(-1) ?? 0) - (best.mean.at(-1) ?? 0);
  const error = Math.hypot(next.stderr.at(-1) ?? 0, best.stderr.at(-1) ?? 0);
  return apart > 2 * error
    ? `${start}, the least of all.`
    : `${start}; ${armLabel(next.label)} is not told apart from it.`;
}
