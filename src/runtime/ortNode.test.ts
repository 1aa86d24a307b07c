import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ModelConfig } from "../model/config.ts";
import { plainRotary } from "../model/rotary.ts";
import type { Backend } from "./backend.ts";
import {
  largestDifference,
  packRows,
  randomWeights,
  readerOf,
  TINY,
  TINY_LLAMA,
  TREE,
} from "./fixtures/tiny.ts";
import type { PackedBatch, ScoredBatch } from "./languageModel.ts";
import { createNodeBackend } from "./ortNode.ts";
import { scorePlainly } from "./plainModel.ts";
import type { WeightReader } from "./weights.ts";

/** A variant of `TINY_LLAMA` with Baichuan's fused projection. */
const STACKED = { architecture: "baichuan", keyValueHeads: 6, projections: "stacked" } as const;
const never = new AbortController().signal;
let backend: Backend;
beforeAll(async () => {
  backend = await createNodeBackend(1);
});
afterAll(() => backend.dispose());

async function scoreOn(config: ModelConfig, reader: WeightReader, batches: readonly PackedBatch[]) {
  const resident = await backend.createModel(config);
  await resident.mixer.load("a", reader, never, () => undefined);
  await resident.mixer.mix(["a"], [1]);
  const scored: ScoredBatch[] = [];
  for (const batch of batches) scored.push(await resident.model.score(batch));
  await resident.dispose();
  return scored;
}

describe("the graph agrees with the plain forward pass", () => {
  const variants: readonly (readonly [string, ModelConfig])[] = [
    ["as Pythia", TINY],
    ["sequential residual", { ...TINY, residual: "pre-norm" }],
    ["all dimensions rotated", { ...TINY, rotary: plainRotary(8, 100) }],
    ["tied head", { ...TINY, tiedHead: true }],
    ["tanh GELU", { ...TINY, activation: "gelu-tanh" }],
    ["ReLU", { ...TINY, activation: "relu" }],
    ["SiLU", { ...TINY, activation: "silu" }],
    ["no biases", { ...TINY, queryKeyValueBias: false, attentionOutputBias: false, mlpBias: false }],
    ["another epsilon", { ...TINY, normEps: 0.1 }],
    ["as Llama", TINY_LLAMA],
    ["one key head", { ...TINY_LLAMA, keyValueHeads: 1 }],
    ["as many key heads", { ...TINY_LLAMA, keyValueHeads: 6 }],
    ["biases", { ...TINY_LLAMA, queryKeyValueBias: true, attentionOutputBias: true, mlpBias: true }],
    ["a sliding window", { ...TINY_LLAMA, slidingWindow: { size: 3, layers: [1] } }],
    ["a rotary magnitude", { ...TINY_LLAMA, rotary: { ...plainRotary(8, 100), magnitude: 1.3 } }],
    ["clipped projections", { ...TINY_LLAMA, clip: 0.7 }],
    ["as OLMo", { ...TINY_LLAMA, architecture: "olmo", norm: "bare-layer-norm", clip: 0.7 }],
    ["as OLMo 2", { ...TINY_LLAMA, architecture: "olmo2", residual: "post-norm", queryKeyNorm: true }],
    ["stacked projections", { ...TINY_LLAMA, ...STACKED }],
    ["as Baichuan2", { ...TINY_LLAMA, ...STACKED, architecture: "baichuan2", normalisedHead: true }],
    ["an unlikely mixture", { ...TINY, residual: "post-norm", clip: 0.7, queryKeyNorm: true, gated: true }],
  ];
  test.each(variants)("%s", async (_, config) => {
    const weights = randomWeights(config, 7);
    const [scored] = await scoreOn(config, readerOf(weights), [TREE]);
    const plain = scorePlainly(config, weights, TREE);
    expect(largestDifference(scored!.logprobs, plain.logprobs)).toBeLessThan(2e-5);
    expect(scored!.greedy).toEqual(plain.greedy);
  });

  test("the switches change the answer, so agreement means something", () => {
    const changes: readonly (readonly [ModelConfig, Partial<ModelConfig>])[] = [
      [TINY, { residual: "pre-norm" }],
      [TINY, { rotary: plainRotary(8, 10_000) }],
      [TINY, { activation: "relu" }],
      [TINY_LLAMA, { activation: "gelu" }],
      [TINY_LLAMA, { slidingWindow: { size: 3, layers: [1] } }],
      [TINY_LLAMA, { rotary: { ...TINY_LLAMA.rotary, magnitude: 1.3 } }],
      [TINY_LLAMA, { clip: 0.7 }],
      [TINY_LLAMA, { residual: "post-norm" }],
      [TINY_LLAMA, { normEps: 0.1 }],
      [TINY_LLAMA, { normalisedHead: true }],
    ];
    for (const [base, change] of changes) {
      const weights = randomWeights(base, 7);
      const before = scorePlainly(base, weights, TREE).logprobs;
      const after = scorePlainly({ ...base, ...change }, weights, TREE).logprobs;
      expect(largestDifference(before, after), JSON.stringify(change)).toBeGreaterThan(0.01);
    }
  });
});

describe("packing changes nothing", () => {
  const weights = randomWeights(TINY, 3);

  test("choices that share a context score as separate rows", async () => {
    const apart = [
      packRows([[{ tokens: [3, 1, 4, 1, 5, 9, 2] }]], 7),
      packRows([[{ tokens: [3, 1, 4, 1, 6, 5, 3] }]], 7),
      packRows([[{ tokens: [8, 9, 7, 9] }]], 4),
    ];
    const targets = Int32Array.from({ length: 7 }, (_, i) => i);
    const [tree, first, second, third] = await scoreOn(TINY, readerOf(weights), [
      { ...TREE, targetTokens: Int32Array.from(TREE.targetTokens, (_, i) => i % 5) },
      { ...apart[0]!, targetTokens: targets.map((i) => i % 5) },
      { ...apart[1]!, targetTokens: Int32Array.from([0, 1, 2, 3, 7 % 5, 8 % 5, 9 % 5]) },
      { ...apart[2]!, targetTokens: Int32Array.from([0, 1, 2, 3], (i) => (10 + i) % 5) },
    ]);
    expect(largestDifference(tree!.logprobs.slice(0, 7), first!.logprobs)).toBeLessThan(1e-5);
    expect(largestDifference(tree!.logprobs.slice(7, 10), second!.logprobs.slice(4))).toBeLessThan(1e-5);
    expect(largestDifference(tree!.logprobs.slice(10, 14), third!.logprobs)).toBeLessThan(1e-5);
  });

  test("grouped queries and a sliding window see the same in a tree as in whole sequences", async () => {
    const config: ModelConfig = { ...TINY_LLAMA, slidingWindow: { size: 3, layers: [0, 1] } };
    const [context, choices] = [
      [3, 1, 4, 1, 5],
      [
        [9, 2, 6, 5],
        [3, 5, 8],
      ],
    ];
    const children = choices.map((tokens) => ({ tokens, parent: 0, startPosition: context.length }));
    const tree = packRows([[{ tokens: context }, ...children]], 12);
    const whole = choices.map((tokens) => packRows([[{ tokens: [...context, ...tokens] }]], 9));
    const [packed, ...apart] = await scoreOn(config, readerOf(randomWeights(config, 4)), [
      { ...tree, targetTokens: new Int32Array(12).fill(7) },
      ...whole.map((row) => ({ ...row, targetTokens: row.targetTokens.map(() => 7) })),
    ]);
    expect(largestDifference(packed!.logprobs.slice(0, 9), apart[0]!.logprobs)).toBeLessThan(1e-5);
    expect(largestDifference(packed!.logprobs.slice(9), apart[1]!.logprobs.slice(5))).toBeLessThan(1e-5);
  });

  test("padding has no influence", async () => {
    const row = [[{ tokens: [2, 7, 1, 8, 2, 8] }]];
    const noisy = packRows(row, 20);
    noisy.tokens.fill(22, 6);
    const [tight, padded] = await scoreOn(TINY, readerOf(weights), [packRows(row, 6), noisy]);
    expect(largestDifference(padded!.logprobs, tight!.logprobs)).toBeLessThan(1e-6);
  });

  test("a batch without targets still has its greedy tokens", async () => {
    const none = new Int32Array(0);
    const [all, bare, empty] = await scoreOn(TINY, readerOf(weights), [
      TREE,
      { ...TREE, targetPlaces: none, targetTokens: none },
      { ...TREE, scoredPlaces: none, targetPlaces: none, targetTokens: none },
    ]);
    expect(bare).toEqual({ logprobs: new Float32Array(0), greedy: all!.greedy });
    expect(empty).toEqual({ logprobs: new Float32Array(0), greedy: new Int32Array(0) });
  });

  test("of equal tokens the lowest id is greedy, and equal logits share the probability", async () => {
    const [scored] = await scoreOn(
      TINY,
      readerOf(new Map([...weights].map(([name, values]) => [name, new Float32Array(values.length)]))),
      [TREE],
    );
    expect(new Set(scored!.greedy)).toEqual(new Set([0]));
    const uniform = Array.from(TREE.targetTokens, () => -Math.log(23));
    expect(largestDifference(scored!.logprobs, uniform)).toBeLessThan(1e-6);
  });
});

describe("failures are told in words", () => {
  test("weights that are not numbers", async () => {
    const weights = randomWeights(TINY, 3);
    weights.get("embed_out.weight")![5] = Number.NaN;
    await expect(scoreOn(TINY, readerOf(weights), [TREE])).rejects.toMatchObject({ tag: "numerics" });
  });

  test("a token that the model does not know", async () => {
    const reader = readerOf(randomWeights(TINY, 3));
    const strange = { ...TREE, tokens: TREE.tokens.map((id, i) => (i === 2 ? 23 : id)) };
    await expect(scoreOn(TINY, reader, [strange])).rejects.toMatchObject({
      tag: "mismatch",
      fields: { token: 23 },
    });
  });

  test("a place past the last position", async () => {
    const reader = readerOf(randomWeights(TINY, 3));
    const far = { ...TREE, positions: TREE.positions.map(() => 32) };
    await expect(scoreOn(TINY, reader, [far])).rejects.toMatchObject({ tag: "internal" });
  });
});
