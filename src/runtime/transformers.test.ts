/**
 * Log-probabilities of transformers' own forward passes, in fp32, against the graph and against the plain forward pass:
 * one tiny random model for every architecture and switch, weights in fp16, bf16 and fp32 files.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeBfloat16, decodeFloat16 } from "../base/float16.ts";
import { type ModelConfig, parseModelConfig } from "../model/config.ts";
import type { Backend } from "./backend.ts";
import { largestDifference, packRows, readerOf } from "./fixtures/tiny.ts";
import type { PackedBatch, ScoredBatch } from "./languageModel.ts";
import { createNodeBackend } from "./ortNode.ts";
import { scorePlainly } from "./plainModel.ts";
import type { WeightReader } from "./weights.ts";

/**
 * Sums of 30 to 60 fp32 products, one after another through two or three layers, on log-probabilities near −5: each of
 * the two sides may be some ten units in the last place, 5e-7, from the exact number.
 */
const TOLERANCE = 1e-5;

const MODELS = [
  "tinyPythia",
  "tinySequential",
  "tinyNeoxRelu",
  "tinyNeoxFast",
  "tinyLlama3",
  "tinyLlamaBiased",
  "tinyYarn",
  "tinyLongRope",
  "tinyMistral",
  "tinyQwen2",
  "tinyOlmo",
  "tinyOlmo2",
  "tinyBaichuan2",
];

const never = new AbortController().signal;
let backend: Backend;
beforeAll(async () => {
  backend = await createNodeBackend(1);
});
afterAll(() => backend.dispose());

describe.each(MODELS)("%s", (name) => {
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

type Weights = ReadonlyMap<string, Float32Array<ArrayBuffer>>;

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

/** A model and its scored sequences, one a row; every token but the first of each is a target. */
function readFixture(name: string) {
  const folder = new URL(`./fixtures/${name}/`, import.meta.url);
  const readJson = (file: string) => JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  const golden: {
    readonly sequences: readonly { readonly tokens: number[]; readonly logprobs: number[] }[];
  } = readJson("logprobs.json");
  const columns = Math.max(...golden.sequences.map(({ tokens }) => tokens.length));
  const predicting = golden.sequences.flatMap(({ tokens }, row) =>
    tokens.slice(1).map((token, i) => ({ place: row * columns + i, token })),
  );
  const batch: PackedBatch = {
    ...packRows(
      golden.sequences.map(({ tokens }) => [{ tokens }]),
      columns,
    ),
    scoredPlaces: Int32Array.from(predicting, ({ place }) => place),
    targetPlaces: Int32Array.from(predicting, (_, i) => i),
    targetTokens: Int32Array.from(predicting, ({ token }) => token),
  };
  return {
    config: parseModelConfig(readJson("config.json")),
    weights: readWeights(new URL("model.safetensors", folder)),
    batch,
    expected: golden.sequences.flatMap(({ logprobs }) => logprobs),
  };
}

/** The least that reads these fixtures; the real reader is the checkpoint room's. */
function readWeights(file: URL): Weights {
  const bytes = readFileSync(file);
  const headerEnd = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...header } = JSON.parse(bytes.toString("utf8", 8, headerEnd));
  return new Map(
    Object.entries<{ dtype: string; data_offsets: [number, number] }>(header).map(
      ([name, { dtype, data_offsets }]) => {
        const [start, end] = data_offsets;
        const own = new Uint8Array(bytes.subarray(headerEnd + start, headerEnd + end)).buffer;
        return [name, decode(dtype, own)];
      },
    ),
  );
}

function decode(dtype: string, buffer: ArrayBuffer): Float32Array<ArrayBuffer> {
  if (dtype === "F32") return new Float32Array(buffer);
  const patterns = new Uint16Array(buffer);
  const numbers = new Float32Array(patterns.length);
  (dtype === "F16" ? decodeFloat16 : decodeBfloat16)(patterns, numbers);
  return numbers;
}
