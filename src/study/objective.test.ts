import { expect, test } from "vitest";
import type { Progress } from "../base/job.ts";
import { measuresOf } from "../domain/measure.ts";
import type { Recipe } from "../domain/recipe.ts";
import { prepareTask } from "../evaluate/evaluateTask.ts";
import { createHashModel, hashLogits } from "../evaluate/fixtures/hashModel.ts";
import { createWordCodec } from "../evaluate/fixtures/wordCodec.ts";
import { createObjective, evaluateRecipe, type Merger, measureParents } from "./objective.ts";

const signal = new AbortController().signal;
const VOCABULARY = 20;

/** A text task, and a merger whose model depends on the recipe alone. */
function parts() {
  const merged: Recipe[] = [];
  const merger: Merger = {
    withMerge(recipe, _signal, use) {
      merged.push(recipe);
      const seed = Math.round(1000 * recipe.coefficients[0]!) + recipe.parents.join().length;
      return use(createHashModel(VOCABULARY, 64, hashLogits(VOCABULARY, seed)));
    },
  };
  const rows = ["a b c", "b c d e"].map((text) => ({ kind: "text", text }) as const);
  const packing = {
    batchTokens: 64,
    batchLogits: 2000,
    batchPairs: 1e9,
    vocabularySize: VOCABULARY,
    rowTokens: 8,
    maxColumns: 64,
    share: true,
  };
  const tokens = { codec: createWordCodec(), prefixToken: 0, maxLength: 64 };
  const prepared = prepareTask(rows, tokens, packing, { until: [], endTokens: [] });
  const subject = {
    parents: ["old", "new"],
    task: "t",
    split: "search",
    measure: measuresOf("text")[0],
  } as const;
  const memory = new WeakMap();
  return { merged, all: { subject, prepared, merger, memory, clock: () => 0 } };
}

test("a loss becomes a value to be maximised", async () => {
  const { all } = parts();
  const { score, evaluation } = await createObjective(all).measure([0.25, 0.75], signal);
  expect(score).toEqual({
    value: -evaluation.metrics.nll!.value,
    stderr: evaluation.metrics.nll!.stderr,
    n: 2,
  });
  expect(evaluation.recipe).toEqual({ parents: ["old", "new"], coefficients: [0.25, 0.75] });
});

test("a parent is measured once, whoever asks and by whatever weights", async () => {
  const { all, merged } = parts();
  const objective = createObjective(all);
  const first = await objective.measure([0, 1], signal);
  expect(await objective.measureParent(1, signal)).toEqual(first);
  const counts: string[] = [];
  const job = {
    signal,
    onProgress: ({ label, done, total, unit }: Progress) =>
      void counts.push(`${label}: ${done} of ${total} ${unit}`),
  };
  const told: number[] = [];
  await measureParents(createObjective(all), job, (index) => told.push(index));
  expect(told).toEqual([0, 1]);
  const batches = all.prepared.total;
  expect(counts[0]).toBe(`measuring the parents: 1 of ${2 * batches} batches`);
  expect(counts.at(-1)).toBe(`measuring the parents: ${2 * batches} of ${2 * batches} batches`);
  expect(merged).toEqual([
    { parents: ["new"], coefficients: [1] },
    { parents: ["old"], coefficients: [1] },
  ]);
});

test("a checkpoint evaluated by itself is remembered for studies, a merge is not", async () => {
  const { all, merged } = parts();
  const sole = await evaluateRecipe(all, { parents: ["old"], coefficients: [1] }, signal);
  expect((await createObjective(all).measureParent(0, signal)).evaluation).toBe(sole);
  await evaluateRecipe(all, { parents: ["old"], coefficients: [1] }, signal);
  await createObjective(all).measure([0.5, 0.5], signal);
  await createObjective(all).measure([0.5, 0.5], signal);
  expect(merged).toHaveLength(4);
});

test("other rows are not remembered as these", async () => {
  const { all, merged } = parts();
  await createObjective(all).measureParent(0, signal);
  await createObjective({ ...all, prepared: { ...all.prepared } }).measureParent(0, signal);
  expect(merged).toHaveLength(2);
});

test("a metric that the task does not have is refused in words", async () => {
  const { all } = parts();
  const wrong = createObjective({ ...all, subject: { ...all.subject, measure: measuresOf("partial")[0] } });
  await expect(wrong.measureParent(0, signal)).rejects.toThrow(/has no metric acc/);
});
