/**
 * How large batches are on each kind of backend, and whether beginnings are shared. Measured on the demo's model in
 * Node: sharing a four-choice context takes a third of the time of scoring every choice whole (190 against 570 ms of
 * processor time for 500 items), a two-choice one a bit over half; batches of 1,024 to 4,096 tokens differ by less than a tenth.
 */
import type { BackendInfo } from "../domain/backend.ts";
import type { PackingSettings } from "../evaluate/packing.ts";
import type { ModelConfig } from "../model/config.ts";

type Budget = Pick<PackingSettings, "batchTokens" | "batchLogits" | "rowTokens">;

/** Attention scores of a batch over all heads: 268 MB in fp32, a row of 2,048 tokens with 16 heads. */
const BATCH_SCORES = 2 ** 26;

const BUDGETS: Readonly<Record<BackendInfo["kind"], Budget>> = {
  node: { batchTokens: 2048, batchLogits: 2 ** 24, rowTokens: 64 },
  wasm: { batchTokens: 2048, batchLogits: 2 ** 23, rowTokens: 64 },
  webgpu: { batchTokens: 8192, batchLogits: 2 ** 25, rowTokens: 256 },
};

/** Keys and values that are kept at once: beginnings that many items share, answers that are generated side by side. */
const CACHE_BYTES = 2 ** 28;

/** Packing that suits a model on a backend. */
export function packingFor(kind: BackendInfo["kind"], config: ModelConfig): PackingSettings {
  return {
    ...BUDGETS[kind],
    batchPairs: BATCH_SCORES / config.heads,
    vocabularySize: config.vocabularySize,
    maxColumns: config.maxPositions,
    cacheTokens: Math.floor(CACHE_BYTES / keptBytes(config)),
    share: true,
  };
}

/** Bytes of one token's keys and values in all layers, fp32. */
function keptBytes({ layers, keyValueHeads, headSize }: ModelConfig): number {
  return layers * 2 * keyValueHeads * headSize * 4;
}
