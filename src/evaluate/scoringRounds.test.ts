import { describe, expect, it, test } from "vitest";
import { createRng, type Rng } from "../numerics/rng.ts";
import { findBeginnings } from "./beginnings.ts";
import { createHashModel } from "./fixtures/hashModel.ts";
import { createKeptPasts } from "./keptPasts.ts";
import { planPlain } from "./packing.ts";
import type { Bundle } from "./requestTree.ts";
import { type RequestScore, scoreRequests } from "./scoring.ts";
import { createScoringPlanner } from "./scoringRounds.ts";

const VOCABULARY = 11;
const job = { signal: new AbortController().signal, onBatch() {} };

function someTokens(rng: Rng, length: number): readonly number[] {
  return Array.from({ length }, () => rng.integer(VOCABULARY));
}

/** Items after one of a few beginnings of any length, which may begin alike themselves, or after none. */
function randomBundles(rng: Rng): readonly Bundle[] {
  const common = someTokens(rng, rng.integer(60));
  const beginnings = Array.from({ length: 1 + rng.integer(4) }, () =>
    rng.integer(4) === 0 ? [] : [...common, ...someTokens(rng, rng.integer(80))],
  );
  return Array.from({ length: 5 + rng.integer(60) }, () => {
    const context = [...beginnings[rng.integer(beginnings.length)]!, ...someTokens(rng, 1 + rng.integer(9))];
    return Array.from({ length: 1 + rng.integer(4) }, () => {
      const tokens = [...context, ...someTokens(rng, 1 + rng.integer(5))];
      // Now and then a target reaches far back into what is shared.
      const back = rng.integer(12) === 0 ? rng.integer(context.length) : 0;
      return { tokens, firstTarget: context.length - back };
    });
  });
}

describe("scores are those of the plain way", () => {
  it.each(Array.from({ length: 25 }, (_, seed) => seed))(
    "whatever the rows and budgets (%i)",
    async (seed) => {
      const rng = createRng(seed, "rounds");
      const bundles = randomBundles(rng);
      const longest = Math.max(...bundles.flat().map(({ tokens }) => tokens.length));
      const planner = createScoringPlanner(bundles, {
        batchTokens: 1 + rng.integer(400),
        batchLogits: VOCABULARY * (1 + rng.integer(80)),
        batchPairs: 1 + rng.integer(40_000),
        cacheTokens: rng.integer(300),
        vocabularySize: VOCABULARY,
        rowTokens: 1 + rng.integer(200),
        maxColumns: longest + rng.integer(200),
        share: rng.integer(5) !== 0,
      });
      const model = createHashModel(VOCABULARY, 512);
      const plain = await scoreRequests(planPlain(bundles), createHashModel(VOCABULARY, 512), job);
      const pasts = createKeptPasts(model, rng.integer(300));
      const wanted = [...bundles.keys()].filter(() => rng.integer(4) !== 0);
      const scores = new Map<number, readonly RequestScore[]>();
      for (const { beginning, rows, plan } of planner.plan(wanted)) {
        const kept = beginning === null ? undefined : await pasts.of(planner.beginnings[beginning]!.tokens);
        const scored = [...(await scoreRequests(plan, model, job, kept?.past))];
        for (const row of rows) scores.set(row, scored.splice(0, planner.requests(row)));
      }
      const rest = [...plain];
      const expected = bundles.map((bundle) => rest.splice(0, bundle.length));
      expect([...scores.keys()].sort((a, b) => a - b)).toEqual(wanted);
      for (const [row, scored] of scores) expect(scored).toEqual(expected[row]);
      pasts.dispose();
    },
  );
});

test("each subject's examples are a beginning, though all subjects begin with the same words", () => {
  const rng = createRng(1, "subjects");
  const words = someTokens(rng, 40);
  const subjects = Array.from({ length: 3 }, () => [...words, ...someTokens(rng, 200)]);
  const bundles = Array.from({ length: 30 }, (_, i): Bundle => {
    const context = [...subjects[i % 3]!, VOCABULARY + i, ...someTokens(rng, 5)];
    return [{ tokens: [...context, 1], firstTarget: context.length }];
  });
  const found = findBeginnings(bundles);
  expect(found.map(({ tokens }) => tokens)).toEqual(expect.arrayContaining(subjects));
  expect(found.map(({ members }) => members.length)).toEqual([10, 10, 10]);
});

test("short or rare beginnings are left in their rows", () => {
  const rng = createRng(2, "short");
  const after = (start: readonly number[], i: number): Bundle => {
    const context = [...start, VOCABULARY + i, 1];
    return [{ tokens: [...context, 2], firstTarget: context.length }];
  };
  const short = someTokens(rng, 31);
  const rare = someTokens(rng, 200);
  expect(findBeginnings(Array.from({ length: 50 }, (_, i) => after(short, i)))).toEqual([]);
  expect(findBeginnings([0, 1].map((i) => after(rare, i)))).toEqual([]);
  expect(findBeginnings([0, 1, 2].map((i) => after(rare, i)))).toEqual([
    { tokens: rare, members: [0, 1, 2] },
  ]);
});

test("kept beginnings make way for new ones, the longest unused first", async () => {
  const model = createHashModel(VOCABULARY);
  const pasts = createKeptPasts(model, 10);
  const [a, b, c] = [[1, 2, 3, 4], [5, 6, 7, 8], [9]];
  for (const tokens of [a, b, a, c]) await pasts.of(tokens!);
  expect(model.remembered).toHaveLength(3);
  await pasts.of([10, 10]);
  expect((await pasts.of(a!)).isFresh).toBe(false);
  expect((await pasts.of(b!)).isFresh).toBe(true);
  pasts.dispose();
});
