import { describe, expect, it } from "vitest";
import { expectAllclose } from "./allclose.ts";
import golden from "./fixtures/statistics.json" with { type: "json" };
import {
  mcnemarExactP,
  mean,
  pairedDifference,
  pearson,
  quantile,
  sampleStandardDeviation,
  spearman,
  standardError,
  standardize,
} from "./statistics.ts";

const TIGHT = { rtol: 1e-12 };

describe("statistics", () => {
  it("agrees with scipy", () => {
    const { a, b } = golden;
    expectAllclose(mean(a), golden.mean, TIGHT);
    expectAllclose(sampleStandardDeviation(a), golden.standardDeviation, TIGHT);
    expectAllclose(standardError(a), golden.standardError, TIGHT);
    expectAllclose(spearman(a, b), golden.spearman, TIGHT);
    expectAllclose(pearson(a, b), golden.pearson, TIGHT);
    for (const [level, value] of golden.quantiles) expectAllclose(quantile(a, level!), value!, TIGHT);
    const paired = pairedDifference(a, b);
    expectAllclose(paired.standardError, golden.pairedStandardError, TIGHT);
    expectAllclose(paired.difference, mean(a) - mean(b), { atol: 1e-14 });
  });

  it.each(golden.mcnemar)("McNemar's exact p for %i and %i discordant items", (onlyA, onlyB, p) => {
    expectAllclose(mcnemarExactP(onlyA, onlyB), p, { rtol: 1e-10 });
    expectAllclose(mcnemarExactP(onlyB, onlyA), p, { rtol: 1e-10 });
  });

  it("gives a share the standard error of its zeros and ones", () => {
    const items = [1, 1, 0, 1, 0, 0, 0];
    expectAllclose(standardError(items), Math.sqrt(((3 / 7) * (4 / 7)) / 6), TIGHT);
    // Pythia-70M on PIQA: 1093 of 1838, stderr 0.0115.
    const published = Array.from({ length: 1838 }, (_, k) => (k < 1093 ? 1 : 0));
    expect(standardError(published)).toBeCloseTo(0.0115, 4);
  });

  it("standardises to mean 0 and sample deviation 1, or says that it cannot", () => {
    const z = standardize(golden.a)!;
    expectAllclose([mean(z), sampleStandardDeviation(z)], [0, 1], { atol: 1e-12 });
    expect(standardize([2, 2, 2])).toBeNull();
  });

  it("refuses too little", () => {
    expect(() => mean([])).toThrow(RangeError);
    expect(() => standardError([1])).toThrow(RangeError);
    expect(() => spearman([1, 2], [1])).toThrow(RangeError);
    expect(spearman([1, 1], [1, 2])).toBeNaN();
  });
});
