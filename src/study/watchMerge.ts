/**
 * A merge measured under observation: what each round of items says is told, and where a race is on the merge is
 * stopped as soon as its paired difference to the best one so far is decided. Engine thread or Node.
 */
import type { Evaluation, ItemResult } from "../domain/evaluation.ts";
import type { Measure } from "../domain/measure.ts";
import { indexOfBest } from "../domain/ranking.ts";
import type { ItemChange, Race, Round } from "../domain/study.ts";
import { isRight } from "../evaluate/metrics.ts";
import { itemsByRow, restrictedTo } from "../evaluate/pairing.ts";
import { raceVerdict } from "../evaluate/race.ts";
import { comparePaired, lossOf } from "../evaluate/significance.ts";
import type { Measured, Objective, StudyJob, Watch } from "./objective.ts";

/** A study that tells of rounds. */
export type RoundJob = StudyJob & { onRound(round: Round): void };

/** How one merge is watched. */
type MergeJob = Pick<RoundJob, "signal" | "onRound"> & Pick<Watch, "onBatch">;

/** Whom a merge is compared with. */
export type Rivals = {
  readonly parents: readonly Measured[];
  /** The best of all that were measured to the last item. */
  readonly incumbent: Measured;
};

/** Measures these weights; with a race, a merge that cannot become the best any more is stopped. @throws as `measure`. */
export async function measureWatched(
  objective: Objective,
  weights: readonly number[],
  { parents, incumbent }: Rivals,
  race: Race | null,
  { signal, onRound, onBatch }: MergeJob,
): Promise<Measured> {
  const { measure } = objective.subject;
  const better = betterOf(parents);
  let look = 0;
  const measured = await objective.measure(weights, signal, {
    ...(onBatch === undefined ? {} : { onBatch }),
    onRound({ score, evaluation, fresh }) {
      look++;
      const changes = changesOf(evaluation, better.evaluation, measure, fresh);
      onRound({ weights, score, total: evaluation.total, changes });
      return race === null || !isDecided(evaluation, incumbent.evaluation, objective, look, race);
    },
  });
  const { evaluation } = measured;
  if (evaluation.n === evaluation.total) return measured;
  return estimated(measured, incumbent, measure);
}

/** `stopped` where a race ended the measurement, else nothing. */
export function stoppedField({ stopped }: Pick<Measured, "stopped">): Pick<Measured, "stopped"> {
  return stopped === undefined ? {} : { stopped };
}

/** The parent that is better, the older of equals. */
export function betterOf(parents: readonly Measured[]): Measured {
  return parents[indexOfBest(parents.map(({ score }) => score))]!;
}

/** Whichever was measured to the last item and has the higher value; the first of equals. */
export function betterIncumbent(incumbent: Measured, other: Measured): Measured {
  return other.stopped === undefined && other.score.value > incumbent.score.value ? other : incumbent;
}

/** Items among `indices` of the merge's own that are right in one and wrong in the other; none for losses. */
export function changesOf(
  merge: Evaluation,
  parent: Evaluation,
  measure: Measure,
  indices: readonly number[],
): readonly ItemChange[] {
  const parentItems = itemsByRow(parent);
  return indices.flatMap((i) => {
    const [now, before] = [merge.items[i]!, parentItems.get(merge.rows[i]!)];
    if (before === undefined) return [];
    const [right, wasRight] = [isRight(now, measure.metric), isRight(before, measure.metric)];
    if (right === null || right === wasRight) return [];
    return [{ index: merge.rows[i]!, gained: right, parent: before, merge: now }];
  });
}

function isDecided(
  merge: Evaluation,
  incumbent: Evaluation,
  { subject, work }: Objective,
  look: number,
  { errorRate }: Race,
): boolean {
  const rival = restrictedTo(incumbent, merge.rows);
  const gains = (items: readonly ItemResult[]) => items.map((item) => gainOf(item, subject.measure));
  const verdict = raceVerdict(
    gains(merge.items),
    gains(rival.items),
    merge.total,
    look,
    work.rounds,
    errorRate,
  );
  return verdict === "decided";
}

/** 1 for right and 0 for wrong, or the negated loss in nats: the sum over all items is what is compared. */
function gainOf(item: ItemResult, measure: Measure): number {
  const right = isRight(item, measure.metric);
  return right === null ? -lossOf(item).loss : Number(right);
}

/** The incumbent's value over all items and the paired difference on those seen. */
function estimated(measured: Measured, incumbent: Measured, measure: Measure): Measured {
  const { evaluation } = measured;
  const rival = restrictedTo(incumbent.evaluation, evaluation.rows);
  const { delta, deltaStderr } = comparePaired(evaluation, rival, measure);
  return {
    evaluation,
    score: { value: incumbent.score.value + delta, stderr: deltaStderr, n: evaluation.n },
    stopped: { seen: evaluation.n, total: evaluation.total },
  };
}
