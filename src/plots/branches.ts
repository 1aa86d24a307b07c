/** Branches of a search beside one another: simple regret after every trial. Pure: records → figure and rows. */
import type { Measure } from "../domain/measure.ts";
import type { Score, Trial } from "../domain/study.ts";
import { type FigureSpec, houseAxis, houseLayout } from "./figure.ts";
import { formatGain, gainUnit, shownScale } from "./format.ts";
import type { Palette } from "./palette.ts";

/** One search: what it is called, its colour, the trials it has. */
export type BranchLine = {
  readonly label: string;
  readonly colour: string;
  readonly trials: readonly Trial[];
  /** 1-based step at which it left another; `null` for one that began by itself. */
  readonly forkedAt: number | null;
  readonly isShown: boolean;
};

/**
 * Simple regret after t = 0, 1, … trials: the best known value minus the best measured so far, parents included.
 * @param best the best value known of this line, by whatever measured it
 */
export function simpleRegret(
  parents: readonly Score[],
  trials: readonly Trial[],
  best: number,
): readonly number[] {
  let incumbent = Math.max(...parents.map(({ value }) => value));
  const regrets = [best - incumbent];
  for (const { value } of trials) {
    incumbent = Math.max(incumbent, value);
    regrets.push(best - incumbent);
  }
  return regrets;
}

/** A staircase a branch; the common beginning is drawn once, by the search that was left. */
export function branchesFigure(
  measure: Measure,
  parents: readonly Score[],
  lines: readonly BranchLine[],
  best: number,
  palette: Palette,
): FigureSpec {
  const scale = shownScale(measure);
  const regrets = lines.map(({ trials }) =>
    simpleRegret(parents, trials, best).map((value) => value * scale),
  );
  const longest = Math.max(1, ...regrets.map(({ length }) => length - 1));
  const highest = Math.max(1e-9, ...regrets.flat());
  return {
    data: lines.map(({ label, colour, forkedAt, isShown, trials }, i) => {
      const from = forkedAt === null ? 0 : forkedAt - 1;
      const own = (regrets[i] ?? []).slice(from);
      return {
        type: "scatter",
        name: label,
        mode: "lines+markers",
        x: own.map((_, t) => from + t),
        y: own,
        line: { color: colour, width: isShown ? 2.25 : 1.25 },
        marker: { color: colour, size: isShown ? 7 : 5 },
        text: own.map((regret, t) => {
          const trial = trials[from + t - 1];
          const where = trial?.lambda == null ? "" : ` at λ = ${trial.lambda.toFixed(3)}`;
          return `${label}: after ${from + t} trials${where}, ${formatGain(measure, regret / scale, null)} ${gainUnit(measure)} below the best known`;
        }),
        hovertemplate: "%{text}<extra></extra>",
      };
    }),
    layout: houseLayout(
      palette,
      { l: 52, r: 14, t: 8, b: 42 },
      { ...houseAxis(palette, [-0.3, longest + 0.3]), nticks: 8 },
      { ...houseAxis(palette, [-0.06 * highest, 1.1 * highest]), nticks: 5 },
    ),
  };
}
