/** Dense sweep over λ between two parents (P1 §2.3): Θ = λΘ_newer + (1−λ)Θ_older. Engine thread or Node. */
import { AppError } from "../base/errors.ts";
import { createProgress } from "../base/job.ts";
import { shareAboveBetterParent } from "../domain/ranking.ts";
import type { Race, Score, SweepPoint, SweepRecord } from "../domain/study.ts";
import { measureParents, type Objective } from "./objective.ts";
import { betterIncumbent, betterOf, measureWatched, type RoundJob, stoppedField } from "./watchMerge.ts";

/** How a sweep is watched. */
export type SweepJob = RoundJob & {
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
  race: Race | null,
  job: SweepJob,
): Promise<SweepRecord> {
  const { subject } = objective;
  if (subject.parents.length !== 2)
    throw new AppError("usage", `A sweep is between two checkpoints, not ${subject.parents.length}.`);
  if (lambdas.length === 0 || !lambdas.every(Number.isFinite))
    throw new AppError("usage", "A sweep needs one or more finite values of λ.");
  const measuredParents = await measureParents(objective, job, (index, score) => job.onParent(index, score));
  const [older, newer] = measuredParents;
  const parents = [older!.score, newer!.score] as const;
  const progress = createProgress(objective.clock, "sweeping λ", lambdas.length, "merges");
  job.onProgress(progress(0));
  const points: SweepPoint[] = [];
  let incumbent = betterOf(measuredParents);
  for (const lambda of lambdas) {
    const rivals = { parents: measuredParents, incumbent };
    const measured = await measureWatched(objective, [1 - lambda, lambda], rivals, race, job);
    incumbent = betterIncumbent(incumbent, measured);
    const point = { lambda, ...measured.score, ...stoppedField(measured) };
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
