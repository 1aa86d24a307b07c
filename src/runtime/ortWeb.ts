/**
 * The door to onnxruntime in a browser, for a worker: WebGPU by its native provider, or wasm. Each is a build of its
 * own (27 and 14 MB), fetched only when it is used.
 */

import webgpuModuleUrl from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url";
import webgpuBinaryUrl from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import wasmModuleUrl from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasmBinaryUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import type { BackendChoice } from "../domain/backend.ts";
import type { Backend } from "./backend.ts";
import { type ChosenBackend, chooseBackend } from "./chooseBackend.ts";
import { describeAdapter, openGpu } from "./gpuState.ts";
import { createJobQueue } from "./jobQueue.ts";
import { createCpuModel } from "./ortCpu.ts";
import { createGpuModel } from "./ortGpu.ts";

/** What the browser offers to a worker; `navigator` and `globalThis` have it all. */
export type WebPlatform = {
  readonly gpu: Pick<GPU, "requestAdapter"> | undefined;
  readonly hardwareConcurrency: number;
  readonly crossOriginIsolated: boolean;
};

/** wasm threads are given once in the life of a worker. */
let wasmThreads: number | null = null;

/**
 * Opens the device that `choice` asks for; see `chooseBackend`.
 * @throws AppError `unsupported` for WebGPU that is not there, `device`.
 */
export async function createWebBackend(
  choice: BackendChoice,
  threads: number | null,
  platform: WebPlatform,
): Promise<Backend> {
  const adapter = choice === "wasm" ? null : await requestAdapter(platform.gpu);
  const chosen = chooseBackend(choice, wasmThreads ?? threads, {
    adapter: adapter === null ? null : describeAdapter(adapter),
    webgpu: platform.gpu !== undefined,
    processors: platform.hardwareConcurrency,
    isolated: platform.crossOriginIsolated,
  });
  return adapter === null ? openWasm(chosen) : openWebGpu(chosen, adapter);
}

async function requestAdapter(gpu: WebPlatform["gpu"]): Promise<GPUAdapter | null> {
  return (await gpu?.requestAdapter({ powerPreference: "high-performance" })) ?? null;
}

async function openWasm(chosen: ChosenBackend): Promise<Backend> {
  const ort = await import("onnxruntime-web/wasm");
  ort.env.wasm.wasmPaths = { mjs: absolute(wasmModuleUrl), wasm: absolute(wasmBinaryUrl) };
  ort.env.wasm.numThreads = chosen.threads;
  wasmThreads = chosen.threads;
  const queue = createJobQueue();
  return {
    info: { ...chosen, adapter: null },
    createModel: (config) => createCpuModel(ort, config, { executionProviders: ["wasm"] }, queue),
    dispose: async () => undefined,
  };
}

async function openWebGpu(chosen: ChosenBackend, adapter: GPUAdapter): Promise<Backend> {
  const ort = await import("onnxruntime-web/webgpu");
  ort.env.wasm.wasmPaths = { mjs: absolute(webgpuModuleUrl), wasm: absolute(webgpuBinaryUrl) };
  ort.env.wasm.numThreads = 1;
  const state = await openGpu(adapter);
  const queue = createJobQueue();
  return {
    info: {
      ...chosen,
      adapter: describeAdapter(adapter),
      maxBindingBytes: state.device.limits.maxStorageBufferBindingSize,
    },
    createModel: (config) => createGpuModel(ort, config, state, queue),
    dispose: async () => state.device.destroy(),
  };
}

/** onnxruntime imports its module from elsewhere, where a relative address would mean another place. */
function absolute(url: string): string {
  return new URL(url, self.location.href).href;
}
