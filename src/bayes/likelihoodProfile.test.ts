import { describe, expect, it } from "vitest";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import { expectAllclose } from "../numerics/allclose.ts";
import { conditionGp } from "./gp.ts";
import { likelihoodProfiles } from "./likelihoodProfile.ts";
import { analyse } from "./surrogate.ts";

const settings = { ...defaultSearchSettings(2), alpha: 0, standardize: true, wanted: [] };
const rows = [0, 0.2, 0.35, 0.5, 0.7, 0.9, 1].map((lambda, i) => ({
  weights: [1 - lambda, lambda],
  value: 0.6 + 0.05 * Math.sin(4 * lambda) + 0.002 * ((i * 7) % 5),
  stderr: null,
}));

describe("likelihoodProfiles", () => {
  it("is the likelihood of the process with one hyper-parameter replaced", () => {
    const { gp, model } = analyse(rows, settings);
    for (const { name, values, logMarginalLikelihood } of likelihoodProfiles(rows, settings))
      for (const i of [10, 40, 70]) {
        const value = values[i]!;
        const kernel = {
          name: gp.kernel.name,
          lengthscale: name === "lengthscale" ? [value] : model.lengthscale,
          outputscale: name === "outputscale" ? value : model.outputscale,
        };
        const noise = name === "noise" ? value : model.noiseVariance;
        const noiseVariances = rows.map(() => noise);
        const plain = conditionGp(kernel, { inputs: gp.inputs, targets: gp.targets, noiseVariances }, null);
        expectAllclose(logMarginalLikelihood[i]!, plain.logMarginalLikelihood, { rtol: 1e-9, atol: 1e-9 });
      }
  });

  it("is nowhere above what the fit reached", () => {
    const { model } = analyse(rows, settings);
    for (const { logMarginalLikelihood } of likelihoodProfiles(rows, settings))
      for (const value of logMarginalLikelihood)
        expect(value ?? Number.NEGATIVE_INFINITY).toBeLessThanOrEqual(model.logMarginalLikelihood + 1e-6);
  });

  it("leaves the noise out where it is not a hyper-parameter", () => {
    const names = likelihoodProfiles(rows, { ...settings, noise: "none" }).map(({ name }) => name);
    expect(names).toEqual(["lengthscale", "outputscale"]);
  });
});
