/** Dense sweep over λ between two parents (P1 §2.3): Θ = λΘ_newer + (1−λ)Θ_older. Engine thread or Node. */
import { AppError } from "../base/errors.ts";
import { createProgress } from "../base/job.ts";
import { shareAboveBetterParent } from "../domain/ranking.ts";
import type { Score, SweepPoint, SweepRecord } from "../domain/study.ts";
import { measureParents, type Objective, type StudyJob } from "./objective.ts";

/** How a sweep is watched. */
export type SweepJob = StudyJob & {
  onParent(index: number, score: Score): void;
  onPoint(point: SweepPoint): void;
};

/**
 * Measures the parents, then every λ in the order given; the record's points are in rising order of λ.
 * @throws AppError `usage` for other than two parents, for no λ or one that is no number; `cancelled`.
 */
export async function runSweep(
  objective: Objective,
  lambdas: readonly number[],
  job: SweepJob,
): Promise<SweepRecord> {
  const { subject } = objective;
  if (subject.parents.length !== 2)
    throw new AppError("usage", `A sweep is between two checkpoints, not ${subject.parents.length}.`);
  if (lambdas.length === 0 || !lambdas.every(Number.isFinite))
    throw new AppError("usage", "A sweep needs one or more finite values of λ.");
  const [older, newer] = await measureParents(objective, job, (index, score) => job.onParent(index, score));
  const parents = [older!.score, newer!.score] as const;
  const progress = createProgress(objective.clock, "sweeping λ", lambdas.length, "merges");
  job.onProgress(progress(0));
  const points: SweepPoint[] = [];
  for (const lambda of lambdas) {
    const { score } = await objective.measure([1 - lambda, lambda], job.signal);
    const point = { lambda, ...score };
    points.push(point);
    job.onPoint(point);
    job.onProgress(progress(points.length));
  }
  return {
    subject,
    points: points.sort((a, b) => a.lambda - b.lambda),
    parents,
    shareAboveBetterParent: shareAboveBetterParent(points, parents)!,
  };
}
