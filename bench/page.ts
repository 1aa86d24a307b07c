/** A page with the engine's worker and nothing else: `window.measure` runs the workload in it. */
import { connectWorker } from "../src/rpc/client.ts";
import { measureWorkload, type WorkloadTimes } from "./workload.ts";

declare global {
  interface Window {
    measure(threads: number): Promise<WorkloadTimes>;
  }
}

window.measure = (threads) => {
  const worker = new Worker(new URL("../src/worker/main.ts", import.meta.url), { type: "module" });
  return measureWorkload(connectWorker(worker), "wasm", threads);
};
