/** The heat map of pairs as a grid of described cells; the page draws it as a table. Pure. */
import type { Measure } from "../domain/measure.ts";
import type { MatrixCell, Score } from "../domain/study.ts";
import { benjaminiHochberg } from "../numerics/multiplicity.ts";
import { normalCdf } from "../numerics/normal.ts";
import { fixed, formatGain, formatLambda, formatScore, gainUnit, shownScale, toShown } from "./format.ts";
import { inkOn, mixColours, type Palette } from "./palette.ts";

/** One field of the lower triangle. */
export type HeatCell = {
  readonly row: number;
  readonly column: number;
  readonly kind: "empty" | "own" | "pair";
  /** "+2.1"; empty where nothing is measured. */
  readonly text: string;
  /** The whole finding, for a hover and a screen reader. */
  readonly description: string;
  readonly ground: string | null;
  readonly ink: string | null;
  /** Δ cannot be told from noise, as the lens has it. */
  readonly uncertain: boolean;
};

/** What the heat map shows; labels oldest first. */
export type HeatInput = {
  readonly measure: Measure;
  readonly labels: readonly string[];
  readonly diagonal: readonly (Score | null)[];
  readonly cells: readonly MatrixCell[];
  readonly lens: Lens;
};

/** Rows of the lower triangle, diagonal included: row j has the cells (0, j) … (j, j). */
export function heatRows(input: HeatInput, palette: Palette): readonly (readonly HeatCell[])[] {
  const limit = deltaLimit(input.cells);
  const told = toldFromNoise(input.cells, input.lens);
  const byPlace = new Map(input.cells.map((cell) => [`${cell.i} ${cell.j}`, cell]));
  return input.labels.map((_, j) =>
    Array.from({ length: j + 1 }, (_cell, i) => {
      if (i === j) return ownCell(input, j);
      const cell = byPlace.get(`${i} ${j}`);
      return cell === undefined
        ? emptyCell(input, i, j)
        : pairCell(input, cell, told.has(cell), { limit, palette });
    }),
  );
}

/**
 * The Δ at both ends of the colour scale: the greatest gain, or the smallest difference that could be told from noise
 * where nothing gains. Losses of distant pairs are many times that and would leave no colour for anything else.
 */
export function deltaLimit(cells: readonly MatrixCell[]): number {
  const told = Math.min(...cells.map(({ deltaStderr }) => 2 * deltaStderr).filter((twice) => twice > 0));
  return Math.max(1e-9, Number.isFinite(told) ? told : 0, ...cells.map(({ delta }) => delta));
}

/** What counts as told from noise: each cell by itself, or corrected for how many there are. */
export type Lens = "each" | "all";

type Difference = Pick<MatrixCell, "delta" | "deltaStderr">;

/**
 * The cells whose Δ can be told from noise. By itself: two paired standard errors or more. Of all: at a false-discovery rate
 * of 5 % (Benjamini & Hochberg 1995), p by the normal distribution; a cell that is its parent is no comparison.
 */
export function toldFromNoise<C extends Difference>(cells: readonly C[], lens: Lens): ReadonlySet<C> {
  if (lens === "each")
    return new Set(
      cells.filter(({ delta, deltaStderr }) => delta !== 0 && Math.abs(delta) >= 2 * deltaStderr),
    );
  const compared = cells.filter(({ deltaStderr }) => deltaStderr > 0);
  const q = benjaminiHochberg(
    compared.map(({ delta, deltaStderr }) => Math.min(1, 2 * normalCdf(-Math.abs(delta) / deltaStderr))),
  );
  return new Set(compared.filter((_, i) => q[i]! <= 0.05));
}

/** "55 pairs: 9 better than both parents, 15 worse than the better one, 31 not told apart." */
export function matrixSummary(cells: readonly MatrixCell[], total: number, lens: Lens): string {
  const sure = [...toldFromNoise(cells, lens)];
  const better = sure.filter(({ delta }) => delta > 0).length;
  const counted = `${cells.length === total ? "" : `${cells.length} of `}${total} ${total === 1 ? "pair" : "pairs"}`;
  const rest = cells.length - sure.length;
  return `${counted}: ${better} better than both parents, ${sure.length - better} worse than the better one, ${rest} not told apart.`;
}

/** The diverging colour of a Δ, the theme's ground at zero. */
export function deltaColour(delta: number, limit: number, palette: Palette): string {
  const end = delta < 0 ? palette.deltaWorse : palette.deltaBetter;
  return mixColours(palette.deltaZero, end, Math.min(1, Math.abs(delta) / limit) ** 0.8);
}

function pairCell(
  { measure, labels }: HeatInput,
  cell: MatrixCell,
  isTold: boolean,
  { limit, palette }: { readonly limit: number; readonly palette: Palette },
): HeatCell {
  const uncertain = !isTold;
  const ground = deltaColour(cell.delta, limit, palette);
  const gain = `${formatGain(measure, cell.delta, cell.deltaStderr)} ${gainUnit(measure)} against the better parent`;
  const told = uncertain ? "not told from noise" : "told from noise";
  const place = `${labels[cell.i]} + ${labels[cell.j]}, λ = ${formatLambda(cell.lambda)}`;
  return {
    row: cell.j,
    column: cell.i,
    kind: "pair",
    text: cellText(measure, cell.delta),
    description: `${place}: ${formatScore(measure, cell)}, ${gain}, ${told}`,
    ground,
    ink: inkOn(ground),
    uncertain,
  };
}

/** Three figures at most and no leading zero before nats, so that thirteen columns fit. */
function cellText(measure: Measure, delta: number): string {
  const shown = Math.abs(delta * shownScale(measure));
  const sign = delta < 0 ? "−" : "+";
  if (shown >= 10) return `${sign}${shown.toFixed(0)}`;
  return measure.percent ? formatGain(measure, delta, null) : `${sign}${shown.toFixed(2).replace(/^0/, "")}`;
}

function ownCell({ measure, labels, diagonal }: HeatInput, k: number): HeatCell {
  const score = diagonal[k] ?? null;
  const text = score === null ? "" : fixed(toShown(measure, score.value), measure.percent ? 1 : 2);
  const finding = score === null ? ": not measured yet" : ` alone: ${formatScore(measure, score)}`;
  const description = `${labels[k]}${finding}`;
  return { row: k, column: k, kind: "own", text, description, ground: null, ink: null, uncertain: false };
}

function emptyCell({ labels }: HeatInput, i: number, j: number): HeatCell {
  const description = `${labels[i]} + ${labels[j]}: not measured yet`;
  return {
    row: j,
    column: i,
    kind: "empty",
    text: "",
    description,
    ground: null,
    ink: null,
    uncertain: false,
  };
}
