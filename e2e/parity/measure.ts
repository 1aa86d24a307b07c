/** Speed of one backend on a model of the demo's size: tokens per second of scoring, bytes per second of merging. */
import type { ModelConfig } from "../../src/model/config.ts";
import { parameterCount } from "../../src/model/parameterTable.ts";
import { plainRotary } from "../../src/model/rotary.ts";
import type { Backend } from "../../src/runtime/backend.ts";
import { createNoise, randomWeights, readerOf, TINY } from "../../src/runtime/fixtures/tiny.ts";

const SMALL: ModelConfig = {
  ...TINY,
  vocabularySize: 512,
  hiddenSize: 128,
  intermediateSize: 512,
  layers: 4,
  heads: 4,
  keyValueHeads: 4,
  headSize: 32,
  rotary: plainRotary(8, 10_000),
  maxPositions: 128,
};
const ROWS = 64;
const COLUMNS = 128;
/** One place in four is scored, as in multiple choice. */
const STRIDE = 4;

/** Milliseconds and rates, best of several. */
export type Speed = {
  readonly createMs: number;
  readonly warmUpMs: number;
  readonly runMs: readonly number[];
  readonly tokensPerSecond: number;
  readonly gflops: number;
  readonly mixMs: readonly number[];
  readonly mixGigabytesPerSecond: number;
};

export async function measure(backend: Backend): Promise<Speed> {
  const start = performance.now();
  const { model, mixer, warmUp, dispose } = await backend.createModel(SMALL);
  const created = performance.now();
  await warmUp();
  const warm = performance.now();
  const never = new AbortController().signal;
  for (const [seed, name] of ["a", "b"].entries())
    await mixer.load(name, readerOf(randomWeights(SMALL, seed), "float16"), never, () => undefined);
  const mixMs = await times(20, (i) => mixer.mix(["a", "b"], [i / 20, 1 - i / 20]));
  const runMs = await times(8, () => model.score(batch()));
  await dispose();
  const tokens = ROWS * COLUMNS;
  const { hiddenSize, layers, vocabularySize } = SMALL;
  const flops =
    layers * (24 * tokens * hiddenSize ** 2 + 4 * tokens * COLUMNS * hiddenSize) +
    2 * (tokens / STRIDE) * vocabularySize * hiddenSize;
  const best = Math.min(...runMs);
  const mixBytes = parameterCount(SMALL) * (2 + 2 + 4);
  return {
    createMs: created - start,
    warmUpMs: warm - created,
    runMs,
    tokensPerSecond: (1000 * tokens) / best,
    gflops: flops / best / 1e6,
    mixMs,
    mixGigabytesPerSecond: mixBytes / Math.min(...mixMs) / 1e6,
  };
}

async function times(count: number, job: (i: number) => Promise<unknown>): Promise<readonly number[]> {
  const all: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await job(i);
    all.push(performance.now() - start);
  }
  return all;
}

function batch() {
  const size = ROWS * COLUMNS;
  const noise = createNoise(1);
  const grid = (value: (i: number) => number) => Int32Array.from({ length: size }, (_, i) => value(i));
  const scored = Int32Array.from({ length: size / STRIDE }, (_, i) => i * STRIDE);
  return {
    rows: ROWS,
    columns: COLUMNS,
    tokens: grid(() => Math.floor((noise() + 1) * 255)),
    positions: grid((i) => i % COLUMNS),
    segments: grid((i) => Math.floor((i % COLUMNS) / 32)),
    parentSegments: grid(() => 0),
    scoredPlaces: scored,
    targetPlaces: scored.map((_, i) => i),
    targetTokens: scored.map((_, i) => i % 512),
  };
}
