/** A merge against its parents on rows the search did not see, and the items it changes. Engine thread or Node. */
import { AppError } from "../base/errors.ts";
import { createProgress } from "../base/job.ts";
import type { ItemResult } from "../domain/evaluation.ts";
import type { Measure } from "../domain/measure.ts";
import { indexOfBest } from "../domain/ranking.ts";
import type { Heldout } from "../domain/study.ts";
import type { TaskRow } from "../domain/task.ts";
import { isRight } from "../evaluate/metrics.ts";
import { comparePaired, lossOf } from "../evaluate/significance.ts";
import { type Measured, measureParents, type Objective, type StudyJob } from "./objective.ts";

/** Items of a loss that are listed each way: those that changed most. */
const LISTED_LOSSES = 50;

/** An item whose outcome the merge changes. */
export type Change = {
  readonly index: number;
  readonly gained: boolean;
  readonly row: TaskRow;
  readonly parent: ItemResult;
  readonly merge: ItemResult;
};

/** The merge against the parent that is better on these rows. @throws AppError `usage` for fewer than two rows; `cancelled`. */
export async function compareHeldout(
  objective: Objective,
  weights: readonly number[],
  job: StudyJob,
): Promise<Heldout> {
  const { subject } = objective;
  const parents = await measureParents(objective, job, () => {});
  const merge = await measureMerge(objective, weights, job);
  if (merge.score.n < 2)
    throw new AppError("usage", "A comparison needs at least two rows.", { advice: "Raise the limit." });
  const scores = parents.map(({ score }) => score);
  const betterParent = indexOfBest(scores);
  const { delta, deltaStderr, pValue } = comparePaired(
    merge.evaluation,
    parents[betterParent]!.evaluation,
    subject.measure,
  );
  return {
    split: subject.split,
    merge: merge.score,
    parents: scores,
    betterParent,
    delta,
    deltaStderr,
    pValue,
  };
}

/**
 * Items right in the merge and wrong in the better parent, then the other way round, in the rows' order. For a loss:
 * the items whose loss fell most, then those whose loss rose most.
 * @throws AppError `cancelled`.
 */
export async function listChanges(
  objective: Objective,
  weights: readonly number[],
  rows: readonly TaskRow[],
  job: StudyJob,
): Promise<readonly Change[]> {
  const { measure } = objective.subject;
  const parents = await measureParents(objective, job, () => {});
  const merge = await measureMerge(objective, weights, job);
  const parent = parents[indexOfBest(parents.map(({ score }) => score))]!;
  const pairs = rows.map((row, index) => ({
    index,
    row,
    parent: parent.evaluation.items[index]!,
    merge: merge.evaluation.items[index]!,
  }));
  const gains = pairs.map((pair) => ({ pair, gain: gainOf(pair.merge, pair.parent, measure) }));
  const isLoss = isRight(pairs[0]!.merge, measure.metric) === null;
  return [true, false].flatMap((gained) => {
    const changed = gains.filter(({ gain }) => (gained ? gain > 0 : gain < 0));
    if (isLoss) changed.sort((a, b) => Math.abs(b.gain) - Math.abs(a.gain));
    return changed.slice(0, isLoss ? LISTED_LOSSES : undefined).map(({ pair }) => ({ ...pair, gained }));
  });
}

async function measureMerge(
  objective: Objective,
  weights: readonly number[],
  { signal, onProgress }: StudyJob,
): Promise<Measured> {
  const { total, unit } = objective.work;
  const progress = createProgress(objective.clock, "measuring the merge", total, unit);
  return objective.measure(weights, signal, (done) => onProgress(progress(done)));
}

/** Above 0 where the merge is better at an item: 1 for right after wrong, nats for a loss. */
function gainOf(merge: ItemResult, parent: ItemResult, measure: Measure): number {
  const [now, before] = [merge, parent].map((item) => isRight(item, measure.metric));
  if (now === null || now === undefined || before === null) return lossOf(parent).loss - lossOf(merge).loss;
  return Number(now) - Number(before);
}
