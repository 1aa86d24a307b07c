import { describe, expect, it } from "vitest";
import type { KernelName } from "../domain/surrogate.ts";
import { expectAllclose } from "../numerics/allclose.ts";
import { matrixFromRows } from "../numerics/matrix.ts";
import { type FitProblem, fitGp } from "./fit.ts";
import golden from "./fixtures/likelihoodOptima.json" with { type: "json" };
import { posteriorAt } from "./gp.ts";

const BASE = {
  kernel: "matern52",
  inputs: matrixFromRows([[0.1], [0.3], [0.55], [0.7], [0.95]]),
  targets: [-1.2, 0.1, 1.1, 0.7, -0.7],
  noiseVariances: null,
  fixed: {},
  estimate: "likelihood",
  seed: 0,
} as const satisfies FitProblem;

describe("fitGp", () => {
  it.each(golden.map((row, i) => [i, row.kernel, row.targets.length, row] as const))(
    "case %i: %s, n = %i: reaches the greatest likelihood that scipy and BoTorch find",
    (_, __, ___, row) => {
      for (const seed of [0, 1, 2]) {
        const { gp, kind } = fitGp({
          kernel: row.kernel as KernelName,
          inputs: matrixFromRows(row.inputs),
          targets: row.targets,
          noiseVariances: row.noiseVariances,
          fixed: {},
          estimate: "likelihood",
          seed,
        });
        expect(kind).toBe("likelihood");
        expect(gp.logMarginalLikelihood).toBeGreaterThan(Math.max(row.scipy, row.botorch) - 1e-5);
      }
    },
  );

  it("repeats itself bit for bit", () => {
    expect(fitGp(BASE).gp.alpha).toEqual(fitGp(BASE).gp.alpha);
  });

  it("holds what is fixed and fits the rest", () => {
    const { gp, noiseVariance, kind } = fitGp({ ...BASE, fixed: { lengthscale: [0.4], mean: 0.3 } });
    expect(gp.kernel.lengthscale).toEqual([0.4]);
    expect(gp.mean).toBe(0.3);
    expect(kind).toBe("likelihood");
    const freer = fitGp({ ...BASE, fixed: { mean: 0.3 } });
    expect(freer.gp.logMarginalLikelihood).toBeGreaterThanOrEqual(gp.logMarginalLikelihood);
    const all = fitGp({ ...BASE, fixed: { lengthscale: [0.4], outputscale: 1.5, noise: 0.02, mean: 0.3 } });
    expect(all.kind).toBe("fixed");
    expect(all.noiseVariance).toBe(0.02);
    expect(noiseVariance).not.toBeNull();
  });

  it("takes a noise held at zero", () => {
    const { gp } = fitGp({ ...BASE, fixed: { noise: 0 } });
    expectAllclose(posteriorAt(gp, [0.55]).mean, 1.1, { rtol: 1e-6 });
  });

  it.each([1, 2])("uses the defaults for n = %i and says so", (n) => {
    const inputs = matrixFromRows([[0.2], [0.8]].slice(0, n));
    const { gp, kind, noiseVariance } = fitGp({ ...BASE, inputs, targets: [0.7, -0.7].slice(0, n) });
    expect(kind).toBe("default");
    expectAllclose(gp.kernel.outputscale, n === 1 ? 1 : 0.98, { rtol: 1e-12 });
    expectAllclose(noiseVariance!, n === 1 ? 0.01 : 0.0098, { rtol: 1e-12 });
  });

  it("uses the defaults for equal targets and says so", () => {
    for (const value of [0, 0.1 + 0.2])
      expect(fitGp({ ...BASE, targets: BASE.targets.map(() => value) }).kind).toBe("default");
  });

  it("says when a hyper-parameter ends on its guard rail", () => {
    const line = fitGp({ ...BASE, targets: BASE.targets.map((_, i) => 3 * BASE.inputs.data[i]! - 1.5) });
    expect(line.atBounds).toContain("lengthscale at its upper bound");
  });

  it("moves with the targets' scale", () => {
    const once = fitGp(BASE);
    const small = fitGp({ ...BASE, targets: BASE.targets.map((y) => 0.6 + 1e-3 * y) });
    expectAllclose(small.gp.kernel.lengthscale, once.gp.kernel.lengthscale, { rtol: 1e-3 });
    expectAllclose(small.gp.kernel.outputscale, 1e-6 * once.gp.kernel.outputscale, { rtol: 1e-3 });
  });
});
