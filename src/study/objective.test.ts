import { expect, test } from "vitest";
import type { Progress } from "../base/job.ts";
import { measuresOf } from "../domain/measure.ts";
import type { Recipe } from "../domain/recipe.ts";
import { prepareTask } from "../evaluate/evaluateTask.ts";
import { createHashModel, hashLogits } from "../evaluate/fixtures/hashModel.ts";
import { createWordCodec } from "../evaluate/fixtures/wordCodec.ts";
import type { ItemScore } from "../evaluate/itemScores.ts";
import {
  createObjective,
  evaluateRecipe,
  type ItemMemory,
  type Measured,
  type MeasuredRound,
  type Merger,
  measureParents,
} from "./objective.ts";

const signal = new AbortController().signal;
const VOCABULARY = 20;

/** What a look-up does not cost is no difference. */
const withoutTime = ({ score, evaluation }: Measured) => ({ score, items: evaluation.items });

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
    cacheTokens: 64,
    share: true,
  };
  const prepared = prepareTask(rows, {
    tokens: { codec: createWordCodec(), prefixToken: 0, maxLength: 64 },
    packing,
    rule: {
      until: [],
      maxNewTokens: null,
      filters: [{ name: "none", pattern: null, select: 0 }],
      ignore: [],
      ignoreCase: false,
      ignorePunctuation: false,
      strip: true,
    },
    endTokens: [],
    groups: [{ name: "", rows: rows.length }],
    weightBySize: true,
    seed: 1,
  });
  const subject = {
    parents: ["old", "new"],
    task: "t",
    split: "search",
    measure: measuresOf("text")[0],
  } as const;
  return { merged, all: { subject, prepared, merger, memory: createMemory(), clock: () => 0 } };
}

/** Scores by recipe, as the engine keeps them by what they depend on. */
function createMemory(): ItemMemory {
  const tables = new Map<string, Map<number, ItemScore>>();
  const key = ({ parents, coefficients }: Recipe) => JSON.stringify([parents, coefficients]);
  return {
    known: async (recipe) => tables.get(key(recipe)) ?? new Map(),
    async keep(recipe, fresh) {
      tables.set(key(recipe), new Map([...(tables.get(key(recipe)) ?? []), ...fresh]));
    },
  };
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
  expect(withoutTime(await objective.measureParent(1, signal))).toEqual(withoutTime(first));
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

test("what was measured before is looked up, merges too, and says that nothing ran", async () => {
  const { all, merged } = parts();
  const recipe = { parents: ["old"], coefficients: [1] };
  const sole = await evaluateRecipe(all, recipe, signal);
  const again = (await createObjective(all).measureParent(0, signal)).evaluation;
  expect(again.items).toEqual(sole.items);
  expect(again).toMatchObject({ tokens: 0, elapsedMs: 0, metrics: sole.metrics });
  const merge = await createObjective(all).measure([0.5, 0.5], signal);
  expect((await createObjective(all).measure([0.5, 0.5], signal)).score).toEqual(merge.score);
  expect(merged).toHaveLength(2);
});

test("rounds are told with what is known so far, and an evaluation that is stopped is kept as far as it came", async () => {
  const { all, merged } = parts();
  const sizes: number[] = [];
  const watch = {
    onRound({ evaluation, fresh }: MeasuredRound) {
      sizes.push(evaluation.n);
      expect(fresh).toHaveLength(evaluation.n);
      return false;
    },
  };
  const { evaluation } = await createObjective(all).measure([0.5, 0.5], signal, watch);
  expect(sizes).toEqual([evaluation.n]);
  expect(evaluation).toMatchObject({ n: 2, total: 2 });
  await createObjective(all).measure([0.5, 0.5], signal, watch);
  expect(sizes).toEqual([2, 2]);
  expect(merged).toHaveLength(1);
});

test("a metric that the task does not have is refused in words", async () => {
  const { all } = parts();
  const wrong = createObjective({ ...all, subject: { ...all.subject, measure: measuresOf("partial")[0] } });
  await expect(wrong.measureParent(0, signal)).rejects.toThrow(/has no metric acc/);
});
