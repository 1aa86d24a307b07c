import { describe, expect, it } from "vitest";
import { expectAllclose } from "../numerics/allclose.ts";
import { matrixFromRows } from "../numerics/matrix.ts";
import { normalPdf } from "../numerics/normal.ts";
import { acquisitionAt } from "./acquisition.ts";
import golden from "./fixtures/botorch.json" with { type: "json" };
import { conditionGp, posteriorAt } from "./gp.ts";
import type { Kernel } from "./kernel.ts";

/** ∫ max(μ + σz − f*, 0) φ(z) dz by Simpson's rule from where the integrand begins. */
function integratedImprovement(mean: number, std: number, bestF: number): number {
  const low = (bestF - mean) / std;
  const high = Math.max(low, 0) + 12;
  const steps = 20000;
  const h = (high - low) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const z = low + i * h;
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * (mean + std * z - bestF) * normalPdf(z);
  }
  return (sum * h) / 3;
}

describe("acquisition functions", () => {
  it("EI is the integral of the improvement", () => {
    for (const mean of [-6, -2, -0.7, 0.5, 0.51, 1.4])
      for (const std of [0.1, 0.6, 2]) {
        const { value } = acquisitionAt("ei", { mean, std }, { bestF: 0.5, beta: 0 });
        if (value > 1e-300) expectAllclose(value, integratedImprovement(mean, std, 0.5), { rtol: 1e-9 });
      }
  });

  it("LogEI is log EI, and goes on where EI is 0", () => {
    for (const mean of [3, 0, -0.999, -1, -1.001, -8, -14.9, -15.1, -30]) {
      const at = (name: "ei" | "logei"): number =>
        acquisitionAt(name, { mean, std: 1 }, { bestF: 0, beta: 0 }).value;
      expectAllclose(at("logei"), Math.log(at("ei")), { rtol: 1e-13, atol: 1e-13 });
    }
    // log h(−a) → −a²/2 − log √(2π) − 2 log a
    for (const a of [1e3, 1e6, 1e9]) {
      const { value, byMean } = acquisitionAt("logei", { mean: -a, std: 1 }, { bestF: 0, beta: 0 });
      const limit = -0.5 * a * a - 0.5 * Math.log(2 * Math.PI) - 2 * Math.log(a);
      expectAllclose(value, limit, { rtol: 1e-9 });
      expectAllclose(byMean, a, { rtol: 1e-5 });
    }
  });

  it("PI is a half at the incumbent, and UCB is μ + βσ", () => {
    const point = { mean: 0.5, std: 0.2 };
    expectAllclose(acquisitionAt("pi", point, { bestF: 0.5, beta: 0 }).value, 0.5, { rtol: 1e-14 });
    expect(acquisitionAt("ucb", point, { bestF: 9, beta: 3 }).value).toBeCloseTo(1.1, 14);
  });

  it.each(golden.map((row, i) => [i, row.kernel, row] as const))(
    "agrees with BoTorch, case %i: %s",
    (_, __, row) => {
      const { lengthscale, outputscale, mean } = row.hyperparameters;
      const kernel = { name: row.kernel as Kernel["name"], lengthscale, outputscale };
      const data = {
        inputs: matrixFromRows(row.inputs),
        targets: row.targets,
        noiseVariances: row.noiseVariances,
      };
      const gp = conditionGp(kernel, data, mean);
      const at = (name: "ei" | "logei" | "pi" | "ucb", bestF: number): readonly number[] =>
        row.points.map((x) => {
          const posterior = posteriorAt(gp, x);
          const point = { mean: posterior.mean, std: Math.sqrt(posterior.variance) };
          return acquisitionAt(name, point, { bestF, beta: row.beta }).value;
        });
      expectAllclose(at("ei", row.bestF), row.acquisition.ei, { rtol: 1e-7, atol: 1e-14 });
      expectAllclose(at("logei", row.bestF), row.acquisition.logei, { rtol: 1e-8 });
      expectAllclose(at("logei", row.bestF + 40), row.acquisition.logeiFar, { rtol: 1e-8 });
      expectAllclose(at("pi", row.bestF), row.acquisition.pi, { rtol: 1e-8, atol: 1e-14 });
      expectAllclose(at("ucb", row.bestF), row.acquisition.ucb, { rtol: 1e-9, atol: 1e-11 });
    },
  );
});
