/** Runs the scenario in a browser worker, as the app runs its engine. */
import { type ErrorRecord, toErrorRecord } from "../../src/base/errors.ts";
import type { BackendChoice, BackendInfo } from "../../src/domain/backend.ts";
import type { Backend } from "../../src/runtime/backend.ts";
import { createWebBackend } from "../../src/runtime/ortWeb.ts";
import { measure, type Speed } from "./measure.ts";
import { type Outcome, runScenario } from "./scenario.ts";

/** What the page asks for: the scenario on one of its models, the speed, or only which device there is. */
export type Request = { readonly choice: BackendChoice; readonly threads: number | null } & (
  | { readonly kind: "scenario"; readonly model: string }
  | { readonly kind: "measure" }
  | { readonly kind: "info" }
);

/** What the worker sends back. */
export type Answer = { readonly result: Outcome | Speed | BackendInfo } | { readonly error: ErrorRecord };

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    const backend = await createWebBackend(data.choice, data.threads, {
      gpu: navigator.gpu,
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

function answer(backend: Backend, request: Request): Promise<Outcome | Speed | BackendInfo> {
  switch (request.kind) {
    case "scenario":
      return runScenario(backend, request.model);
    case "measure":
      return measure(backend);
    case "info":
      return Promise.resolve(backend.info);
    default:
      return request satisfies never;
  }
}
