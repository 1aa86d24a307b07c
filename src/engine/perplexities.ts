/** The perplexity of a task's inputs under checkpoints. Wiring only. */
import { createProgress } from "../base/job.ts";
import type { Perplexity, PerplexityInputs } from "../domain/perplexity.ts";
import { soleRecipe } from "../domain/recipe.ts";
import { evaluateRecipe } from "../study/objective.ts";
import type { RowsRequest } from "./preparedRows.ts";
import type { CallJob, Session } from "./session.ts";

/** φ of each checkpoint on the task's inputs. */
export async function measurePerplexities(
  session: Session,
  checkpoints: readonly string[],
  rows: Omit<RowsRequest, "parents"> & { readonly inputs: PerplexityInputs },
  job: CallJob,
): Promise<readonly Perplexity[]> {
  const measured: Perplexity[] = [];
  for (const checkpoint of checkpoints) {
    const parts = await session.evaluation({ ...rows, parents: [checkpoint] }, job);
    const progress = createProgress(
      parts.clock,
      `perplexity of ${checkpoint}`,
      parts.prepared.total,
      parts.prepared.unit,
    );
    const { n, metrics } = await evaluateRecipe(parts, soleRecipe(checkpoint), job.signal, {
      onBatch: (done) => job.onProgress(progress(done)),
    });
    const { perplexity, sequence_perplexity } = metrics;
    measured.push({
      checkpoint,
      inputs: rows.inputs,
      n,
      pooled: perplexity!,
      perSequence: sequence_perplexity!,
    });
  }
  return measured;
}
