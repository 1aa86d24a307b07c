import { expect, test } from "vitest";
import type { ItemResult } from "../domain/evaluation.ts";
import { isRight, metricsOf, pooledRatio } from "./metrics.ts";
import { choiceResult } from "./multipleChoice.ts";

const score = (logprob: number) => ({ logprob, tokens: 1, greedy: false });
const row = (choices: readonly string[], gold: number) =>
  ({ kind: "multiple-choice", context: "Q", choices, gold, delimiter: " " }) as const;

test("acc takes the highest sum, acc_norm the highest sum a character, equals go to the first", () => {
  const long = choiceResult(row(["ab", "abcdefgh"], 1), [score(-3), score(-4)]);
  expect(long).toMatchObject({ chosen: 0, chosenNorm: 1 });
  const tie = choiceResult(row(["ab", "cd"], 1), [score(-2), score(-2)]);
  expect(tie).toMatchObject({ chosen: 0, chosenNorm: 0 });
});

test("characters are code points: an emoji is one, not two", () => {
  // −4 a code point against −2.5 a character; counted in UTF-16 units it would be −2 and win.
  expect(choiceResult(row(["🙂", "ab"], 0), [score(-4), score(-5)])).toMatchObject({ chosenNorm: 1 });
});

test("partial evaluation has no acc_norm", () => {
  const partial = {
    kind: "partial",
    contexts: ["A", "B"],
    continuation: "c",
    gold: 1,
    delimiter: " ",
  } as const;
  const item = choiceResult(partial, [score(-3), score(-1)]);
  expect(item).toMatchObject({ chosen: 1, chosenNorm: null });
  expect(Object.keys(metricsOf([item, item]))).toEqual(["acc"]);
});

test("a share's standard error is the sample deviation over √n", () => {
  const items = [0, 0, 0, 1].map(
    (chosen): ItemResult => ({ kind: "choice", gold: 0, chosen, chosenNorm: 0, logprobs: [], greedy: [] }),
  );
  const { acc, acc_norm } = metricsOf(items);
  expect(acc!.value).toBe(0.75);
  expect(acc!.stderr).toBeCloseTo(Math.sqrt((0.75 * 0.25) / 3), 12);
  expect(acc_norm).toEqual({ value: 1, stderr: 0 });
  expect(metricsOf(items.slice(0, 1)).acc).toEqual({ value: 1, stderr: null });
});

test("a perplexity that overflows is Infinity, without an error that would mean nothing", () => {
  const items = [-800, -900].map(
    (logprob): ItemResult => ({ kind: "target", logprob, tokens: 300, greedy: false }),
  );
  const { perplexity, nll } = metricsOf(items);
  expect(perplexity).toEqual({ value: Number.POSITIVE_INFINITY, stderr: null });
  expect(nll!.value).toBeCloseTo(1700 / 600, 12);
});

test("a target's perplexity is of whole targets, its nll of tokens", () => {
  const items: readonly ItemResult[] = [
    { kind: "target", logprob: -2, tokens: 1, greedy: true },
    { kind: "target", logprob: -6, tokens: 3, greedy: false },
  ];
  const { acc, perplexity, nll } = metricsOf(items);
  expect(acc!.value).toBe(0.5);
  expect(perplexity!.value).toBeCloseTo(Math.exp(4), 9);
  expect(perplexity!.stderr).toBeCloseTo(Math.exp(4) * 2, 9);
  expect(nll).toEqual({ value: 2, stderr: 0 });
});

test("a text's metrics divide by tokens, words and bytes of the whole set", () => {
  const items: readonly ItemResult[] = [
    { kind: "text", logprob: -10, tokens: 5, words: 2, bytes: 12 },
    { kind: "text", logprob: -20, tokens: 5, words: 4, bytes: 8 },
  ];
  const metrics = metricsOf(items);
  expect(metrics.nll!.value).toBe(3);
  expect(metrics.perplexity!.value).toBeCloseTo(Math.exp(3), 9);
  expect(metrics.word_perplexity!.value).toBeCloseTo(Math.exp(5), 9);
  expect(metrics.byte_perplexity!.value).toBeCloseTo(Math.exp(1.5), 9);
  expect(metrics.bits_per_byte!.value).toBeCloseTo(1.5 / Math.LN2, 12);
  // Perplexities e² and e⁴ of the two texts: their mean, and half their distance as its error.
  expect(metrics.sequence_perplexity!.value).toBeCloseTo((Math.exp(2) + Math.exp(4)) / 2, 9);
  expect(metrics.sequence_perplexity!.stderr).toBeCloseTo((Math.exp(4) - Math.exp(2)) / 2, 9);
  // Residuals ±5 of the pooled 3 nats: √(50·2/1)/10.
  expect(metrics.nll!.stderr).toBeCloseTo(1, 12);
});

test("a pooled ratio of equal weights is a mean with its usual error", () => {
  expect(pooledRatio([1, 2, 6], [1, 1, 1])).toEqual({
    value: 3,
    stderr: expect.closeTo(Math.sqrt(7 / 3), 12),
  });
});

test("right and wrong are told for each metric, and not at all for a loss", () => {
  const item: ItemResult = { kind: "target", logprob: -1, tokens: 1, greedy: true };
  expect([isRight(item, "acc"), isRight(item, "nll")]).toEqual([true, null]);
});
