/**
 * How far the model is to be trusted: left-out predictions against what was measured, and what they say in words.
 * Pure: records → figure and sentences.
 */
import type { Measure } from "../domain/measure.ts";
import type { Surrogate, SurrogateGrid } from "../domain/surrogate.ts";
import { type FigureSpec, houseAxis, houseLayout, type Trace } from "./figure.ts";
import { formatLambda, formatScore, shownScale, toShown } from "./format.ts";
import { type Palette, withAlpha } from "./palette.ts";

/** A measured point beside the model's prediction of it; objective units. */
export type MeasuredPoint = { readonly label: string; readonly value: number };

/** Below this share of the variance a model explains little (the threshold of Ax, too). */
const EXPLAINS_LITTLE = 0.1;
const EXPLAINS_WELL = 0.6;
/** Fewer left-out predictions say nothing of the bands. */
const LEAST_POINTS = 5;
/** Where the posterior's deviation is this share of the prior's, nothing measured is near. */
const GUESSING = 0.85;

/** Predicted from all others (with ± one deviation) over measured; on the diagonal they agree. */
export function leaveOneOutFigure(
  measure: Measure,
  points: readonly MeasuredPoint[],
  { leaveOneOut }: Surrogate,
  palette: Palette,
): FigureSpec {
  const loo = leaveOneOut ?? { mean: [], std: [] };
  const x = points.map(({ value }) => toShown(measure, value));
  const y = loo.mean.map((value) => toShown(measure, value));
  const all = [...x, ...y];
  const [low, high] = all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
  const room = Math.max((high - low) * 0.15, 1e-9);
  const ends = [low - room, high + room] as const;
  const suffix = measure.percent ? " %" : "";
  const axis = { ...houseAxis(palette, ends), nticks: 5, ticksuffix: suffix };
  const diagonal: Trace = {
    type: "scatter",
    name: "agreement",
    mode: "lines",
    x: ends,
    y: ends,
    line: { color: palette.muted, width: 1, dash: "dot" },
    hoverinfo: "skip",
  };
  const predictions: Trace = {
    type: "scatter",
    name: "left out",
    mode: "markers",
    x,
    y,
    error_y: {
      type: "data",
      array: loo.std.map((std) => std * shownScale(measure)),
      color: withAlpha(palette.muted, 0.55),
      thickness: 1,
      width: 0,
    },
    marker: { color: palette.ink, size: 7, line: { color: palette.paper, width: 1 } },
    text: points.map(({ label, value }, i) => {
      const predicted = { value: loo.mean[i] ?? Number.NaN, stderr: loo.std[i] ?? null };
      const measured = formatScore(measure, { value, stderr: null });
      return `${label}: measured ${measured}, predicted from the others ${formatScore(measure, predicted)}`;
    }),
    hovertemplate: "%{text}<extra></extra>",
  };
  return {
    data: [diagonal, predictions],
    layout: houseLayout(palette, { l: 58, r: 14, t: 8, b: 42 }, axis, axis),
  };
}

/** One sentence a finding, the most important first. Empty where all is well and there is nothing to say. */
export function healthSentences(surrogate: Surrogate): readonly string[] {
  const { model, grid } = surrogate;
  return [
    ...fitSentences(surrogate),
    ...explanation(surrogate),
    ...calibration(surrogate),
    ...noiseSentences(surrogate),
    ...(grid === null ? [] : extrapolation(grid, model)),
    ...numericSentences(model),
  ];
}

function fitSentences({ model, leaveOneOut }: Surrogate): readonly string[] {
  const { fit, standardisation } = model;
  if (standardisation.constant)
    return ["All scores are equal: there is no shape to learn, and every λ looks alike."];
  if (fit === "default")
    return [
      "Too few scores for the likelihood to say anything: the curve's smoothness is a default, not a finding.",
    ];
  if (fit === "likelihood" && (leaveOneOut?.mean.length ?? 0) < LEAST_POINTS)
    return [
      "So few scores hardly settle the model's smoothness by likelihood alone: BoTorch's priors are soberer.",
    ];
  return fit === "fixed" ? ["All hyper-parameters are held by hand."] : [];
}

function explanation({ leaveOneOut, model }: Surrogate): readonly string[] {
  const r2 = leaveOneOut?.rSquared ?? null;
  if (leaveOneOut === null || r2 === null || leaveOneOut.mean.length < LEAST_POINTS) return [];
  const share = `R² = ${r2.toFixed(2)}, each score predicted from all others`;
  if (r2 < EXPLAINS_LITTLE) {
    const advice =
      model.noise === "none"
        ? "allow for noise, or measure on more items"
        : "more items would help more than more λ";
    return [`The model explains little here (${share}): ${advice}.`];
  }
  if (r2 < EXPLAINS_WELL) return [`The model explains part of what was measured (${share}).`];
  return [`The model explains most of what was measured (${share}).`];
}

function calibration({ leaveOneOut }: Surrogate): readonly string[] {
  const n = leaveOneOut?.mean.length ?? 0;
  if (leaveOneOut === null || n < LEAST_POINTS) return [];
  const inside = Math.round(leaveOneOut.coverage95 * n);
  const near = Math.round(leaveOneOut.coverage68 * n);
  const counted = `${inside} of ${n} scores lie within ±1.96σ of what the others predict, ${near} within ±1σ`;
  // Two binomial standard errors below 95 %: what honest bands would show once in forty.
  const least = 0.95 - 2 * Math.sqrt((0.95 * 0.05) / n);
  if (leaveOneOut.coverage95 < least) return [`The bands are too narrow: ${counted}.`];
  if (leaveOneOut.coverage68 === 1 && n >= 8) return [`The bands may be too wide: ${counted}.`];
  return [`The bands fit: ${counted}.`];
}

function noiseSentences({ model }: Surrogate): readonly string[] {
  const { noiseVariance, standardisation, noise } = model;
  if (noise === "none" || standardisation.constant || noiseVariance < 0.5) return [];
  const share = Math.min(100, Math.round(noiseVariance * 100));
  return [
    `About ${share} % of the scores' variance is taken for noise: the differences between λ are small beside it.`,
  ];
}

/** Stretches of λ where the posterior hardly differs from the prior. */
function extrapolation(
  grid: SurrogateGrid,
  { outputscale, standardisation }: Surrogate["model"],
): readonly string[] {
  const prior = standardisation.scale * Math.sqrt(outputscale);
  const stretches: [number, number][] = [];
  grid.lambda.forEach((lambda, i) => {
    if ((grid.std[i] ?? 0) < GUESSING * prior) return;
    const last = stretches.at(-1);
    const step = 1.5 / (grid.lambda.length - 1);
    if (last !== undefined && lambda - last[1] <= step) last[1] = lambda;
    else stretches.push([lambda, lambda]);
  });
  if (stretches.length === 0) return [];
  const words = stretches.map(([from, to]) => `${formatLambda(from)} to ${formatLambda(to)}`);
  return [`The model only guesses for λ from ${words.join(" and ")}: nothing measured is near.`];
}

function numericSentences({ atBounds, jitter }: Surrogate["model"]): readonly string[] {
  return [
    ...atBounds.map((bound) => `The fit ended with the ${bound}: the data do not settle it.`),
    ...(jitter > 0
      ? [
          `A jitter of ${jitter.toExponential(0)} was added to the covariance's diagonal, without which it could not be factored.`,
        ]
      : []),
  ];
}
