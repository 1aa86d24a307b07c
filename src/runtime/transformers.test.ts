/**
 * Log-probabilities of transformers' own forward passes, in fp32, against the graph and against the plain forward pass:
 * one tiny random model for every architecture and switch, weights in fp16, bf16 and fp32 files.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ModelConfig } from "../model/config.ts";
import type { Backend } from "./backend.ts";
import { largestDifference, readerOf } from "./fixtures/tiny.ts";
import { FIXTURES, readFixture, type Weights } from "./fixtures/transformersModels.ts";
import type { PackedBatch, ScoredBatch } from "./languageModel.ts";
import { createNodeBackend } from "./ortNode.ts";
import { scorePlainly } from "./plainModel.ts";
import type { WeightReader } from "./weights.ts";

/**
 * Sums of 30 to 60 fp32 products, one after another through two or three layers, on log-probabilities near −5: each of
 * the two sides may be some ten units in the last place, 5e-7, from the exact number.
 */
const TOLERANCE = 1e-5;

const never = new AbortController().signal;
let backend: Backend;
beforeAll(async () => {
  backend = await createNodeBackend(1);
});
afterAll(() => backend.dispose());

describe.each(FIXTURES)("%s", (name) => {
  const { config, weights, batch, expected } = readFixture(name);

  test("the graph, all sequences packed together", async () => {
    const { logprobs } = await scoreOn(config, readerOf(weights), batch);
    expect(largestDifference(logprobs, expected)).toBeLessThan(TOLERANCE);
  });

  test("the plain forward pass", () => {
    expect(largestDifference(scorePlainly(config, weights, batch).logprobs, expected)).toBeLessThan(
      TOLERANCE,
    );
  });
});

test("a Baichuan2 scores as the same weights written as a Llama do", async () => {
  const { config, weights, batch } = readFixture("tinyBaichuan2");
  const asLlama: ModelConfig = {
    ...config,
    architecture: "llama",
    projections: "separate",
    normalisedHead: false,
  };
  const [baichuan, llama] = [
    await scoreOn(config, readerOf(weights), batch),
    await scoreOn(asLlama, readerOf(toLlama(config, weights)), batch),
  ];
  expect(largestDifference(baichuan.logprobs, llama.logprobs)).toBeLessThan(TOLERANCE);
  expect(baichuan.greedy).toEqual(llama.greedy);
});

/** Projections apart, the head's rows at unit length. */
function toLlama({ hiddenSize }: ModelConfig, weights: Weights): Weights {
  const llama = new Map<string, Float32Array<ArrayBuffer>>();
  for (const [name, values] of weights) {
    if (name.endsWith("W_pack.weight")) {
      const third = values.length / 3;
      for (const [i, part] of ["q_proj", "k_proj", "v_proj"].entries())
        llama.set(name.replace("W_pack", part), values.slice(i * third, (i + 1) * third));
    } else {
      llama.set(name, name === "lm_head.weight" ? unitRows(values, hiddenSize) : values);
    }
  }
  return llama;
}

function unitRows(matrix: Float32Array<ArrayBuffer>, width: number): Float32Array<ArrayBuffer> {
  return matrix.map((value, i) => {
    const start = i - (i % width);
    return value / Math.hypot(...matrix.subarray(start, start + width));
  });
}

async function scoreOn(config: ModelConfig, reader: WeightReader, batch: PackedBatch): Promise<ScoredBatch> {
  const resident = await backend.createModel(config);
  await resident.mixer.load("a", reader, never, () => undefined);
  await resident.mixer.mix(["a"], [1]);
  const scored = await resident.model.score(batch);
  await resident.dispose();
  return scored;
}
