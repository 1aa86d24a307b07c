/** Every merge method through the engine, on tiny checkpoints: found weights, computed tensors, and what is refused. */
import { describe, expect, test } from "vitest";
import type { ComposeRequest } from "../domain/mergeMethod.ts";
import { createEngine } from "./engine.ts";
import { NAMES, tinyPlatform } from "./fixtures/tinyRun.ts";

const job = { signal: new AbortController().signal, emit: () => undefined };
const engine = createEngine(tinyPlatform());
const [BASE, A, B, C] = NAMES;
const rows = { task: "choices", split: "search", limit: null } as const;
const request = (change: Partial<ComposeRequest>): ComposeRequest => ({
  ...{ method: "uniform", parents: [A, B], options: {} },
  ...{ base: null, task: null, calibration: null, search: null },
  ...change,
});
const compose = (change: Partial<ComposeRequest>) => engine.call("compose", request(change), job);
const evaluate = async (change: Partial<ComposeRequest>) => {
  const { recipe } = await compose(change);
  return engine.call("evaluate", { recipe, ...rows }, job);
};

test("methods describe themselves with a formula and a paper", async () => {
  const methods = await engine.call("mergeMethods", {}, job);
  expect(methods.map(({ name }) => name)).toContain("regmean");
  for (const { formula, paper, summary } of methods) {
    expect(formula).not.toBe("");
    expect(paper).toMatch(/\d{4}|Checkpoint Merging/);
    expect(summary.endsWith(".")).toBe(true);
  }
});

describe("weights that are found", () => {
  test("greedy soup keeps what improves, tells its order, and never ends below the best", async () => {
    const { recipe, story } = await compose({ method: "greedy", parents: [A, B, C], task: rows });
    if (story.kind !== "greedy") throw new Error("no greedy story");
    expect(story.steps).toHaveLength(3);
    const alone = story.steps.map((step) => step.alone.value);
    expect(alone).toEqual(alone.toSorted((a, b) => b - a));
    const kept = story.steps.filter(({ accepted }) => accepted).map(({ checkpoint }) => checkpoint);
    for (const [i, name] of recipe.parents.entries())
      expect(recipe.coefficients[i]).toBeCloseTo(kept.includes(name) ? 1 / kept.length : 0, 12);
    const { metrics } = await engine.call("evaluate", { recipe, ...rows }, job);
    expect(metrics.acc!.value).toBeGreaterThanOrEqual(alone[0]!);
  });

  test("of ties, strict keeps the fewer and not-worse the more", async () => {
    const kept = async (ties: string) => {
      const { recipe } = await compose({
        method: "greedy",
        parents: [A, B, C],
        task: rows,
        options: { ties },
      });
      return recipe.coefficients.filter((weight) => weight > 0).length;
    };
    expect(await kept("not-worse")).toBeGreaterThanOrEqual(await kept("strict"));
  });

  test("perplexity weights are in proportion to 1/φ", async () => {
    const { recipe, story } = await compose({ method: "perplexity", calibration: rows });
    if (story.kind !== "perplexity") throw new Error("no perplexities");
    const [a, b] = story.perplexities.map(({ pooled }) => pooled.value);
    expect(recipe.coefficients[0]! / recipe.coefficients[1]!).toBeCloseTo(b! / a!, 10);
  });

  test("bayes gives weights that sum to 1 and the number of its trials", async () => {
    const { recipe, story } = await compose({ method: "bayes", task: rows });
    expect(story).toMatchObject({ kind: "bayes", trials: 12 });
    expect(recipe.coefficients.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });
});

describe("tensors that are computed", () => {
  test("the same merge has the same name, another option another one", async () => {
    const name = async (t: number) => (await compose({ method: "slerp", options: { t } })).recipe.parents[0];
    expect(await name(0.3)).toBe(await name(0.3));
    expect(await name(0.3)).not.toBe(await name(0.4));
  });

  test("SLERP at its ends is the parents", async () => {
    const [older, newer] = await Promise.all(
      [A, B].map((name) =>
        engine.call("evaluate", { recipe: { parents: [name], coefficients: [1] }, ...rows }, job),
      ),
    );
    expect((await evaluate({ method: "slerp", options: { t: 0 } })).items).toEqual(older!.items);
    expect((await evaluate({ method: "slerp", options: { t: 1 } })).items).toEqual(newer!.items);
  });

  test("task arithmetic with weights of one half is the mean, to rounding", async () => {
    const mean = await evaluate({ method: "uniform" });
    const arithmetic = await evaluate({ method: "task-arithmetic", base: BASE });
    expect(arithmetic.metrics.acc!.value).toBeCloseTo(mean.metrics.acc!.value, 10);
    const said = ({ items }: typeof mean) =>
      items.flatMap((item) => (item.kind === "choice" ? item.logprobs : []));
    for (const [i, value] of said(arithmetic).entries()) expect(value).toBeCloseTo(said(mean)[i]!, 4);
  });

  test.each(["fisher", "regmean"])("%s is measured, evaluated, and found again", async (method) => {
    const first = await evaluate({ method, calibration: { ...rows, limit: 4 } });
    const again = await evaluate({ method, calibration: { ...rows, limit: 4 } });
    expect(again.items).toEqual(first.items);
    expect(first.n).toBeGreaterThan(4);
    const { story } = await compose({ method, calibration: { ...rows, limit: 4 } });
    expect(story).toMatchObject({ kind: "tensors", rows: 4 });
  });

  test("more of them than stay measured can all be evaluated, in any order", async () => {
    const halves = [
      [A, B],
      [B, C],
      [A, C],
      [BASE, A],
      [BASE, B],
      [BASE, C],
    ] as const;
    const composed = [];
    for (const parents of halves)
      composed.push(await compose({ method: "fisher", parents, calibration: { ...rows, limit: 2 } }));
    for (const { recipe } of composed.toReversed())
      expect((await engine.call("evaluate", { recipe, ...rows, limit: 3 }, job)).n).toBe(3);
  });
});

test.each<[string, Partial<ComposeRequest>, string]>([
  ["no base", { method: "ties" }, "needs a base"],
  ["a base among the parents", { method: "ties", base: A }, "also one of the checkpoints"],
  ["no task", { method: "greedy" }, "needs a task"],
  ["no rows", { method: "regmean" }, "needs rows"],
  ["three for two", { method: "slerp", parents: [A, B, C] }, "does not merge 3"],
  ["an option of another", { method: "uniform", options: { t: 0.5 } }, "no option t"],
  ["a value out of range", { method: "slerp", options: { t: 2 } }, "does not fit"],
  ["an unknown method", { method: "magic" }, "no merge method"],
  ["a merge that is not known", { parents: ["merge:fisher-0123456789", A] }, "not known any more"],
])("refuses %s in words", async (_, change, words) => {
  const running = compose(change).then(({ recipe }) => engine.call("evaluate", { recipe, ...rows }, job));
  await expect(running).rejects.toThrow(words);
});
