/** A merge against its parents on rows the search did not see, and the items it changes. Engine thread or Node. */
import { AppError } from "../base/errors.ts";
import { createProgress } from "../base/job.ts";
import type { Evaluation } from "../domain/evaluation.ts";
import { indexOfBest } from "../domain/ranking.ts";
import type { Heldout, ItemChange, Subject } from "../domain/study.ts";
import type { TaskRow } from "../domain/task.ts";
import { isRight } from "../evaluate/metrics.ts";
import { comparePaired, lossOf } from "../evaluate/significance.ts";
import { type Measured, measureParents, type Objective, type StudyJob, scoreOf } from "./objective.ts";
import { betterOf, changesOf, measureWatched, type RoundJob } from "./watchMerge.ts";

/** Items of a loss that are listed each way: those that changed most. */
const LISTED_LOSSES = 50;

/** An item whose outcome the merge changes, with its row to be read. */
export type Change = ItemChange & { readonly row: TaskRow };

/** The merge against the parent that is better on these rows. @throws AppError `usage` for fewer than two rows; `cancelled`. */
export async function compareHeldout(
  objective: Objective,
  weights: readonly number[],
  job: StudyJob,
): Promise<Heldout> {
  const { subject } = objective;
  const parents = await measureParents(objective, job, () => {});
  const merge = await objective.measure(weights, job.signal, { onBatch: countMerge(objective, job) });
  return comparisonOf(subject, parents, merge);
}

function comparisonOf(subject: Subject, parents: readonly Measured[], merge: Measured): Heldout {
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
 * Any merge of the parents, a weighted sum or not, against the better one on the objective's rows.
 * @param evaluate the merge on the same rows
 * @throws AppError as `compareHeldout`.
 */
export async function compareMerge(
  objective: Objective,
  evaluate: () => Promise<Evaluation>,
  job: StudyJob,
): Promise<Heldout> {
  const { subject } = objective;
  const parents = await measureParents(objective, job, () => {});
  const evaluation = await evaluate();
  return comparisonOf(subject, parents, { evaluation, score: scoreOf(evaluation, subject.measure) });
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
  job: RoundJob,
): Promise<readonly Change[]> {
  const { measure } = objective.subject;
  const parents = await measureParents(objective, job, () => {});
  const parent = betterOf(parents);
  const { signal, onRound } = job;
  const onBatch = countMerge(objective, job);
  const rivals = { parents, incumbent: parent };
  const merge = await measureWatched(objective, weights, rivals, null, { signal, onRound, onBatch });
  const changes = (isRight(merge.evaluation.items[0]!, measure.metric) === null ? changedLosses : changesOf)(
    merge.evaluation,
    parent.evaluation,
    measure,
    merge.evaluation.items.map((_, i) => i),
  );
  return [true, false].flatMap((gained) =>
    changes
      .filter((change) => change.gained === gained)
      .map((change) => ({ ...change, row: rows[change.index]! })),
  );
}

/** Of a loss every item changes: those that fell most and those that rose most. */
function changedLosses(merge: Evaluation, parent: Evaluation): readonly ItemChange[] {
  const changes = merge.items.map((item, i) => ({
    gain: lossOf(parent.items[i]!).loss - lossOf(item).loss,
    change: { index: merge.rows[i]!, parent: parent.items[i]!, merge: item },
  }));
  return [true, false].flatMap((gained) =>
    changes
      .filter(({ gain }) => (gained ? gain > 0 : gain < 0))
      .sort((a, b) => Math.abs(b.gain) - Math.abs(a.gain))
      .slice(0, LISTED_LOSSES)
      .map(({ change }) => ({ ...change, gained })),
  );
}

/** Tells how much of the merge is measured. */
function countMerge({ work, clock }: Objective, { onProgress }: StudyJob): (done: number) => void {
  const progress = createProgress(clock, "measuring the merge", work.total, work.unit);
  return (done) => onProgress(progress(done));
}
