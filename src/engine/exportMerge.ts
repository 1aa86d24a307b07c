/** `exportMerge`: the merged checkpoint's files, whole in memory as a download needs them. Runs everywhere. */
import { type Clock, createProgress } from "../base/job.ts";
import type { Recipe } from "../domain/recipe.ts";
import { collectFile, mergeToFiles } from "../merge/execute.ts";
import type { EngineMethods, Job } from "../rpc/protocol.ts";
import type { WeightDtype } from "../runtime/weights.ts";
import type { CheckpointShelf } from "./checkpoints.ts";

/** Parents are read tensor by tensor. @throws AppError as `mergeToFiles`. */
export async function exportMerge(
  shelf: CheckpointShelf,
  clock: Clock,
  recipe: Recipe,
  dtype: WeightDtype,
  job: Job,
): Promise<EngineMethods["exportMerge"]["result"]> {
  const parents = await shelf.openParents(recipe.parents, job.signal);
  const total = parents.at(-1)!.checkpoint.tensors.length;
  const progress = createProgress(clock, "merging", total, "tensors");
  const merged = await mergeToFiles(
    parents.map(({ checkpoint }) => checkpoint),
    recipe.coefficients,
    dtype,
    job.signal,
    (done) => job.emit({ kind: "progress", progress: progress(done) }),
  );
  const files = [];
  for (const file of merged) files.push({ name: file.name, bytes: await collectFile(file) });
  return { files };
}
