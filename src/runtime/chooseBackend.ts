/** Which device a page computes on, and the sentence that says why. Pure: what the browser offers is handed in. */
import { AppError } from "../base/errors.ts";
import type { BackendChoice } from "../domain/backend.ts";

/** What the browser offers. */
export type Offer = {
  /** The WebGPU adapter's own words; `null` without an adapter. */
  readonly adapter: string | null;
  /** Whether `navigator.gpu` is there at all. */
  readonly webgpu: boolean;
  /** Logical processors. */
  readonly processors: number;
  /** Whether the page is cross-origin isolated, without which wasm has one thread. */
  readonly isolated: boolean;
};

/** The device, its wasm threads (0 on WebGPU) and the reason. */
export type ChosenBackend = {
  readonly kind: "webgpu" | "wasm";
  readonly threads: number;
  readonly reason: string;
};

/**
 * WebGPU where there is an adapter, else wasm.
 * @param threads wasm threads to use; `null` for one a processor.
 * @throws AppError `unsupported` when WebGPU is asked for and not there.
 */
export function chooseBackend(choice: BackendChoice, threads: number | null, offer: Offer): ChosenBackend {
  const without = offer.webgpu ? "there is no WebGPU adapter" : "this browser has no WebGPU";
  if (choice !== "wasm" && offer.adapter !== null) {
    const why = choice === "webgpu" ? "as asked" : "an adapter was found";
    return { kind: "webgpu", threads: 0, reason: `WebGPU: ${why} (${offer.adapter}).` };
  }
  if (choice === "webgpu")
    throw new AppError("unsupported", `WebGPU was asked for, but ${without}.`, {
      advice:
        "Use a browser with WebGPU on, or leave the choice to the page: without ?backend=webgpu it runs as wasm.",
    });
  const count = offer.isolated ? Math.max(1, threads ?? offer.processors) : 1;
  const why = choice === "wasm" ? "as asked" : without;
  const limit = offer.isolated ? "" : ", because the page is not cross-origin isolated";
  return {
    kind: "wasm",
    threads: count,
    reason: `wasm: ${why}; ${count} ${count === 1 ? "thread" : "threads"}${limit}.`,
  };
}
