/** Which device computes, and why that one. */

/** What the top bar says; `reason` is one sentence for a person. */
export type BackendInfo = {
  readonly kind: "webgpu" | "wasm" | "node";
  /** CPU threads; 0 on WebGPU. */
  readonly threads: number;
  /** The adapter's own words, on WebGPU. */
  readonly adapter: string | null;
  /** Largest buffer that a shader can read, on WebGPU. */
  readonly maxBindingBytes?: number;
  readonly reason: string;
};

/** What a person may force by `?backend=`. */
export type BackendChoice = "auto" | "webgpu" | "wasm";
