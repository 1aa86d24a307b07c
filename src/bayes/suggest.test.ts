import { describe, expect, it } from "vitest";
import type { Measurement } from "../domain/surrogate.ts";
import { expectAllclose } from "../numerics/allclose.ts";
import { mean, sampleStandardDeviation } from "../numerics/statistics.ts";
import { DEFAULT_SUGGEST_SETTINGS, suggest } from "./suggest.ts";

const ROWS: readonly Measurement[] = [
  [0.5, 0.61],
  [0.62, 0.622],
  [0.75, 0.631],
  [0.88, 0.627],
  [1, 0.603],
].map(([lambda, value]) => ({ weights: [1 - lambda!, lambda!], value: value!, stderr: 0.004 }));
const FIXED = { lengthscale: [0.2], outputscale: 1.2, noise: 0.02, mean: 0.1 };

describe("suggest", () => {
  it("advises between the best rows, in the table's units", () => {
    const { next, grid, model, loo } = suggest(ROWS, DEFAULT_SUGGEST_SETTINGS);
    expect(next.lambda).toBeGreaterThan(0.65);
    expect(next.lambda).toBeLessThan(0.95);
    expect(grid!).toHaveLength(101);
    expectAllclose(model.standardisation.shift, mean(ROWS.map((row) => row.value)), { rtol: 1e-14 });
    expect(loo!.mean).toHaveLength(5);
    expect(loo!.rootMeanSquareError).toBeLessThan(0.03);
  });

  it("with fixed hyper-parameters is the same posterior, standardised or not", () => {
    const values = ROWS.map((row) => row.value);
    const [shift, scale] = [mean(values), sampleStandardDeviation(values)];
    const one = suggest(ROWS, { ...DEFAULT_SUGGEST_SETTINGS, fixed: FIXED });
    const raw = suggest(ROWS, {
      ...DEFAULT_SUGGEST_SETTINGS,
      standardize: false,
      fixed: {
        lengthscale: [0.2],
        outputscale: 1.2 * scale ** 2,
        noise: 0.02 * scale ** 2,
        mean: shift + 0.1 * scale,
      },
    });
    expect(one.model).toMatchObject({ lengthscale: 0.2, outputscale: 1.2, noiseVariance: 0.02, mean: 0.1 });
    for (const key of ["mean", "std", "ei", "logEi", "pi", "ucb"] as const)
      expectAllclose(
        raw.grid!.map((row) => row[key]),
        one.grid!.map((row) => row[key]),
        { rtol: 1e-9, atol: 1e-12 },
      );
    expectAllclose(raw.next.lambda!, one.next.lambda!, { atol: 1e-6 });
    // A density of y/c is c times that of y, a row.
    expectAllclose(raw.model.logMarginalLikelihood, one.model.logMarginalLikelihood - 5 * Math.log(scale), {
      rtol: 1e-10,
    });
  });

  it("measures improvement from the incumbent that is asked for", () => {
    const observed = suggest(ROWS, { ...DEFAULT_SUGGEST_SETTINGS, fixed: FIXED, incumbent: "observed" });
    expectAllclose(observed.incumbent.bestF, 0.631, { rtol: 1e-12 });
    const posterior = suggest(ROWS, { ...DEFAULT_SUGGEST_SETTINGS, fixed: FIXED, incumbent: "posterior" });
    expect(posterior.incumbent.bestF).not.toBe(observed.incumbent.bestF);
    expect(posterior.incumbent.posterior.weights).toEqual(ROWS[2]!.weights);
    expect(posterior.grid![50]!.ei).not.toBe(observed.grid![50]!.ei);
  });

  it("reads known standard errors and exact values", () => {
    const known = suggest(ROWS, { ...DEFAULT_SUGGEST_SETTINGS, noise: "known" });
    const scale = known.model.standardisation.scale;
    expectAllclose(known.model.noiseVariance, (0.004 / scale) ** 2, { rtol: 1e-12 });
    const exact = suggest(ROWS, { ...DEFAULT_SUGGEST_SETTINGS, noise: "none" });
    expect(exact.model.noiseVariance).toBe(0);
    expectAllclose(exact.grid![75]!.mean, 0.631, { rtol: 1e-6 });
  });

  it("takes tables of several weights", () => {
    const rows = [
      [0.2, 0.3, 0.5, 1],
      [0.5, 0.3, 0.2, 0.4],
      [0, 0, 1, 0.8],
      [0.1, 0.5, 0.4, 1.1],
    ].map((row) => ({ weights: row.slice(0, 3), value: row[3]!, stderr: null }));
    const { next, grid } = suggest(rows, DEFAULT_SUGGEST_SETTINGS);
    expect(grid).toBeNull();
    expect(next.lambda).toBeNull();
    expectAllclose(
      next.weights.reduce((a, b) => a + b),
      1,
      { rtol: 1e-12 },
    );
    expect(next.weights[2]).toBeGreaterThanOrEqual(0.5);
  });

  it("works with a single row and refuses none", () => {
    const { next, loo } = suggest(ROWS.slice(0, 1), DEFAULT_SUGGEST_SETTINGS);
    expect(next.lambda).toBeGreaterThan(0.5);
    expect(loo).toBeNull();
    expect(() => suggest([], DEFAULT_SUGGEST_SETTINGS)).toThrow(/no rows/);
  });

  it("refuses hyper-parameters that make no sense", () => {
    const two = { ...DEFAULT_SUGGEST_SETTINGS, fixed: { lengthscale: [0.2, 0.3] } };
    expect(() => suggest(ROWS, two)).toThrow(/one lengthscale for all inputs or 1, not 2/);
    const settings = { ...DEFAULT_SUGGEST_SETTINGS, fixed: { outputscale: -1 } };
    expect(() => suggest(ROWS, settings)).toThrow(/outputscale must be positive/);
    expect(() =>
      suggest(ROWS, { ...DEFAULT_SUGGEST_SETTINGS, noise: "known", fixed: { noise: 0.1 } }),
    ).toThrow(/contradicts/);
  });
});
