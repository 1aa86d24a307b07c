/** A model whose weights lie in ordinary memory, run by onnxruntime on the CPU: in Node, or as wasm. */
import type * as Ort from "onnxruntime-common";
import type { ModelConfig } from "../model/config.ts";
import { parameterCount, parameterTable } from "../model/parameterTable.ts";
import type { ResidentModel } from "./backend.ts";
import { createCpuMixer } from "./cpuMixer.ts";
import type { JobQueue } from "./jobQueue.ts";
import type { OrtLibrary } from "./ortLibrary.ts";
import { createSessionModel, warmUp } from "./ortModel.ts";
import { createStatistics } from "./ortStatistics.ts";

/**
 * A browser compiles a wasm function well once it has done some work, and puts it to use at its next call: a large model's
 * runs do that work in fewer calls, and take their time.
 */
function warmUpRuns(config: ModelConfig): number {
  return Math.min(16, Math.max(2, Math.round(16e6 / parameterCount(config))));
}

/** Makes the merged weights' arrays, and a session that reads them at every run. @throws AppError `out-of-memory`, `device`. */
export async function createCpuModel(
  ort: OrtLibrary,
  config: ModelConfig,
  options: Ort.InferenceSession.SessionOptions,
  queue: JobQueue,
): Promise<ResidentModel> {
  const mixer = createCpuMixer(config, queue);
  const weights = Object.fromEntries(
    parameterTable(config).map(({ name, shape }) => [
      name,
      new ort.Tensor("float32", mixer.merged.get(name)!, shape),
    ]),
  );
  const parts = { config, weights, options, queue, version: () => mixer.version };
  const model = await createSessionModel(ort, parts);
  return {
    model,
    mixer,
    statistics: createStatistics(ort, parts),
    warmUp: () => warmUp(model, warmUpRuns(config)),
    async dispose() {
      mixer.dropAll();
      await model.release();
    },
  };
}
