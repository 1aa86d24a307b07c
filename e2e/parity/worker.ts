/** Runs the scenario in a browser worker, as the app runs its engine. */
import { type ErrorRecord, fromErrorRecord, toErrorRecord } from "../../src/base/errors.ts";
import type { BackendChoice, BackendInfo } from "../../src/domain/backend.ts";
import type { Backend } from "../../src/runtime/backend.ts";
import { createWebBackend } from "../../src/runtime/ortWeb.ts";
import { measure, type Speed } from "./measure.ts";
import { loseDevice, type Outcome, runScenario } from "./scenario.ts";

/** What the page asks for: the scenario on one of its models, the speed, or only which device there is. */
export type Request = { readonly choice: BackendChoice; readonly threads: number | null } & (
  | { readonly kind: "scenario"; readonly model: string }
  | { readonly kind: "measure" }
  | { readonly kind: "info" }
  | { readonly kind: "lost" }
);

/** What the worker sends back. */
export type Answer =
  | { readonly result: Outcome | Speed | BackendInfo | null }
  | { readonly error: ErrorRecord };

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    const backend = await createWebBackend(data.choice, data.threads, {
      gpu: navigator.gpu === undefined ? undefined : keepDevice(navigator.gpu),
      hardwareConcurrency: navigator.hardwareConcurrency,
      crossOriginIsolated: self.crossOriginIsolated,
    });
    const result = await answer(backend, data);
    await backend.dispose();
    self.postMessage({ result });
  } catch (thrown) {
    self.postMessage({ error: toErrorRecord(thrown) });
  }
};

async function answer(backend: Backend, request: Request): Promise<Outcome | Speed | BackendInfo | null> {
  switch (request.kind) {
    case "scenario":
      return runScenario(backend, request.model);
    case "measure":
      return measure(backend);
    case "info":
      return backend.info;
    case "lost": {
      const record = await loseDevice(backend, () => device?.destroy());
      if (record !== null) throw fromErrorRecord(record);
      return null;
    }
    default:
      return request satisfies never;
  }
}

/** The device that the backend opened, to be taken from it. */
let device: GPUDevice | null = null;

function keepDevice(gpu: GPU): Pick<GPU, "requestAdapter"> {
  return {
    async requestAdapter(options) {
      const adapter = await gpu.requestAdapter(options);
      if (adapter === null) return null;
      const requestDevice = adapter.requestDevice.bind(adapter);
      adapter.requestDevice = async (descriptor) => {
        device = await requestDevice(descriptor);
        return device;
      };
      return adapter;
    },
  };
}
