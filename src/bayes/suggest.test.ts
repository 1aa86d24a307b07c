import { describe, expect, it } from "vitest";
import type { Measurement, SuggestSettings } from "../domain/surrogate.ts";
import { expectAllclose } from "../numerics/allclose.ts";
import { mean, sampleStandardDeviation } from "../numerics/statistics.ts";
import { suggest } from "./suggest.ts";

const ROWS: readonly Measurement[] = [
  [0.5, 0.61],
  [0.62, 0.622],
  [0.75, 0.631],
  [0.88, 0.627],
  [1, 0.603],
].map(([lambda, value]) => ({ weights: [1 - lambda!, lambda!], value: value!, stderr: 0.004 }));
const SETTINGS: SuggestSettings = {
  alpha: 0.5,
  acquisition: "ei",
  kernel: "matern52",
  noise: "fitted",
  incumbent: "posterior",
  beta: 2,
  gridPoints: 101,
  seed: 0,
  fixed: {},
  standardize: true,
  estimate: "likelihood",
  batch: 1,
};
const FIXED = { lengthscale: [0.2], outputscale: 1.2, noise: 0.02, mean: 0.1 };

describe("suggest", () => {
  it("advises between the best rows, in the table's units", () => {
    const { next, grid, model, loo } = suggest(ROWS, SETTINGS);
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
    const one = suggest(ROWS, { ...SETTINGS, fixed: FIXED });
    const raw = suggest(ROWS, {
      ...SETTINGS,
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

  it("stands scores that are all equal, and refuses those whose mean overflows", () => {
    const scored = (...values: number[]) => values.map((value, i) => ({ ...ROWS[i]!, value }));
    const { model, next } = suggest(scored(0.6, 0.6, 0.6), SETTINGS);
    expect(model.standardisation).toEqual({ shift: 0.6, scale: 1, constant: true });
    expect(next.lambda).toBeGreaterThanOrEqual(0.5);
    expect(() => suggest(scored(1e308, -1e308), SETTINGS)).toThrow(/too large/);
    expect(() =>
      suggest(
        Array.from({ length: 1001 }, () => ROWS[0]!),
        SETTINGS,
      ),
    ).toThrow(/1001 scores is too long/);
  });

  it("measures improvement from the incumbent that is asked for", () => {
    const observed = suggest(ROWS, { ...SETTINGS, fixed: FIXED, incumbent: "observed" });
    expectAllclose(observed.incumbent.bestF, 0.631, { rtol: 1e-12 });
    const posterior = suggest(ROWS, { ...SETTINGS, fixed: FIXED, incumbent: "posterior" });
    expect(posterior.incumbent.bestF).not.toBe(observed.incumbent.bestF);
    expect(posterior.incumbent.posterior.weights).toEqual(ROWS[2]!.weights);
    expect(posterior.grid![50]!.ei).not.toBe(observed.grid![50]!.ei);
  });

  it("reads known standard errors and exact values", () => {
    const known = suggest(ROWS, { ...SETTINGS, noise: "known" });
    const scale = known.model.standardisation.scale;
    expectAllclose(known.model.noiseVariance, (0.004 / scale) ** 2, { rtol: 1e-12 });
    const exact = suggest(ROWS, { ...SETTINGS, noise: "none" });
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
    const { next, grid } = suggest(rows, SETTINGS);
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
    const { next, loo } = suggest(ROWS.slice(0, 1), SETTINGS);
    expect(next.lambda).toBeGreaterThan(0.5);
    expect(loo).toBeNull();
    expect(() => suggest([], SETTINGS)).toThrow(/no rows/);
  });

  it("refuses hyper-parameters that make no sense", () => {
    const two = { ...SETTINGS, fixed: { lengthscale: [0.2, 0.3] } };
    expect(() => suggest(ROWS, two)).toThrow(/one lengthscale for all inputs or 1, not 2/);
    const settings = { ...SETTINGS, fixed: { outputscale: -1 } };
    expect(() => suggest(ROWS, settings)).toThrow(/outputscale must be positive/);
    expect(() => suggest(ROWS, { ...SETTINGS, noise: "known", fixed: { noise: 0.1 } })).toThrow(
      /contradicts/,
    );
  });
});
