/** Corrections, bootstraps and power against scipy, and by simulation: on null data the stated error rates hold. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bootstrapMean, bootstrapSpearman } from "./bootstrap.ts";
import { benjaminiHochberg } from "./multiplicity.ts";
import { itemsToDecide, itemsToDecideMean, normalQuantile, type PairedEffect } from "./power.ts";
import { createRng } from "./rng.ts";
import { mcnemarExactP } from "./statistics.ts";

const golden: {
  readonly corrections: readonly {
    readonly p: readonly number[];
    readonly bh: readonly number[];
  }[];
  readonly mean: { readonly differences: readonly number[]; readonly low: number; readonly high: number };
  readonly spearman: {
    readonly a: readonly number[];
    readonly b: readonly number[];
    readonly low: number;
    readonly high: number;
  };
} = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/significance.json"), "utf8"));

describe("corrections", () => {
  test.each(golden.corrections)("of $p.length p-values are scipy's", ({ p, bh }) => {
    for (const [i, q] of benjaminiHochberg(p).entries()) expect(q).toBeCloseTo(bh[i]!, 12);
  });

  test("refuse what is no p-value", () => {
    expect(() => benjaminiHochberg([0.5, Number.NaN])).toThrow(RangeError);
    expect(benjaminiHochberg([])).toEqual([]);
  });
});

describe("bootstraps", () => {
  test("of a mean is scipy's percentile interval", () => {
    const { low, high } = bootstrapMean(golden.mean.differences, { seed: 3, draws: 20_000 });
    // One item of 300 either way: the mean takes steps of 1/300.
    expect(Math.abs(low - golden.mean.low)).toBeLessThan(1.01 / 300);
    expect(Math.abs(high - golden.mean.high)).toBeLessThan(1.01 / 300);
  });

  test("of a rank correlation is scipy's, and repeats itself", () => {
    const { a, b, low, high } = golden.spearman;
    const own = bootstrapSpearman(a, b, { seed: 5, draws: 8000 });
    expect(Math.abs(own.low - low)).toBeLessThan(0.04);
    expect(Math.abs(own.high - high)).toBeLessThan(0.02);
    expect(bootstrapSpearman(a, b, { seed: 5, draws: 8000 })).toEqual(own);
    expect(bootstrapSpearman([1, 1, 1], [1, 2, 3], { seed: 0, draws: 50 }).constant).toBe(50);
  });
});

describe("power", () => {
  test("quantiles of the normal distribution", () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 9);
    expect(normalQuantile(0.1)).toBeCloseTo(-1.2815515655446004, 9);
  });

  test.each([
    [0.05, 0.12],
    [0.03, 0.08],
    [-0.08, 0.2],
  ])(
    "a difference of %d with %d discordant: the exact test has the power that was asked for",
    (difference, discordance) => {
      const n = itemsToDecide({ difference, discordance });
      // The exact test is a little less eager than the approximation the number comes from.
      const power = mcnemarPower({ difference, discordance }, n);
      expect(power).toBeGreaterThan(0.74);
      expect(power).toBeLessThan(0.84);
    },
  );

  test("no difference is never decided", () => {
    expect(itemsToDecide({ difference: 0, discordance: 0.1 })).toBe(Number.POSITIVE_INFINITY);
    expect(itemsToDecideMean({ difference: 0, deviation: 1 })).toBe(Number.POSITIVE_INFINITY);
    expect(itemsToDecideMean({ difference: 0.1, deviation: 0.5 })).toBe(197);
    expect(() => itemsToDecide({ difference: 0.3, discordance: 0.1 })).toThrow(RangeError);
  });
});

describe("on null data", () => {
  /** Items of two equally good models: right in one only on 10 %, either way as likely. */
  function flips(rng: ReturnType<typeof createRng>, items: number, gain = 0.5) {
    let [gained, lost] = [0, 0];
    for (let i = 0; i < items; i++)
      if (rng.uniform() < 0.1) {
        if (rng.uniform() < gain) gained++;
        else lost++;
      }
    return { gained, lost, p: mcnemarExactP(gained, lost) };
  }

  test("the exact test rejects no more than its level", () => {
    const rng = createRng(1, "null test");
    const runs = 4000;
    const rejected = Array.from({ length: runs }, () => flips(rng, 300).p).filter((p) => p <= 0.05).length;
    expect(rejected / runs).toBeLessThan(0.05);
    expect(rejected / runs).toBeGreaterThan(0.015);
  });

  test("the bootstrap's 95 % interval holds 0 about as often", () => {
    const rng = createRng(2, "null bootstrap");
    const runs = 300;
    const holds = Array.from({ length: runs }, (_, seed) => {
      const differences = Array.from({ length: 200 }, () =>
        rng.uniform() < 0.2 ? (rng.uniform() < 0.5 ? 1 : -1) : 0,
      );
      const { low, high } = bootstrapMean(differences, { seed, draws: 400 });
      return low <= 0 && 0 <= high;
    }).filter(Boolean).length;
    // Four standard errors of a share of 300.
    expect(Math.abs(holds / runs - 0.95)).toBeLessThan(0.05);
  });

  test("a heat map of 55 pairs rarely has any certain cell", () => {
    const rng = createRng(3, "null map");
    const maps = 400;
    const wrong = Array.from({ length: maps }, () =>
      benjaminiHochberg(Array.from({ length: 55 }, () => flips(rng, 200).p)).some((q) => q <= 0.05),
    ).filter(Boolean).length;
    expect(wrong / maps).toBeLessThan(0.06);
  });

  test("with real gains among them, of those called certain at most 5 % are not", () => {
    const rng = createRng(4, "mixed map");
    const shares = Array.from({ length: 300 }, () => {
      const cells = Array.from({ length: 55 }, (_, i) => ({
        real: i < 20,
        p: flips(rng, 300, i < 20 ? 0.85 : 0.5).p,
      }));
      const q = benjaminiHochberg(cells.map(({ p }) => p));
      const called = cells.filter((_, i) => q[i]! <= 0.05);
      return called.length === 0 ? 0 : called.filter(({ real }) => !real).length / called.length;
    });
    expect(shares.reduce((a, b) => a + b, 0) / shares.length).toBeLessThan(0.05);
  });

  test("the best of a hundred λ looks better than it is on the rows that chose it, and not on others", () => {
    const rng = createRng(5, "winner");
    const half = () =>
      Array.from({ length: 100 }, () => {
        const { gained, lost } = flips(rng, 300);
        return (gained - lost) / 300;
      });
    const runs = Array.from({ length: 200 }, () => {
      const [search, test] = [half(), half()];
      const best = search.indexOf(Math.max(...search));
      return { seen: search[best]!, unseen: test[best]! };
    });
    const mean = (of: (run: (typeof runs)[number]) => number) =>
      runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
    // All are equally good: two and a half standard errors (1.8 points) is what the best of a hundred shows by luck.
    expect(mean(({ seen }) => seen)).toBeGreaterThan(0.035);
    expect(Math.abs(mean(({ unseen }) => unseen))).toBeLessThan(0.005);
  });
});

/**
 * Probability that the exact McNemar test of n items is significant at `level`: over all numbers of discordant items and
 * all their splits. Time grows with n².
 */
function mcnemarPower({ difference, discordance }: PairedEffect, n: number, level = 0.05): number {
  const share = discordance === 0 ? 0.5 : (discordance + difference) / (2 * discordance);
  let power = 0;
  for (let m = 0; m <= n; m++) {
    const weight = binomial(n, m, discordance);
    if (weight < 1e-15) continue;
    for (let gained = 0; gained <= m; gained++)
      if (mcnemarExactP(gained, m - gained) <= level) power += weight * binomial(m, gained, share);
  }
  return power;
}

function binomial(n: number, k: number, p: number): number {
  if (p === 0 || p === 1) return k === n * p ? 1 : 0;
  let log = k * Math.log(p) + (n - k) * Math.log1p(-p);
  for (let i = 1; i <= k; i++) log += Math.log((n - k + i) / i);
  return Math.exp(log);
}
