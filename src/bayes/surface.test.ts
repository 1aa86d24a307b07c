import { describe, expect, it } from "vitest";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import type { SimplexSurface } from "../domain/surface.ts";
import type { Measurement, SearchSettings } from "../domain/surrogate.ts";
import { expectAllclose } from "../numerics/allclose.ts";
import { createRng } from "../numerics/rng.ts";
import { acquisitionAt } from "./acquisition.ts";
import { posteriorAt } from "./gp.ts";
import { analysisOf } from "./optimizer.ts";
import { surfaceOf } from "./surface.ts";

const HELD = { lengthscale: [0.4], outputscale: 1.2, noise: 0.02, mean: 0.1 };

function settingsOf(parents: number, more: Partial<SearchSettings> = {}): SearchSettings {
  return { ...defaultSearchSettings(parents), alpha: 0, fixed: HELD, seed: 3, ...more };
}

/** The parents' own scores, then mixes drawn by a seeded stream, measured on a made-up hill. */
function historyOf(parents: number, trials: number): readonly Measurement[] {
  const rng = createRng(5, "surface", parents);
  const corners = Array.from({ length: parents }, (_, k) =>
    Array.from({ length: parents }, (_, i) => (i === k ? 1 : 0)),
  );
  const mixes = Array.from({ length: trials }, () => {
    const parts = Array.from({ length: parents }, () => -Math.log(1 - rng.uniform()));
    const sum = parts.reduce((a, b) => a + b, 0);
    return parts.map((part) => part / sum);
  });
  const top = Array.from({ length: parents }, (_, i) => (2 * (i + 1)) / (parents * (parents + 1)));
  return [...corners, ...mixes].map((weights) => {
    const away = weights.reduce((sum, weight, i) => sum + (weight - top[i]!) ** 2, 0);
    return { weights, value: 0.6 + 0.05 * Math.exp(-3 * away), stderr: 0.01 };
  });
}

const argmaxNames = ["ei", "logEi", "pi", "ucb"] as const;

describe("three parents", () => {
  const settings = settingsOf(3, { acquisition: "nei" });
  const history = historyOf(3, 7);
  const surface = surfaceOf(settings, history);
  const lattice = surface.lattice!;

  it("covers the simplex once, corners included", () => {
    expect(lattice.weights).toHaveLength(703);
    expect(new Set(lattice.weights.map(String)).size).toBe(703);
    for (const weights of lattice.weights) {
      expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
      expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    }
    for (const corner of ["1,0,0", "0,1,0", "0,0,1"]) expect(lattice.weights.map(String)).toContain(corner);
  });

  it("has at each point what the process says there, turned into the objective's units", () => {
    const { gp, bestF, standardisation, logNei } = analysisOf(settings, history)!;
    const { shift, scale } = standardisation;
    for (let k = 0; k < lattice.weights.length; k += 37) {
      const { mean, variance } = posteriorAt(gp, lattice.weights[k]!);
      const point = { mean, std: Math.sqrt(variance) };
      const height = (name: "ei" | "logei" | "pi" | "ucb"): number =>
        acquisitionAt(name, point, { bestF, beta: settings.beta }).value;
      expectAllclose(
        [
          lattice.mean[k]!,
          lattice.std[k]!,
          lattice.ei[k]!,
          lattice.logEi[k]!,
          lattice.pi[k]!,
          lattice.ucb[k]!,
        ],
        [
          shift + scale * mean,
          scale * point.std,
          scale * height("ei"),
          Math.log(scale) + height("logei"),
          height("pi"),
          shift + scale * height("ucb"),
        ],
        { rtol: 1e-12, atol: 1e-15 },
      );
      expect(lattice.logNei![k]).toBeCloseTo(logNei!(lattice.weights[k]!, null) + Math.log(scale), 12);
    }
  });

  it("names maxima that no point of the lattice exceeds", () => {
    for (const name of argmaxNames)
      expect(surface.argmax[name].value).toBeGreaterThanOrEqual(Math.max(...lattice[name]) - 1e-9);
    expect(surface.argmax.logNei!.value).toBeGreaterThanOrEqual(Math.max(...lattice.logNei!) - 1e-9);
  });

  it("keeps the maxima where the newest has at least α", () => {
    const { argmax, lattice: whole } = surfaceOf(settingsOf(3, { alpha: 0.5 }), history);
    for (const name of argmaxNames) expect(argmax[name].weights[2]).toBeGreaterThanOrEqual(0.5 - 1e-12);
    expect(argmax.logNei).toBeNull();
    expect(whole!.logNei).toBeNull();
    expect(whole!.weights).toHaveLength(703);
  });

  it("is the same picture whatever order the parents are named in", () => {
    const order = [2, 0, 1];
    const permute = (weights: readonly number[]): readonly number[] => order.map((k) => weights[k]!);
    const other = surfaceOf(
      settings,
      history.map((point) => ({ ...point, weights: permute(point.weights) })),
    );
    const at = new Map(other.lattice!.weights.map((weights, k) => [String(weights), k]));
    const turned = lattice.weights.map((weights) => at.get(String(permute(weights)))!);
    for (const name of ["mean", "std", ...argmaxNames] as const)
      expectAllclose(
        turned.map((k) => other.lattice![name][k]!),
        [...lattice[name]],
        { rtol: 1e-9, atol: 1e-12 },
      );
  });
});

describe("four and more parents", () => {
  const settings = settingsOf(4);
  const history = historyOf(4, 9);
  const surface = surfaceOf(settings, history);

  it("draws every pair through the incumbent, the others held", () => {
    const { weights } = surface.incumbent.posterior;
    expect(surface.lattice).toBeNull();
    expect(surface.slices.map(({ i, j }) => `${i}${j}`)).toEqual(["01", "02", "03", "12", "13", "23"]);
    const { value } = surface.incumbent.posterior;
    for (const slice of surface.slices) {
      expect(slice.weights[slice.at]).toEqual(weights);
      expect(slice.mean[slice.at]).toBeCloseTo(value, 12);
      for (const point of slice.weights) {
        expect(point.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        point.forEach((weight, k) => {
          if (k !== slice.i && k !== slice.j) expect(weight).toBe(weights[k]);
        });
      }
      const amounts = slice.weights.map((point) => point[slice.j]!);
      expect(amounts).toEqual([...amounts].sort((a, b) => a - b));
      expect([amounts[0], amounts.at(-1)]).toEqual([0, expect.closeTo(slice.mass, 12)]);
    }
  });

  it("has the process's mean and deviation along a slice", () => {
    const { gp, standardisation } = analysisOf(settings, history)!;
    const slice = surface.slices[2]!;
    slice.weights.forEach((weights, k) => {
      const { mean, variance } = posteriorAt(gp, weights);
      expect(slice.mean[k]).toBeCloseTo(standardisation.shift + standardisation.scale * mean, 12);
      expect(slice.std[k]).toBeCloseTo(standardisation.scale * Math.sqrt(variance), 12);
    });
  });

  it("leaves out pairs without mass where a parent itself is best", () => {
    const best: SimplexSurface = surfaceOf(
      settings,
      history.slice(0, 4).map((point, k) => ({ ...point, value: k === 2 ? 0.9 : 0.5 })),
    );
    expect(best.incumbent.posterior.weights).toEqual([0, 0, 1, 0]);
    expect(best.slices.map(({ i, j }) => `${i}${j}`)).toEqual(["02", "12", "23"]);
  });
});

describe("what cannot be drawn", () => {
  it("two parents, no measurement, settings that make no sense", () => {
    expect(() => surfaceOf(settingsOf(2), historyOf(2, 2))).toThrow("three or more checkpoints, not 2");
    expect(() => surfaceOf(settingsOf(3), [])).toThrow("no measurement");
    expect(() => surfaceOf(settingsOf(3, { beta: Number.NaN }), historyOf(3, 2))).toThrow("β must be");
    expect(() => surfaceOf(settingsOf(3), historyOf(4, 2))).toThrow("4 weights for 3 parents");
  });
});
