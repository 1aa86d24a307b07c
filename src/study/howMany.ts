/**
 * Two, three or four? (P1 §2.2): for every checkpoint that has three before it, the uniform merges of it with one, two and
 * three of them, each against the best of its own parents. Engine thread or Node.
 */
import { AppError } from "../base/errors.ts";
import { type Clock, createProgress } from "../base/job.ts";
import type { NeighbourMerge, NeighbourRow } from "../domain/howMany.ts";
import { compareMeasured, type Measured, type Objective, type StudyJob } from "./objective.ts";

const COUNTS = [2, 3, 4] as const;
const MOST = 4;

/** How the question is watched: each row as it comes. */
export type HowManyJob = StudyJob & { onRow(row: NeighbourRow): void };

/**
 * @param checkpoints oldest first, four or more
 * @param objectiveOf the objective over these checkpoints
 * @throws AppError `usage` for fewer than four checkpoints; `cancelled`.
 */
export async function compareNeighbours(
  checkpoints: readonly string[],
  objectiveOf: (parents: readonly string[]) => Promise<Objective>,
  clock: Clock,
  job: HowManyJob,
): Promise<readonly NeighbourRow[]> {
  if (checkpoints.length < MOST)
    throw new AppError("usage", `Merges of up to ${MOST} neighbours need as many checkpoints.`);
  const newest = checkpoints.map((_, i) => i).slice(MOST - 1);
  const progress = createProgress(clock, "merging neighbours", newest.length * COUNTS.length, "merges");
  job.onProgress(progress(0));
  const rows: NeighbourRow[] = [];
  const alone = new Map<string, Measured>();
  for (const end of newest) {
    const merges: NeighbourMerge[] = [];
    for (const count of COUNTS) {
      const parents = checkpoints.slice(end - count + 1, end + 1);
      const objective = await objectiveOf(parents);
      for (const [i, name] of parents.entries())
        if (!alone.has(name)) alone.set(name, await objective.measureParent(i, job.signal));
      const merged = await objective.measure(
        parents.map(() => 1 / count),
        job.signal,
      );
      const best = parents
        .map((name) => alone.get(name)!)
        .reduce((a, b) => (b.score.value > a.score.value ? b : a));
      const { delta, deltaStderr } = compareMeasured(merged, best, objective.subject.measure);
      merges.push({ count, ...merged.score, delta, deltaStderr });
      job.onProgress(progress(rows.length * COUNTS.length + merges.length));
    }
    const row = { newest: checkpoints[end]!, merges };
    rows.push(row);
    job.onRow(row);
  }
  return rows;
}
