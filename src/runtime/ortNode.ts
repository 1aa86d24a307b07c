/** The door to onnxruntime in Node: the CPU, weights in ordinary memory. Never part of a page. */
import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";
import type { Backend } from "./backend.ts";
import { createJobQueue } from "./jobQueue.ts";
import { createCpuModel } from "./ortCpu.ts";

/** The CPU with `threads` threads, or one for each processor. */
export async function createNodeBackend(threads: number | null): Promise<Backend> {
  const count = threads ?? availableParallelism();
  const queue = createJobQueue();
  return {
    info: {
      kind: "node",
      threads: count,
      adapter: null,
      reason: `Node: the CPU with ${count} ${count === 1 ? "thread" : "threads"}.`,
    },
    createModel: (config) => createCpuModel(ort, config, { intraOpNumThreads: count }, queue),
    dispose: async () => undefined,
  };
}
