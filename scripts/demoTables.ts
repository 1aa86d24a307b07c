/** The demo report's tables, as text. Pure. */
import { formatTable } from "../src/cli/text/table.ts";
import type { MetricValue } from "../src/domain/evaluation.ts";
import type { TaskInfo } from "../src/domain/task.ts";
import {
  bestOf,
  betterParent,
  type Curve,
  contrast,
  halfOf,
  LAMBDAS,
  type Outcomes,
  worstDip,
} from "./demoCurves.ts";

/** One task at every checkpoint, oldest first. */
export type TaskTrajectory = { readonly task: TaskInfo; readonly steps: readonly Outcomes[] };

/** A pair by its steps, and what lies on the line between them by both measures. */
export type PairCurves = { readonly pair: string; readonly loss: Curve; readonly accuracy: Curve };

/** Points a hundred for shares, nats a token for losses. */
type Unit = "points" | "nats";

/** Every checkpoint's score on every task. */
export function formatTrajectory(
  steps: readonly string[],
  trajectories: readonly TaskTrajectory[],
  late: number,
): string {
  const rows = trajectories.map(({ task, steps: outcomes }) => {
    const unit = task.kind === "text" ? "nats" : "points";
    const scores = outcomes.map((at) => contrast([{ factor: 1, of: [at] }]).value);
    const falls = `${fallsAmong(scores.slice(-late), unit)} of ${late - 1}`;
    return [
      task.name,
      ...scores.map((score) => (unit === "nats" ? Math.exp(score).toFixed(3) : (100 * score).toFixed(1))),
      falls,
      task.chance === null ? "" : (100 * task.chance).toFixed(1),
    ];
  });
  const columns = ["task", ...steps, `falls among the last ${late}`, "chance"];
  return `Checkpoints: accuracy in per cent, perplexity a token for running text\n${table(columns, rows)}`;
}

/** How many steps are worse than the one before: a lower accuracy or a higher loss. */
export function fallsAmong(scores: readonly number[], unit: Unit): number {
  const sign = unit === "nats" ? -1 : 1;
  return scores.filter((score, i) => i > 0 && sign * score < sign * scores[i - 1]!).length;
}

/** For each pair of neighbours what the best and the uniform merge gain on the better parent. */
export function formatNeighbours(pairs: readonly PairCurves[]): string {
  const rowsOf = (unit: Unit) =>
    pairs.map((curves) => {
      const curve = curveFor(curves, unit);
      const best = bestOf(curve);
      return [
        curves.pair,
        plain(betterParent(curve), unit),
        lambdaText(best.lambda),
        gain(best.overBetter, unit),
        gain(halfOf(curve).overBetter, unit),
      ];
    });
  const columns = ["pair", "better parent", "best λ", "gain there", "gain at λ = 0.5"];
  const section = (unit: Unit): string =>
    [
      `Neighbours: ${describe(unit)}`,
      table(columns, rowsOf(unit)),
      `The best merge beats the better parent for ${winsOf(pairs, unit)} of ${pairs.length} pairs.`,
    ].join("\n");
  return [section("nats"), section("points")].join("\n\n");
}

/** Pairs whose best merge is better than both parents. */
export function winsOf(pairs: readonly PairCurves[], unit: Unit): number {
  return pairs.filter((curves) => bestOf(curveFor(curves, unit)).overBetter.value > 0).length;
}

/** Where the best λ of the neighbours lie. */
export function formatOptima(pairs: readonly PairCurves[]): string {
  const found = pairs.flatMap(({ loss, accuracy }) => [bestOf(loss).lambda, bestOf(accuracy).lambda]);
  const rows = LAMBDAS.map((lambda) => {
    const count = found.filter((one) => one === lambda).length;
    return `${lambdaText(lambda)}  ${"█".repeat(count)}${count === 0 ? "" : ` ${count}`}`.trimEnd();
  });
  return [`Best λ of the ${found.length} searches above`, ...rows].join("\n");
}

/** Early with late, at every λ, then the worst of each pair. */
export function formatDistant(pairs: readonly PairCurves[]): string {
  const columns = ["pair", "λ", "score", "over the line", "over the better parent"];
  const curve = (unit: Unit): string => {
    const rows = pairs.flatMap((curves) =>
      curveFor(curves, unit).points.map(({ lambda, score, overLine, overBetter }, i) => [
        i === 0 ? curves.pair : "",
        lambdaText(lambda),
        plain(score, unit),
        gain(overLine, unit),
        gain(overBetter, unit),
      ]),
    );
    return `Early with late: ${describe(unit)}\n${table(columns, rows)}`;
  };
  const worst = pairs.flatMap((curves) =>
    (["nats", "points"] as const).map((unit) => {
      const dip = worstDip(curveFor(curves, unit));
      return [
        curves.pair,
        unit,
        dip === null ? "none" : gain(dip.overLine, unit),
        dip === null ? "" : lambdaText(dip.lambda),
        gain(halfOf(curveFor(curves, unit)).overBetter, unit),
      ];
    }),
  );
  const summary = ["pair", "measure", "worst below the line", "at λ", "uniform merge over the better parent"];
  return [
    curve("nats"),
    curve("points"),
    `Early with late: barriers (a merge below the straight line between its parents) and the uniform merge\n${table(summary, worst)}`,
  ].join("\n\n");
}

function curveFor({ loss, accuracy }: PairCurves, unit: Unit): Curve {
  return unit === "nats" ? loss : accuracy;
}

function describe(unit: Unit): string {
  return unit === "nats"
    ? "loss on running text, nats a token; a gain is a lower loss"
    : "mean of the accuracies, points";
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = titles.map((title, i) => ({ title, align: i === 0 ? "left" : "right" }) as const);
  return formatTable(columns, rows);
}

function plain({ value }: MetricValue, unit: Unit): string {
  return unit === "nats" ? value.toFixed(4) : (100 * value).toFixed(2);
}

/** "+0.0123 ± 0.0010", "−1.20 ± 0.55", and "0" for a parent against itself. */
function gain({ value, stderr }: MetricValue, unit: Unit): string {
  if (value === 0 && stderr === 0) return "0";
  const [scale, decimals] = unit === "nats" ? [1, 4] : [100, 2];
  const sign = value < 0 ? "−" : "+";
  return `${sign}${Math.abs(scale * value).toFixed(decimals)} ± ${(scale * stderr!).toFixed(decimals)}`;
}

function lambdaText(lambda: number): string {
  return lambda.toFixed(1);
}
