import { expect, test } from "vitest";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import type { MatrixRule } from "../domain/study.ts";
import { createFakeObjective, type Landscape, quietJob } from "./fixtures/fakeObjective.ts";
import { pairOrder, perplexityLambda, runMatrix } from "./matrix.ts";

const settings = { ...defaultSearchSettings(2), trials: 6 };

/** Two checkpoints with one landscape over λ. */
function runPair(rule: MatrixRule, landscape: Landscape) {
  const { objective } = createFakeObjective(["old", "new"], landscape);
  const parts = {
    objective,
    pairObjective: async () => objective,
    perplexity: async (index: number) => [12, 4][index]!,
  };
  return runMatrix(parts, { rule, settings, known: [] }, quietJob);
}

test("neighbours come first, then pairs ever farther apart, each once", () => {
  expect(pairOrder(4)).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
    [0, 2],
    [1, 3],
    [0, 3],
  ]);
  expect(pairOrder(11)).toHaveLength(55);
});

test("greedy takes the uniform average only when it is strictly better", async () => {
  const tie = await runPair("greedy", ([, lambda]) =>
    lambda === 0 ? 12 : 10 + 2 * (lambda === 0.5 ? 1 : 0),
  );
  expect(tie.cells[0]).toMatchObject({ lambda: 0, value: 0.6, delta: 0, deltaStderr: 0 });
  const better = await runPair("greedy", ([, lambda]) => (lambda === 0.5 ? 13 : 12));
  expect(better.cells[0]).toMatchObject({ lambda: 0.5, value: 0.65 });
  expect(better.cells[0]!.delta).toBeCloseTo(0.05, 12);
});

test("greedy keeps the newer of two equal parents", async () => {
  const { cells } = await runPair("greedy", ([, lambda]) => (lambda === 0.5 ? 3 : 12));
  expect(cells[0]).toMatchObject({ lambda: 1, value: 0.6 });
});

test("uniform may lose, and says how certain that is", async () => {
  const { cells } = await runPair("uniform", ([, lambda]) => (lambda === 0.5 ? 8 : 12));
  expect(cells[0]!.delta).toBeCloseTo(-0.2, 12);
  // Four of twenty items differ, all one way: √((4/19 − 20·0.04/19) / 20).
  expect(cells[0]!.deltaStderr).toBeCloseTo(Math.sqrt((4 - 20 * 0.04) / 19 / 20), 12);
});

test("perplexity weighs each checkpoint by its inverse", async () => {
  expect(perplexityLambda(12, 4)).toBeCloseTo(0.75, 12);
  const { cells } = await runPair("perplexity", ([, lambda]) => Math.round(20 * lambda!));
  expect(cells[0]).toMatchObject({ lambda: 0.75, value: 0.75 });
});

test("optimize keeps the best of its trials", async () => {
  const { cells } = await runPair("optimize", ([, lambda]) => 19 - Math.round(30 * Math.abs(lambda! - 0.7)));
  expect(Math.abs(cells[0]!.lambda - 0.7)).toBeLessThan(0.1);
  expect(cells[0]!.delta).toBeGreaterThan(0);
});
