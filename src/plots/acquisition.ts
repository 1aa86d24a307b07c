/** Every acquisition function on the λ axis, each scaled to its own range, with its maximum. Pure: records → figure. */
import type {
  AcquisitionName,
  Ask,
  GridMaximum,
  ModelAcquisition,
  SurrogateGrid,
} from "../domain/surrogate.ts";
import { type FigureSpec, FRAME, houseAxis, houseLayout, LAMBDA_RANGE, type Trace } from "./figure.ts";
import { ACQUISITION_LABELS, formatLambda } from "./format.ts";
import { unsearched } from "./landscape.ts";
import type { Palette } from "./palette.ts";

/** Acquisition functions that are curves over λ. */
export type CurveName = Exclude<ModelAcquisition, "ts">;

/** The curves drawn; LogEI has EI's maximum and stands in for it where it chooses. NEI is drawn where it may choose. */
export function drawnCurves(wanted: readonly AcquisitionName[]): readonly CurveName[] {
  const improvement = wanted.includes("logei") ? "logei" : "ei";
  return [improvement, "ucb", "pi", ...(wanted.includes("nei") ? (["nei"] as const) : [])];
}

/** What the acquisition plot shows. */
export type AcquisitionInput = {
  readonly alpha: number;
  readonly grid: SurrogateGrid | null;
  /** The choice made by it, if one was. */
  readonly ask: Pick<Ask, "nominees"> | null;
  /** The functions that may choose; the others are drawn dotted. */
  readonly wanted: readonly AcquisitionName[];
};

/** The acquisition functions' figure. */
export function acquisitionFigure(input: AcquisitionInput, palette: Palette): FigureSpec {
  const curves = drawnCurves(input.wanted);
  const tickvals = Array.from({ length: 11 }, (_, i) => i / 10);
  const xaxis = {
    ...houseAxis(palette, LAMBDA_RANGE),
    tickvals,
    ticktext: tickvals.map((value) => `${value}`),
  };
  const yaxis = { ...houseAxis(palette, [0, 1.22]), tickvals: [0, 1], ticktext: ["0", "max"] };
  return {
    data: [
      ...curves.map((name) => curveTrace(input, name, palette)),
      ...curves.map((name) => maximumTrace(input, name, palette)),
      nomineeTrace(input.ask, palette),
    ],
    layout: {
      ...houseLayout(palette, { l: FRAME.left, r: FRAME.right, t: 4, b: 24 }, xaxis, yaxis),
      shapes: unsearched(input.alpha, palette),
    },
  };
}

/** A curve's heights in [0, 1] over [α, 1]: EI, NEI and PI by their maxima, UCB and LogEI between least and most. */
export function scaledCurve(grid: SurrogateGrid, name: CurveName): readonly number[] {
  const values = curveOf(grid, name);
  const searched = values.filter((_, i) => isSearched(grid, i));
  const most = Math.max(...searched);
  const least = name === "ucb" || name === "logei" ? Math.min(...searched) : 0;
  const span = most - least;
  return values.map((value) => (span > 0 ? Math.max(0, (value - least) / span) : 0));
}

function isSearched({ lambda, alpha }: SurrogateGrid, i: number): boolean {
  return (lambda[i] ?? 0) >= alpha - 1e-12;
}

/** A curve's heights; NEI, which is kept as its logarithm, as a share of its maximum. */
function curveOf(grid: SurrogateGrid, name: CurveName): readonly number[] {
  if (name === "logei") return grid.logEi;
  if (name !== "nei") return grid[name];
  const most = grid.argmax.logNei?.value ?? 0;
  return (grid.logNei ?? grid.lambda.map(() => Number.NEGATIVE_INFINITY)).map((log) => Math.exp(log - most));
}

/** Where a curve is highest; `null` for NEI where it was not asked. */
export function curveMaximum({ argmax }: SurrogateGrid, name: CurveName): number | null {
  const maxima: Readonly<Record<CurveName, GridMaximum | null>> = {
    ei: argmax.ei,
    logei: argmax.logEi,
    ucb: argmax.ucb,
    pi: argmax.pi,
    nei: argmax.logNei,
  };
  return maxima[name]?.lambda ?? null;
}

function curveTrace({ grid, wanted }: AcquisitionInput, name: CurveName, palette: Palette): Trace {
  const chooses = wanted.includes(name);
  const scaled = grid === null ? [] : scaledCurve(grid, name);
  return {
    type: "scatter",
    name: ACQUISITION_LABELS[name],
    mode: "lines",
    x: grid?.lambda ?? [],
    y: scaled.map((value, i) => (grid !== null && isSearched(grid, i) ? value : null)),
    line: { color: palette[name], width: chooses ? 1.75 : 1.25, dash: chooses ? "solid" : "dot" },
    hoverinfo: "skip",
  };
}

function maximumTrace({ grid }: AcquisitionInput, name: CurveName, palette: Palette): Trace {
  const at = grid === null ? null : curveMaximum(grid, name);
  const lambda = at === null ? [] : [at];
  return {
    type: "scatter",
    name: `${ACQUISITION_LABELS[name]} maximum`,
    mode: "markers",
    x: lambda,
    y: lambda.map(() => 1.1),
    marker: { color: palette[name], size: 9, symbol: "triangle-down" },
    text: lambda.map((top) => `${ACQUISITION_LABELS[name]} is highest at λ = ${formatLambda(top, 3)}`),
    hovertemplate: "%{text}<extra></extra>",
  };
}

/** What the functions that may choose asked for; these differ from the maxima where those were measured already. */
function nomineeTrace(ask: AcquisitionInput["ask"], palette: Palette): Trace {
  const nominees = ask?.nominees ?? [];
  const lambdas = nominees.map(({ weights }) => weights.at(-1) ?? 0);
  const colours = nominees.map(({ acquisition }) => palette[acquisition]);
  return {
    type: "scatter",
    name: "nominees",
    mode: "markers",
    x: lambdas,
    y: lambdas.map(() => 0.06),
    marker: { color: colours, size: 12, symbol: "line-ns", line: { color: colours, width: 2 } },
    text: nominees.map(
      ({ acquisition }, i) =>
        `${ACQUISITION_LABELS[acquisition]} wants λ = ${formatLambda(lambdas[i] ?? 0, 3)}`,
    ),
    hovertemplate: "%{text}<extra></extra>",
  };
}
