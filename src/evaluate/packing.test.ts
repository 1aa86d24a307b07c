import { expect, test } from "vitest";
import { createRng } from "../numerics/rng.ts";
import { createHashModel } from "./fixtures/hashModel.ts";
import { type PackingPlan, planPacking, planPlain } from "./packing.ts";
import type { Bundle } from "./requestTree.ts";
import { scoreRequests } from "./scoring.ts";

const VOCABULARY = 13;
const settings = {
  batchTokens: 200,
  batchLogits: 60 * VOCABULARY,
  batchPairs: 3000,
  vocabularySize: VOCABULARY,
  rowTokens: 24,
  maxColumns: 64,
  cacheTokens: 200,
};
const job = { signal: new AbortController().signal, onBatch() {} };

/** Items of one to four choices with common beginnings of all lengths, some choices one token, some equal. */
function randomBundles(seed: number, count: number): readonly Bundle[] {
  const rng = createRng(seed);
  const integer = (below: number) => Math.floor(rng.uniform() * below);
  const some = (length: number) => Array.from({ length }, () => integer(VOCABULARY));
  return Array.from({ length: count }, () => {
    const context = some(1 + integer(12));
    return Array.from({ length: 1 + integer(4) }, () => {
      const own = integer(3) === 0 ? some(1 + integer(3)) : [];
      const start = [...context, ...own];
      return { tokens: [...start, ...some(1 + integer(5))], firstTarget: start.length };
    });
  });
}

const builtBatches = (plan: PackingPlan) => plan.batches.map(({ build }) => build());

function targetsOf(plan: PackingPlan): readonly number[] {
  return plan.batches.flatMap(({ build }) => [...build().owners]).sort((a, b) => a - b);
}

const bundles = randomBundles(7, 120);
const requests = bundles.flat();
const wanted = requests.flatMap(({ tokens, firstTarget }, r) => Array(tokens.length - firstTarget).fill(r));

test.each([true, false])("every target of every request is asked for exactly once (shared: %s)", (share) => {
  const plan = planPacking(bundles, { ...settings, share });
  expect(plan.requests).toBe(requests.length);
  expect(targetsOf(plan)).toEqual(wanted);
});

test.each([true, false])("all budgets are kept, and rows are not longer than asked (shared: %s)", (share) => {
  const plan = planPacking(bundles, { ...settings, share });
  for (const { batch } of builtBatches(plan)) {
    expect(batch.rows * batch.columns).toBeLessThanOrEqual(settings.batchTokens);
    if (batch.rows > 1) expect(batch.rows * batch.columns ** 2).toBeLessThanOrEqual(settings.batchPairs);
    expect(batch.scoredPlaces.length * VOCABULARY).toBeLessThanOrEqual(settings.batchLogits);
    expect(new Set(batch.scoredPlaces).size).toBe(batch.scoredPlaces.length);
  }
  const longest = Math.max(...bundles.map((b) => b.reduce((sum, { tokens }) => sum + tokens.length - 1, 0)));
  expect(Math.max(...builtBatches(plan).map(({ batch }) => batch.columns))).toBeLessThanOrEqual(
    Math.max(settings.rowTokens, longest),
  );
});

test("shared, unshared and plain plans show the model the same pasts", async () => {
  const model = createHashModel(VOCABULARY);
  const plain = await scoreRequests(planPlain(bundles), model, job);
  for (const share of [true, false])
    for (const [rowTokens, maxColumns] of [
      [1, 64],
      [24, 64],
      [64, 64],
      [64, 20],
    ] as const) {
      const plan = planPacking(bundles, { ...settings, rowTokens, maxColumns, share });
      expect(await scoreRequests(plan, model, job)).toEqual(plain);
      expect(Math.max(...builtBatches(plan).map(({ batch }) => batch.columns))).toBeLessThanOrEqual(
        maxColumns,
      );
    }
});

test("sharing computes fewer tokens, packing pads little", () => {
  const shared = planPacking(bundles, { ...settings, share: true });
  const unshared = planPacking(bundles, { ...settings, share: false });
  expect(shared.tokens).toBeLessThan(unshared.tokens);
  expect(shared.places / shared.tokens).toBeLessThan(1.2);
});

test("a plan by hand: the context once, its last place scored once for two single-token choices", () => {
  const bundle = [
    { tokens: [5, 6, 7], firstTarget: 2 },
    { tokens: [5, 6, 8], firstTarget: 2 },
    { tokens: [5, 6, 9, 4], firstTarget: 2 },
  ];
  const { batches } = planPacking([bundle], { ...settings, share: true });
  expect(batches).toHaveLength(1);
  const { batch, owners } = batches[0]!.build();
  expect([...batch.tokens]).toEqual([5, 6, 9]);
  expect([...batch.positions]).toEqual([0, 1, 2]);
  expect(batch.parentSegments[2]).toBe(batch.segments[0]);
  expect(batch.segments[2]).not.toBe(batch.segments[0]);
  expect([...batch.scoredPlaces]).toEqual([1, 2]);
  expect([...batch.targetPlaces]).toEqual([0, 0, 0, 1]);
  expect([...batch.targetTokens]).toEqual([7, 8, 9, 4]);
  expect([...owners]).toEqual([0, 1, 2, 2]);
});

test("a row with more scored places than a batch may have logits goes through in parts", async () => {
  const long = [{ tokens: Array.from({ length: 300 }, (_, i) => i % VOCABULARY), firstTarget: 1 }];
  const plan = planPacking([long, ...bundles], { ...settings, maxColumns: 512, share: true });
  const parts = builtBatches(plan).filter(({ batch }) => batch.columns === 299);
  expect(parts.map(({ batch }) => batch.scoredPlaces.length)).toEqual([60, 60, 60, 60, 59]);
  const model = createHashModel(VOCABULARY);
  const scores = await scoreRequests(plan, model, job);
  expect(scores).toHaveLength(requests.length + 1);
  const [plain] = await scoreRequests(planPlain([long]), model, job);
  expect(scores[0]!.tokens).toBe(299);
  expect(scores[0]!.logprob).toBeCloseTo(plain!.logprob, 9);
});

test("after a beginning that the model has, only what follows it is planned, and the scores are the same", async () => {
  const model = createHashModel(VOCABULARY, 128);
  const beginning = Array.from({ length: 40 }, (_, i) => (5 * i + 2) % VOCABULARY);
  const longer = bundles.map((bundle) =>
    bundle.map(({ tokens, firstTarget }) => ({
      tokens: [...beginning, ...tokens],
      firstTarget: firstTarget + beginning.length,
    })),
  );
  const plain = await scoreRequests(planPlain(longer), model, job);
  const past = await model.remember(beginning);
  for (const share of [true, false]) {
    const plan = planPacking(longer, { ...settings, maxColumns: 128, share }, beginning.length);
    expect(plan.tokens).toBe(planPacking(bundles, { ...settings, share }).tokens);
    expect(await scoreRequests(plan, model, job, past)).toEqual(plain);
    for (const { batch } of builtBatches(plan))
      if (batch.rows > 1)
        expect(batch.rows * batch.columns * (batch.columns + beginning.length)).toBeLessThanOrEqual(
          settings.batchPairs,
        );
  }
});
