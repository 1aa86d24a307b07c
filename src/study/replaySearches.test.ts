import { describe, expect, it } from "vitest";
import type { ItemOutcomes, ReplayArm, ScoreCurve } from "../domain/replay.ts";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import { expectAllclose } from "../numerics/allclose.ts";
import { mean } from "../numerics/statistics.ts";
import { curveOfShare, nearestIndex, regretOf, replayOne, replaySearches } from "./replaySearches.ts";

const lambda = Array.from({ length: 41 }, (_, i) => i / 40);
const CURVE: ScoreCurve = {
  lambda,
  value: lambda.map((x) => 0.6 + 0.04 * Math.exp(-(((x - 0.6) / 0.2) ** 2))),
  stderr: lambda.map(() => 0.002),
};
const arm = (acquisition: ReplayArm["settings"]["acquisition"], trials = 8): ReplayArm => ({
  label: acquisition,
  settings: { ...defaultSearchSettings(2), alpha: 0, acquisition, trials },
  itemShare: null,
});
const clock = (): number => 0;
const quiet = () => ({ signal: new AbortController().signal, onProgress() {} });

describe("replayed searches", () => {
  it("regret what a hand would count", () => {
    const curve: ScoreCurve = { lambda: [0, 0.5, 1], value: [1, 3, 2], stderr: [null, null, null] };
    const path = [
      { lambda: 1, value: 2 },
      { lambda: 0.5, value: 3 },
    ];
    expect(regretOf(path, curve, curve)).toEqual([1, 1, 0]);
    // Chosen by what was seen, judged by the truth.
    const seen = { ...curve, value: [5, 3, 2] };
    expect(regretOf(path, seen, curve)).toEqual([2, 2, 2]);
  });

  it("answer with the nearest measured λ", () => {
    expect([0.49, 0.51, 0.26, 2].map((x) => lambda[nearestIndex(CURVE, x)])).toEqual([0.5, 0.5, 0.25, 1]);
  });

  it("an even grid of all cells finds the best; random draws find it less often", async () => {
    const plan = { curve: CURVE, items: null, arms: [arm("grid", 41), arm("random", 8)], seeds: 20 };
    const [grid, random] = await replaySearches(plan, clock, quiet());
    expect(grid!.mean.at(-1)).toBe(0);
    expect(random!.mean.at(-1)).toBeGreaterThan(0);
    expect(random!.difference!.mean).toBeCloseTo(random!.mean.at(-1)!, 12);
  });

  it("repeat themselves bit for bit, and never regret more after more trials", async () => {
    const plan = { curve: CURVE, items: null, arms: [arm("hedge"), arm("ei")], seeds: 6 };
    const [one, two] = [
      await replaySearches(plan, clock, quiet()),
      await replaySearches(plan, clock, quiet()),
    ];
    expect(two).toEqual(one);
    for (const { mean: means, quantiles } of one)
      for (let t = 1; t < means.length; t++) {
        expect(means[t]!).toBeLessThanOrEqual(means[t - 1]!);
        expect(quantiles[t]![2]).toBeLessThanOrEqual(quantiles[t - 1]![2]);
      }
  });

  it("compare arms seed by seed", async () => {
    const arms = [arm("ei"), arm("random")];
    const [, random] = await replaySearches({ curve: CURVE, items: null, arms, seeds: 12 }, clock, quiet());
    const final = (k: number, seed: number): number =>
      regretOf(replayOne(CURVE, { ...arms[k]!.settings, seed }), CURVE, CURVE).at(-1)!;
    const differences = Array.from({ length: 12 }, (_, seed) => final(1, seed) - final(0, seed));
    expectAllclose(random!.difference!.mean, mean(differences), { atol: 1e-15 });
  });

  it("see a share of the items, the same at every λ", () => {
    const items: ItemOutcomes = {
      items: 10,
      outcomes: Float32Array.from({ length: 410 }, (_, k) => (k % 10 < 4 + Math.floor(k / 100) ? 1 : 0)),
    };
    const seen = curveOfShare(CURVE, items, 0.5, 3);
    expect(seen.value.every((value) => Number.isInteger(Math.round(value * 5 * 1e9) / 1e9))).toBe(true);
    expect(curveOfShare(CURVE, items, 0.5, 3)).toEqual(seen);
    expect(curveOfShare(CURVE, items, 0.5, 4)).not.toEqual(seen);
    expect(curveOfShare(CURVE, items, 1, 3).value[0]).toBeCloseTo(0.4, 12);
  });

  it("stop when asked, and refuse what makes no sense", async () => {
    const stopped = new AbortController();
    const job = { signal: stopped.signal, onProgress: () => stopped.abort() };
    const plan = { curve: CURVE, items: null, arms: [arm("ei")], seeds: 50 };
    await expect(replaySearches(plan, clock, job)).rejects.toMatchObject({ tag: "cancelled" });
    await expect(replaySearches({ ...plan, seeds: 0 }, clock, quiet())).rejects.toMatchObject({
      tag: "usage",
    });
    await expect(replaySearches({ ...plan, arms: [] }, clock, quiet())).rejects.toMatchObject({
      tag: "usage",
    });
    const short = { lambda: [0, 1], value: [1, 2], stderr: [null, null] };
    await expect(replaySearches({ ...plan, curve: short }, clock, quiet())).rejects.toMatchObject({
      tag: "usage",
    });
  });
});
