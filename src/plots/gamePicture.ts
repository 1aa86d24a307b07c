/** Beat the GP: what both sides have found, and the curve once all is over. Pure: records → figure. */
import type { Measure } from "../domain/measure.ts";
import type { ReplayPath, ScoreCurve } from "../domain/replay.ts";
import { type FigureSpec, FRAME, houseAxis, houseLayout, LAMBDA_RANGE, type Trace } from "./figure.ts";
import { formatLambda, formatScore, toShown } from "./format.ts";
import { type Palette, withAlpha } from "./palette.ts";

/** What is on the table. The opponent's picks and the curve are shown when the game is over. */
export type GamePicture = {
  readonly measure: Measure;
  readonly curve: ScoreCurve;
  /** The person's picks with what they gave. */
  readonly picks: ReplayPath;
  readonly opponent: ReplayPath;
  readonly isOver: boolean;
};

/** The picture. Its value axis does not tell how high the curve goes: it spans what is to be seen, with room above. */
export function gameFigure(
  { measure, curve, picks, opponent, isOver }: GamePicture,
  palette: Palette,
): FigureSpec {
  const parents = [0, curve.lambda.length - 1].map((i) => ({
    lambda: curve.lambda[i]!,
    value: curve.value[i]!,
  }));
  const seen = isOver ? [...curve.value] : [...parents, ...picks].map(({ value }) => value);
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  const room = Math.max(high - low, 0.02 * Math.max(Math.abs(high), 1e-6)) * (isOver ? 0.15 : 0.6);
  const range = [toShown(measure, low - room), toShown(measure, high + room)] as const;
  const hidden: Trace = {
    type: "scatter",
    name: "the curve",
    mode: "lines",
    x: isOver ? curve.lambda : [],
    y: isOver ? curve.value.map((value) => toShown(measure, value)) : [],
    line: { color: withAlpha(palette.muted, 0.6), width: 1.25 },
    hoverinfo: "skip",
  };
  const tickvals = Array.from({ length: 11 }, (_, i) => i / 10);
  return {
    data: [
      hidden,
      points("parents", parents, measure, palette.muted, "square", 9),
      points("you", picks, measure, palette.newer, "circle", 11),
      points("the search", isOver ? opponent : [], measure, palette.ink, "diamond-open", 11),
    ],
    layout: houseLayout(
      palette,
      { l: FRAME.left, r: FRAME.right, t: 8, b: 26 },
      { ...houseAxis(palette, LAMBDA_RANGE), tickvals, ticktext: tickvals.map(String) },
      { ...houseAxis(palette, range), nticks: 5, ticksuffix: measure.percent ? " %" : "" },
    ),
  };
}

function points(
  name: string,
  path: ReplayPath,
  measure: Measure,
  color: string,
  symbol: string,
  size: number,
): Trace {
  return {
    type: "scatter",
    name,
    mode: "markers",
    x: path.map(({ lambda }) => lambda),
    y: path.map(({ value }) => toShown(measure, value)),
    marker: { color, size, symbol, line: { color, width: 1.5 } },
    text: path.map(
      ({ lambda, value }, i) =>
        `${name}${name === "parents" ? "" : `, pick ${i + 1}`}: λ = ${formatLambda(lambda)}, ${formatScore(measure, { value, stderr: null })}`,
    ),
    hovertemplate: "%{text}<extra></extra>",
  };
}

/** The best value found after 0, 1, … picks, the parents' included. */
export function bestSoFar(curve: ScoreCurve, path: ReplayPath): readonly number[] {
  let best = Math.max(curve.value[0] ?? 0, curve.value.at(-1) ?? 0);
  return [best, ...path.map(({ value }) => (best = Math.max(best, value)))];
}
