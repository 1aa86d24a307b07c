/** How large batches are on each kind of backend. Measured with the demo's model; see bench/RESULTS.md. */
import type { BackendInfo } from "../domain/backend.ts";
import type { PackingSettings } from "../evaluate/packing.ts";
import type { ModelConfig } from "../model/config.ts";

type Budget = Pick<PackingSettings, "batchTokens" | "batchLogits" | "rowTokens">;

const BUDGETS: Readonly<Record<BackendInfo["kind"], Budget>> = {
  node: { batchTokens: 2048, batchLogits: 2 ** 24, rowTokens: 64 },
  wasm: { batchTokens: 2048, batchLogits: 2 ** 23, rowTokens: 64 },
  webgpu: { batchTokens: 8192, batchLogits: 2 ** 25, rowTokens: 256 },
};

/** Packing that suits a model on a backend. */
export function packingFor(kind: BackendInfo["kind"], config: ModelConfig): PackingSettings {
  return {
    ...BUDGETS[kind],
    vocabularySize: config.vocabularySize,
    maxColumns: config.maxPositions,
    share: true,
  };
}
