import { expect, test } from "vitest";
import type { Evaluation, ItemResult } from "../domain/evaluation.ts";
import { measuresOf } from "../domain/measure.ts";
import { metricsOf } from "./metrics.ts";
import { comparePaired } from "./significance.ts";

const evaluation = (items: readonly ItemResult[]): Evaluation => ({
  recipe: { parents: ["a"], coefficients: [1] },
  task: "t",
  split: "test",
  metrics: metricsOf(items),
  n: items.length,
  total: items.length,
  rows: items.map((_, row) => row),
  groups: [],
  items,
  tokens: 1,
  elapsedMs: 0,
});

const choices = (rights: string) =>
  evaluation(
    [...rights].map((right) => ({
      kind: "choice",
      gold: 1,
      chosen: Number(right),
      chosenNorm: null,
      logprobs: [],
      greedy: [],
    })),
  );

const texts = (losses: readonly number[]) =>
  evaluation(losses.map((loss, i) => ({ kind: "text", logprob: -loss, tokens: i + 1, words: 1, bytes: 1 })));

const acc = measuresOf("partial")[0];
const nll = measuresOf("text")[0];

test("right and wrong: the paired difference, its error, and McNemar's exact test by hand", () => {
  const { delta, deltaStderr, pValue, flips } = comparePaired(
    choices("1111100000"),
    choices("1000010000"),
    acc,
  );
  expect(flips).toEqual({ gained: 4, lost: 1 });
  expect(delta).toBeCloseTo(0.3, 12);
  // Differences: four 1, one −1, five 0.
  expect(deltaStderr).toBeCloseTo(Math.sqrt((5 - 10 * 0.09) / 9 / 10), 12);
  // 2·P(X ≤ 1), X binomial(5, ½) = 2·6/32.
  expect(pValue).toBeCloseTo(0.375, 12);
});

test("no item differs: no difference, no error, no evidence", () => {
  expect(comparePaired(choices("101"), choices("101"), acc)).toEqual({
    delta: 0,
    deltaStderr: 0,
    pValue: 1,
    flips: { gained: 0, lost: 0 },
  });
});

test("losses: pooled over tokens, turned so that better is positive", () => {
  const { delta, deltaStderr, pValue, flips } = comparePaired(texts([1, 2, 5]), texts([2, 3, 9]), nll);
  expect(delta).toBeCloseTo(1, 12);
  // Differences −1, −1, −4 over 1, 2, 3 tokens: residuals 0, 1, −1 from −1 a token.
  expect(deltaStderr).toBeCloseTo(Math.sqrt((2 * 3) / 2) / 6, 12);
  expect(pValue).toBeGreaterThan(0);
  expect(pValue).toBeLessThan(0.001);
  expect(flips).toBeNull();
  const same = comparePaired(texts([1, 2]), texts([1, 2]), nll);
  expect([same.delta + 0, same.pValue]).toEqual([0, 1]);
});

test("evaluations of different items are not compared", () => {
  expect(() => comparePaired(choices("10"), choices("100"), acc)).toThrow(/cannot be paired/);
  expect(() => comparePaired(choices("1"), choices("1"), acc)).toThrow(/cannot be paired/);
});
