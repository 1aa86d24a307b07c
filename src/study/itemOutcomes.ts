/** Every item's outcome along the line between two checkpoints: what smaller held-out sets are drawn from. Engine thread or Node. */
import { AppError } from "../base/errors.ts";
import { createProgress } from "../base/job.ts";
import type { ItemOutcomes } from "../domain/replay.ts";
import { isRight } from "../evaluate/metrics.ts";
import type { Objective, StudyJob } from "./objective.ts";

/**
 * Right or wrong at every λ; what was measured before is looked up.
 * @throws AppError `usage` for a measure that is not right or wrong item by item; `cancelled`.
 */
export async function measureOutcomes(
  objective: Objective,
  lambdas: readonly number[],
  job: StudyJob,
): Promise<ItemOutcomes> {
  const { metric } = objective.subject.measure;
  const progress = createProgress(objective.clock, "measuring items over λ", lambdas.length, "merges");
  job.onProgress(progress(0));
  const rows: number[][] = [];
  for (const lambda of lambdas) {
    const { evaluation } = await objective.measure([1 - lambda, lambda], job.signal);
    rows.push(
      evaluation.items.map((item) => {
        const right = isRight(item, metric);
        if (right === null)
          throw new AppError(
            "usage",
            "Smaller sets of items are drawn for right and wrong only, not for a loss.",
            {
              advice: "Choose accuracy, or compare something else.",
            },
          );
        return right ? 1 : 0;
      }),
    );
    job.onProgress(progress(rows.length));
  }
  return { items: rows[0]?.length ?? 0, outcomes: Float32Array.from(rows.flat()) };
}
