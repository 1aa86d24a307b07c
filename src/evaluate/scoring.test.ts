import { expect, test } from "vitest";
import { createHashModel } from "./fixtures/hashModel.ts";
import { planPlain } from "./packing.ts";
import { scoreRequests } from "./scoring.ts";

const bundles = [[{ tokens: [1, 2, 3], firstTarget: 1 }], [{ tokens: [2, 2], firstTarget: 1 }]];

test("log-probabilities are summed by request, and greedy means every token was the most probable", async () => {
  const model = createHashModel(4, 64, (past) => (past.at(-1)![0] === 1 ? [0, 0, 5, 0] : [0, 0, 0, 5]));
  const signal = new AbortController().signal;
  const [first, second] = await scoreRequests(planPlain(bundles), model, { signal, onBatch() {} });
  const likely = 5 - Math.log(Math.exp(5) + 3);
  expect(first!.logprob).toBeCloseTo(2 * likely, 5);
  expect(first).toMatchObject({ tokens: 2, greedy: true });
  expect(second!.logprob).toBeCloseTo(likely - 5, 5);
  expect(second).toMatchObject({ tokens: 1, greedy: false });
});

test("progress counts batches, and a stop takes effect before the next one", async () => {
  const model = createHashModel(4);
  const controller = new AbortController();
  const done: number[] = [];
  const run = scoreRequests(planPlain(bundles), model, {
    signal: controller.signal,
    onBatch(count) {
      done.push(count);
      controller.abort();
    },
  });
  await expect(run).rejects.toMatchObject({ tag: "cancelled" });
  expect(done).toEqual([1]);
  expect(model.batches).toHaveLength(1);
});

test("a log-probability that is not finite is an error, never a score", async () => {
  const model = createHashModel(4, 64, () => [Number.NaN, 0, 0, 0]);
  const signal = new AbortController().signal;
  await expect(scoreRequests(planPlain(bundles), model, { signal, onBatch() {} })).rejects.toMatchObject({
    tag: "numerics",
  });
});

test("a stop that waits in the event loop is heard between batches, though the model only ever resolves", async () => {
  const model = createHashModel(4);
  const controller = new AbortController();
  const many = Array.from({ length: 50 }, () => bundles).flat();
  setImmediate(() => controller.abort());
  const run = scoreRequests(planPlain(many), model, { signal: controller.signal, onBatch() {} });
  await expect(run).rejects.toMatchObject({ tag: "cancelled" });
  expect(model.batches.length).toBeLessThan(3);
});
