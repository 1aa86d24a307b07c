/** The trajectory: every checkpoint's own score over training steps. Pure: records → figure. */
import type { CheckpointInfo } from "../domain/checkpoint.ts";
import type { Measure } from "../domain/measure.ts";
import type { Score } from "../domain/study.ts";
import { type FigureSpec, FRAME, houseAxis, houseLayout, type Shape, type Trace } from "./figure.ts";
import { checkpointLabel, formatScore, shortLabel, shownScale, toShown } from "./format.ts";
import { valueRange } from "./landscape.ts";
import { mixColours, type Palette, withAlpha } from "./palette.ts";

/** What the strip shows; scores in objective units, by checkpoint name. */
export type TrajectoryInput = {
  readonly measure: Measure;
  readonly checkpoints: readonly CheckpointInfo[];
  readonly scores: Readonly<Record<string, Score>>;
  /** The picked ones, oldest first. */
  readonly pair: readonly string[] | null;
  /** Score of blind guessing; `null` where that means nothing. */
  readonly chance: number | null;
  /** Least distance of two labels, in units of the strip. */
  readonly labelGap: number;
};

/** Room left and right of the first and last checkpoint, in units of the strip. */
export const STRIP_RANGE: readonly [number, number] = [-0.02, 1.02];

/** Where checkpoints stand on the strip, from 0 to 1: by step, but never too near to one another to be picked. */
export function stripPositions(checkpoints: readonly CheckpointInfo[]): readonly number[] {
  const steps = checkpoints.map(({ step }, index) => step ?? index);
  const span = Math.max(1, (steps.at(-1) ?? 1) - (steps[0] ?? 0));
  const least = 0.5 / Math.max(1, checkpoints.length - 1);
  const gaps = steps.slice(1).map((step, i) => Math.max(least, (step - (steps[i] ?? 0)) / span));
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  const positions = [0];
  for (const gap of gaps) positions.push((positions.at(-1) ?? 0) + gap / total);
  return positions.slice(0, checkpoints.length);
}

/** The strip's figure. */
export function trajectoryFigure(input: TrajectoryInput, palette: Palette): FigureSpec {
  const { measure, checkpoints, scores } = input;
  const positions = stripPositions(checkpoints);
  const known = checkpoints.flatMap((checkpoint, i) => {
    const score = scores[checkpoint.name];
    return score === undefined ? [] : [{ checkpoint, score, x: positions[i] ?? 0 }];
  });
  const xaxis = {
    ...houseAxis(palette, STRIP_RANGE),
    tickvals: positions,
    ticktext: stepLabels(checkpoints, positions, input.labelGap),
    tickangle: 0,
  };
  const range = valueRange(
    measure,
    known.map(({ score }) => score),
  );
  const yaxis = {
    ...houseAxis(palette, range),
    nticks: 5,
    ticksuffix: measure.percent ? " %" : "",
    showticklabels: known.length > 0,
  };
  return {
    data: [scoreTrace(input, known, palette)],
    layout: {
      ...houseLayout(palette, { l: FRAME.left, r: FRAME.right, t: 6, b: 22 }, xaxis, yaxis),
      shapes: chanceLine(input, palette),
    },
  };
}

type Known = { readonly checkpoint: CheckpointInfo; readonly score: Score; readonly x: number };

function scoreTrace({ measure, pair }: TrajectoryInput, known: readonly Known[], palette: Palette): Trace {
  const colourOf = (name: string): string => {
    const place = pair?.indexOf(name) ?? -1;
    if (pair === null || place < 0) return palette.muted;
    return mixColours(palette.older, palette.newer, place / (pair.length - 1));
  };
  return {
    type: "scatter",
    name: "checkpoints",
    mode: "lines+markers",
    x: known.map(({ x }) => x),
    y: known.map(({ score }) => toShown(measure, score.value)),
    line: { color: withAlpha(palette.muted, 0.5), width: 1.25 },
    marker: {
      color: known.map(({ checkpoint }) => colourOf(checkpoint.name)),
      size: known.map(({ checkpoint }) => (pair?.includes(checkpoint.name) === true ? 11 : 7)),
      line: { color: palette.paper, width: 1.25 },
    },
    error_y: {
      type: "data",
      array: known.map(({ score }) => (score.stderr ?? 0) * shownScale(measure)),
      color: withAlpha(palette.muted, 0.55),
      thickness: 1,
      width: 0,
    },
    text: known.map(
      ({ checkpoint, score }) =>
        `${checkpointLabel(checkpoint)}: ${formatScore(measure, score)}, n = ${score.n}`,
    ),
    hovertemplate: "%{text}<extra></extra>",
  };
}

function chanceLine({ measure, chance }: TrajectoryInput, palette: Palette): readonly Shape[] {
  if (chance === null || !measure.percent) return [];
  const y = chance * 100;
  const line = { color: withAlpha(palette.muted, 0.6), width: 1, dash: "dot" as const };
  return [{ type: "line", xref: "paper", yref: "y", x0: 0, x1: 1, y0: y, y1: y, line, layer: "below" }];
}

/** A label for each tick; empty where the next labelled one, counted from the newest, would be too near. */
function stepLabels(
  checkpoints: readonly CheckpointInfo[],
  positions: readonly number[],
  gap: number,
): readonly string[] {
  let last = Number.POSITIVE_INFINITY;
  const labels = checkpoints.map(shortLabel);
  return labels
    .map((_, i) => labels.length - 1 - i)
    .map((k) => {
      const at = positions[k] ?? 0;
      if (last - at < gap) return "";
      last = at;
      return labels[k] ?? "";
    })
    .reverse();
}
