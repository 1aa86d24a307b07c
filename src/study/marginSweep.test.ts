import { describe, expect, it } from "vitest";
import type { Evaluation, ItemResult } from "../domain/evaluation.ts";
import { measuresOf } from "../domain/measure.ts";
import { metricsOf } from "../evaluate/metrics.ts";
import { createFakeObjective, quietJob } from "./fixtures/fakeObjective.ts";
import { marginOf, runMarginSweep } from "./marginSweep.ts";
import { type Objective, scoreOf } from "./objective.ts";

const ITEMS = 60;
const [acc] = measuresOf("partial");
const parents = ["older", "newer"];

/** Item i's margin: it crosses 0 at (i + 0.5)/60, upwards for even i; `rough` adds what no smooth curve has. */
function marginAt(i: number, lambda: number, rough: number): number {
  const sign = i % 3 === 0 ? -1 : 1;
  return sign * (Math.tanh(2 * (lambda - (i + 0.5) / ITEMS)) + rough * Math.sin(60 * lambda + i));
}

function objectiveOver(rough: number, metric = acc): { objective: Objective; asked: number[] } {
  const asked: number[] = [];
  const measured = (lambda: number) => {
    const items = Array.from({ length: ITEMS }, (_, i): ItemResult => {
      const margin = marginAt(i, lambda, rough);
      const logprobs = [-3, -3 + margin];
      return {
        kind: "choice",
        gold: 1,
        chosen: margin > 0 ? 1 : 0,
        chosenNorm: null,
        logprobs,
        greedy: [false, false],
      };
    });
    const evaluation: Evaluation = {
      recipe: { parents, coefficients: [1 - lambda, lambda] },
      task: "fake",
      split: "search",
      metrics: metricsOf(items),
      n: ITEMS,
      total: ITEMS,
      rows: items.map((_, row) => row),
      groups: [],
      items,
      tokens: 1,
      elapsedMs: 0,
    };
    return { evaluation, score: scoreOf(evaluation, acc) };
  };
  const objective: Objective = {
    subject: { parents, task: "fake", split: "search", measure: metric },
    clock: () => 0,
    work: { total: ITEMS, unit: "items", rounds: 1 },
    async measure(weights) {
      asked.push(weights[1]!);
      return measured(weights[1]!);
    },
    measureParent: async (index) => measured(index),
  };
  return { objective, asked };
}

describe("a predicted sweep", () => {
  it("tells the staircase and every flip's λ from four merges, and two more agree", async () => {
    const { objective, asked } = objectiveOver(0);
    const record = await runMarginSweep(objective, { points: 4, verify: 2 }, quietJob);
    expect(asked).toHaveLength(6);
    expect(record).toMatchObject({ evaluations: 6, holds: true });
    expect(record.verification.every(({ agrees }) => agrees)).toBe(true);
    record.curve.lambda.forEach((lambda, k) => {
      const truth = Array.from({ length: ITEMS }, (_, i) => (marginAt(i, lambda, 0) > 0 ? 1 : 0) as number);
      const right = truth.reduce((a, b) => a + b) / ITEMS;
      expect(Math.abs(record.curve.value[k]! - right)).toBeLessThan(1.5 / ITEMS);
    });
    expect(record.flips).toHaveLength(ITEMS);
    for (const { index, lambda, gained } of record.flips) {
      expect(Math.abs(lambda - (index + 0.5) / ITEMS)).toBeLessThan(0.02);
      expect(gained).toBe(index % 3 !== 0);
    }
  });

  it("says when a λ that was measured to show it wrong does", async () => {
    const { objective } = objectiveOver(0.6);
    const record = await runMarginSweep(objective, { points: 2, verify: 4 }, quietJob);
    const wrong = record.verification.filter(({ agrees }) => !agrees);
    expect(record.holds).toBe(wrong.length === 0);
    for (const { value, predicted, predictedStd, agrees } of record.verification)
      expect(agrees).toBe(Math.abs(value - predicted) <= 2 * predictedStd + 0.5 / ITEMS);
  });

  it("refuses what has no margins, and more than two parents", async () => {
    const [nll] = measuresOf("text");
    const plan = { points: 4, verify: 2 };
    await expect(runMarginSweep(objectiveOver(0, nll).objective, plan, quietJob)).rejects.toMatchObject({
      tag: "usage",
    });
    const { objective } = createFakeObjective(["a", "b", "c"], () => 3);
    await expect(runMarginSweep(objective, plan, quietJob)).rejects.toMatchObject({ tag: "usage" });
    await expect(
      runMarginSweep(objectiveOver(0).objective, { points: 1, verify: 0 }, quietJob),
    ).rejects.toThrow("cannot be measured");
    const target: ItemResult = { kind: "target", logprob: -1, tokens: 1, greedy: true };
    expect(() => marginOf(target)).toThrow("Only items with choices");
  });
});
