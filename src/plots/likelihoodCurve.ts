/** The marginal likelihood along one hyper-parameter, with where the model has it. Pure: records → figure. */
import type { LikelihoodProfile } from "../domain/surrogate.ts";
import { type FigureSpec, houseAxis, houseLayout } from "./figure.ts";
import type { Palette } from "./palette.ts";

/** Log units below the maximum that are drawn: beyond e⁻⁸ nothing is to be told apart. */
const DEPTH = 8;

/** The profile over log₁₀ of the hyper-parameter, cut off `DEPTH` below its maximum. */
export function likelihoodFigure(profile: LikelihoodProfile, palette: Palette): FigureSpec {
  const heights = profile.logMarginalLikelihood;
  const known = heights.flatMap((value) => value ?? []);
  const most = known.length === 0 ? 0 : Math.max(...known);
  const logs = profile.values.map(Math.log10);
  const [first, last] = [logs[0] ?? 0, logs.at(-1) ?? 1];
  const xaxis = { ...houseAxis(palette, [first, last]), showticklabels: false, ticks: "" as const };
  const yaxis = {
    ...houseAxis(palette, [most - DEPTH, most + 0.5]),
    showticklabels: false,
    ticks: "" as const,
  };
  const at = Math.log10(profile.at);
  return {
    data: [
      {
        type: "scatter",
        name: "log marginal likelihood",
        mode: "lines",
        x: logs,
        y: heights,
        line: { color: palette.ink, width: 1.5 },
        hoverinfo: "skip",
      },
    ],
    layout: {
      ...houseLayout(palette, { l: 2, r: 2, t: 2, b: 2 }, xaxis, yaxis),
      shapes: [
        {
          type: "line",
          xref: "x",
          yref: "paper",
          x0: at,
          x1: at,
          y0: 0,
          y1: 1,
          line: { color: palette.focus, width: 2 },
          layer: "below",
        },
      ],
    },
  };
}

/** Log marginal likelihood where the model is, as the profile has it, and how far that is below the profile's best. */
export function likelihoodAt({ values, at, logMarginalLikelihood }: LikelihoodProfile): {
  readonly value: number | null;
  readonly below: number | null;
} {
  let nearest = 0;
  values.forEach((value, i) => {
    if (Math.abs(Math.log(value / at)) < Math.abs(Math.log((values[nearest] ?? 1) / at))) nearest = i;
  });
  const value = logMarginalLikelihood[nearest] ?? null;
  const known = logMarginalLikelihood.flatMap((height) => height ?? []);
  return { value, below: value === null || known.length === 0 ? null : Math.max(...known) - value };
}
