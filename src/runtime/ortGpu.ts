/** A model whose weights lie on a WebGPU device, run there by onnxruntime's native provider. */
import type { ModelConfig } from "../model/config.ts";
import { parameterTable } from "../model/parameterTable.ts";
import type { ResidentModel } from "./backend.ts";
import { createGpuMixer } from "./gpuMixer.ts";
import type { GpuState } from "./gpuState.ts";
import type { JobQueue } from "./jobQueue.ts";
import type { LanguageModel } from "./languageModel.ts";
import type { OrtLibrary } from "./ortLibrary.ts";
import { createSessionModel, type SessionParts, warmUp } from "./ortModel.ts";
import { createStatistics } from "./ortStatistics.ts";

/** Makes the merged weights' buffers, and a session that reads them at every run. @throws AppError `out-of-memory`, `device`. */
export async function createGpuModel(
  ort: OrtLibrary,
  config: ModelConfig,
  state: GpuState,
  queue: JobQueue,
): Promise<ResidentModel> {
  state.check();
  const mixer = await createGpuMixer(config, state, queue);
  const weights = Object.fromEntries(
    parameterTable(config).map(({ name, shape }) => [
      name,
      ort.Tensor.fromGpuBuffer(mixer.merged.get(name)!, { dataType: "float32", dims: shape }),
    ]),
  );
  const executionProviders = [{ name: "webgpu" as const, device: state.device }];
  const parts: SessionParts = {
    config,
    weights,
    options: { executionProviders },
    keptLocation: "gpu-buffer",
    queue,
    version: () => mixer.version,
  };
  const session = await createSessionModel(ort, parts).catch((thrown: unknown) => {
    mixer.destroy();
    throw thrown;
  });
  /** A device that is lost gives numbers of no meaning. */
  const checked = async <T>(work: () => Promise<T>): Promise<T> => {
    state.check();
    const result = await work();
    state.check();
    return result;
  };
  const model: LanguageModel = {
    config,
    score: (batch, past) => checked(() => session.score(batch, past)),
    remember: (tokens) => checked(() => session.remember(tokens)),
    async decode(prompts, newTokens) {
      const decoding = await checked(() => session.decode(prompts, newTokens));
      return {
        get next() {
          return decoding.next;
        },
        advance: (rows, tokens) => checked(() => decoding.advance(rows, tokens)),
        dispose: () => decoding.dispose(),
      };
    },
  };
  const statistics = createStatistics(ort, parts);
  return {
    model,
    mixer,
    statistics: {
      squaredGradients: (batches, job) => checked(() => statistics.squaredGradients(batches, job)),
      grams: (batches, job) => checked(() => statistics.grams(batches, job)),
    },
    // Once compiled, a pipeline is as fast as it gets.
    warmUp: () => warmUp(model, 1),
    async dispose() {
      await session.release();
      mixer.destroy();
    },
  };
}
