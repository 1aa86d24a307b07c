/**
 * A sweep predicted from few merges: every item's margin is smooth in λ, so that a handful of λ tell the whole staircase of
 * accuracy, and where each item changes its side. A few λ more are measured to show the prediction wrong; one that does
 * joins the curves. Engine thread or Node.
 */
import { AppError } from "../base/errors.ts";
import { createProgress } from "../base/job.ts";
import { fitMarginCurves, type MarginCurves, marginNodes } from "../bayes/marginCurves.ts";
import type { ItemResult } from "../domain/evaluation.ts";
import type { Flip, MarginSweepRecord, Verification } from "../domain/margins.ts";
import type { Score, SweepPoint } from "../domain/study.ts";
import { type Measured, measureParents, type Objective, type StudyJob } from "./objective.ts";

/** How many merges are measured. */
export type MarginPlan = {
  /** Beside the parents, at fixed λ; at least 2. */
  readonly points: number;
  /** To show the prediction wrong. */
  readonly verify: number;
};

/** How a predicted sweep is watched. */
export type MarginJob = StudyJob & {
  onParent(index: number, score: Score): void;
  onPoint(point: SweepPoint): void;
};

/** λ at which the staircase is told. */
const GRID = 101;
/** The curve's grid for flips is finer: it only reads what is fitted. */
const FLIP_GRID = 401;

/** @throws AppError `usage` for other than two parents, or a measure that is not the accuracy of choices; `cancelled`. */
export async function runMarginSweep(
  objective: Objective,
  plan: MarginPlan,
  job: MarginJob,
): Promise<MarginSweepRecord> {
  const { subject } = objective;
  checkSubject(objective, plan);
  const measuredParents = await measureParents(objective, job, (index, score) => job.onParent(index, score));
  const [older, newer] = measuredParents;
  const total = plan.points + plan.verify;
  const progress = createProgress(objective.clock, "predicting the sweep", total, "merges");
  const known = new Map<number, Measured>([
    [0, older!],
    [1, newer!],
  ]);
  const points: SweepPoint[] = [];
  const measure = async (lambda: number): Promise<SweepPoint> => {
    const measured = await objective.measure([1 - lambda, lambda], job.signal);
    known.set(lambda, measured);
    const point = { lambda, ...measured.score };
    job.onPoint(point);
    job.onProgress(progress(known.size - 2));
    return point;
  };
  job.onProgress(progress(0));
  for (const lambda of marginNodes(plan.points)) points.push(await measure(lambda));
  let curves = fit(known);
  const verification: Verification[] = [];
  for (let i = 0; i < plan.verify; i++) {
    const lambda = mostTelling(curves, [...known.keys()], i);
    const { value: predicted, std: predictedStd } = curves.accuracyAt(lambda);
    const point = await measure(lambda);
    const halfAnItem = 0.5 / point.n;
    const agrees = Math.abs(point.value - predicted) <= 2 * predictedStd + halfAnItem;
    verification.push({ ...point, predicted, predictedStd, agrees });
    curves = fit(known);
  }
  return {
    subject,
    parents: [older!.score, newer!.score],
    points: points.sort((a, b) => a.lambda - b.lambda),
    verification,
    curve: staircase(curves),
    flips: flipsOf(curves, older!),
    evaluations: total,
    holds: verification.every(({ agrees }) => agrees),
  };
}

/**
 * Log-probability of the right choice minus that of the best wrong one, nats. A margin of exactly 0 is decided by the first
 * of equals, as everywhere.
 * @throws AppError `usage` for an item without choices.
 */
export function marginOf(item: ItemResult): number {
  if (item.kind !== "choice")
    throw new AppError("usage", "Only items with choices have margins to predict a sweep from.", {
      advice: "Sweep λ itself.",
    });
  return item.logprobs[item.gold]! - Math.max(...item.logprobs.filter((_, i) => i !== item.gold));
}

function fit(known: ReadonlyMap<number, Measured>): MarginCurves {
  const lambda = [...known.keys()].sort((a, b) => a - b);
  return fitMarginCurves({
    lambda,
    margins: lambda.map((at) => known.get(at)!.evaluation.items.map(marginOf)),
  });
}

/** First where the prediction is least sure, then where it is best, then least sure again. */
function mostTelling(curves: MarginCurves, measured: readonly number[], turn: number): number {
  const candidates = Array.from({ length: GRID }, (_, i) => i / (GRID - 1)).filter((lambda) =>
    measured.every((at) => Math.abs(at - lambda) > 0.02),
  );
  const height = (lambda: number): number => {
    const { value, std } = curves.accuracyAt(lambda);
    return turn % 2 === 0 ? std : value;
  };
  return candidates.reduce((a, b) => (height(b) > height(a) ? b : a));
}

function staircase(curves: MarginCurves): MarginSweepRecord["curve"] {
  const lambda = Array.from({ length: GRID }, (_, i) => i / (GRID - 1));
  const accuracy = lambda.map((at) => curves.accuracyAt(at));
  return {
    lambda,
    value: accuracy.map(({ value }) => value),
    std: accuracy.map(({ std }) => std),
  };
}

/** Items that are right at one parent and wrong at the other: where the curve crosses 0, ± std of λ there. */
function flipsOf(curves: MarginCurves, { evaluation }: Measured): readonly Flip[] {
  const grid = Array.from({ length: FLIP_GRID }, (_, i) => i / (FLIP_GRID - 1));
  const rows = grid.map((lambda) => curves.at(lambda));
  return evaluation.rows.flatMap((index, j) => {
    const crossing = rows.findIndex(({ mean }, i) => i > 0 && mean[j]! > 0 !== rows[i - 1]!.mean[j]! > 0);
    const ends = [rows[0]!.mean[j]! > 0, rows.at(-1)!.mean[j]! > 0];
    if (crossing < 0 || ends[0] === ends[1]) return [];
    const [before, after] = [rows[crossing - 1]!.mean[j]!, rows[crossing]!.mean[j]!];
    const lambda = grid[crossing - 1]! + before / (before - after) / (FLIP_GRID - 1);
    const slope = Math.abs(after - before) * (FLIP_GRID - 1);
    return [{ index, lambda, std: Math.min(1, rows[crossing]!.std[j]! / slope), gained: ends[1]! }];
  });
}

function checkSubject({ subject }: Objective, { points, verify }: MarginPlan): void {
  if (subject.parents.length !== 2)
    throw new AppError("usage", `A sweep is between two checkpoints, not ${subject.parents.length}.`);
  const { metric, label } = subject.measure;
  if (metric !== "acc")
    throw new AppError("usage", `A sweep is predicted of accuracy, not of ${label}.`, {
      advice: "A loss is smooth in λ by itself: a search, or a sweep of few λ, is enough.",
    });
  if (!(Number.isInteger(points) && points >= 2 && points <= 50 && Number.isInteger(verify) && verify >= 0))
    throw new AppError("usage", `${points} points and ${verify} to verify cannot be measured.`);
}
