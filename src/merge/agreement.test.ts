import { expect, test } from "vitest";
import type { ModelConfig } from "../model/config.ts";
import { plainRotary } from "../model/rotary.ts";
import { TINY, TINY_LLAMA } from "../runtime/fixtures/tiny.ts";
import { checkAgreement } from "./agreement.ts";

function agree(older: ModelConfig, newer: ModelConfig): void {
  checkAgreement(
    { name: "old", model: older, tokenizer: null },
    { name: "new", model: newer, tokenizer: null },
  );
}

test("equal records agree, whatever begins and ends a text", () => {
  const copy = { ...structuredClone(TINY_LLAMA), bosToken: 7, eosTokens: [8, 9] };
  expect(() => agree(TINY_LLAMA, copy)).not.toThrow();
});

test.each([
  [TINY, TINY_LLAMA, "the one is GPT-NeoX, the other Llama"],
  [TINY_LLAMA, { ...TINY_LLAMA, hiddenSize: 24 }, "hiddenSize is 16 in the one and 24 in the other"],
  [TINY_LLAMA, { ...TINY_LLAMA, clip: 2 }, "clip is null in the one and 2 in the other"],
  [
    TINY,
    { ...TINY, rotary: plainRotary(4, 10_000) },
    "rotary.inverseFrequencies has 1 entries in the one and 2 in the other",
  ],
  [
    { ...TINY, rotary: plainRotary(4, 10_000) },
    { ...TINY, rotary: plainRotary(4, 100) },
    "rotary.inverseFrequencies.1 is 0.009999999776482582 in the one and 0.10000000149011612 in the other",
  ],
  [
    TINY_LLAMA,
    { ...TINY_LLAMA, slidingWindow: { size: 3, layers: [0] } },
    'slidingWindow is null in the one and {"size":3,"layers":[0]} in the other',
  ],
] as const)("names the first field that differs", (older, newer, why) => {
  expect(() => agree(older, newer)).toThrow(`old and new cannot be merged: ${why}.`);
});
