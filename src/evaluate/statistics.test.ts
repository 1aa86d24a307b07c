/**
 * Statistics of weights against slow plain ones: gradients against central differences of the plain forward pass in double
 * precision, Gram matrices against sums over places, for every architecture and switch.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend, ResidentModel } from "../runtime/backend.ts";
import { createNoise, readerOf } from "../runtime/fixtures/tiny.ts";
import { FIXTURES, readFixture, type Weights } from "../runtime/fixtures/transformersModels.ts";
import { createNodeBackend } from "../runtime/ortNode.ts";
import { scoreInDouble } from "../runtime/plainModel.ts";
import { runningTextBatches } from "./runningText.ts";

const { signal } = new AbortController();
const job = { signal, onBatch: () => undefined };
let backend: Backend;
beforeAll(async () => {
  backend = await createNodeBackend(1);
});
afterAll(() => backend.dispose());

const STEP = 1e-4;
/** Elements of each parameter whose slope is also measured by differences. */
const SAMPLED = 3;

describe.each(FIXTURES)("%s", (name) => {
  const { config, weights } = readFixture(name);
  const noise = createNoise(7);
  const rows = Array.from({ length: 2 }, () =>
    Array.from({ length: 7 }, () => Math.floor(((noise() + 1) / 2) * Math.min(20, config.vocabularySize))),
  );
  const [first, second] = runningTextBatches(rows, 1, false);

  test("squared gradients are those of differences, and add up over runs", async () => {
    const resident = await loaded(backend, config, weights);
    const once = await resident.statistics.squaredGradients([first!], job);
    const both = await resident.statistics.squaredGradients([first!, second!], job);
    const other = await resident.statistics.squaredGradients([second!], job);
    await resident.dispose();
    for (const [parameter, values] of weights) {
      const squares = once.get(parameter);
      if (squares === undefined) continue;
      expect(squares).toHaveLength(values.length);
      const largest = Math.max(...squares);
      // The largest, whose slope says most, and some others.
      const sampled = [
        squares.indexOf(largest),
        ...Array.from({ length: SAMPLED }, () => place(noise, values)),
      ];
      for (const at of sampled) {
        const slope = slopeOf(config, weights, first!, parameter, at);
        const error = Math.abs(Math.sqrt(squares[at]!) - Math.abs(slope));
        expect(error, `${parameter}[${at}] ${slope}`).toBeLessThan(2e-4 * Math.max(Math.sqrt(largest), 1e-2));
        expect(both.get(parameter)![at]).toBeCloseTo(squares[at]! + other.get(parameter)![at]!, 4);
      }
    }
  });

  test("Gram matrices hold the sums of squares that the next layer's outputs prove", async () => {
    const resident = await loaded(backend, config, weights);
    const every = runningTextBatches(rows, 1, true);
    const { grams, tokens } = await resident.statistics.grams(every, job);
    await resident.dispose();
    expect(tokens).toBe(14);
    for (const [weight, gram] of grams) {
      const size = Math.sqrt(gram.length);
      expect(weights.get(weight)!.length % size).toBe(0);
      for (let i = 0; i < size; i++)
        for (let j = 0; j < i; j++) {
          // Symmetric and Cauchy–Schwarz: what every Gram matrix is.
          expect(gram[i * size + j]).toBeCloseTo(gram[j * size + i]!, 4);
          expect(Math.abs(gram[i * size + j]!)).toBeLessThanOrEqual(
            Math.sqrt(gram[i * size + i]! * gram[j * size + j]!) * (1 + 1e-4) + 1e-5,
          );
        }
    }
    expect(grams.size).toBeGreaterThan(4 * config.layers - 1);
  });
});

function place(noise: () => number, values: { readonly length: number }): number {
  return Math.floor(((noise() + 1) / 2) * values.length);
}

async function loaded(
  on: Backend,
  config: ReturnType<typeof readFixture>["config"],
  weights: Weights,
): Promise<ResidentModel> {
  const resident = await on.createModel(config);
  await resident.mixer.load("a", readerOf(weights), signal, () => undefined);
  await resident.mixer.mix(["a"], [1]);
  return resident;
}

function slopeOf(
  config: ReturnType<typeof readFixture>["config"],
  weights: Weights,
  batch: NonNullable<ReturnType<typeof runningTextBatches>[0]>,
  parameter: string,
  at: number,
): number {
  const sum = (shift: number): number => {
    const moved = Float64Array.from(weights.get(parameter)!);
    moved[at]! += shift;
    const { logprobs } = scoreInDouble(
      config,
      new Map<string, ArrayLike<number>>([...weights, [parameter, moved]]),
      batch,
    );
    return logprobs.reduce((a, b) => a + b, 0);
  };
  return (sum(STEP) - sum(-STEP)) / (2 * STEP);
}
