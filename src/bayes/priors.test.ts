import { describe, expect, it } from "vitest";
import { expectAllclose } from "../numerics/allclose.ts";
import { lengthscaleMode, logPriorAt } from "./priors.ts";

const theta = [-1.2, 0.4, 0, -3.1];

describe("BoTorch's priors", () => {
  it("have their modes and medians where they are documented", () => {
    expectAllclose(lengthscaleMode(1), 0.2048, { rtol: 1e-3 });
    const at = (lengthscale: number): number => logPriorAt([Math.log(lengthscale), 0, -4], true, null);
    expect(at(lengthscaleMode(1))).toBeGreaterThan(at(lengthscaleMode(1) * 1.05));
    expect(at(lengthscaleMode(1))).toBeGreaterThan(at(lengthscaleMode(1) / 1.05));
  });

  it("add their gradient by θ", () => {
    for (const fitted of [true, false]) {
      const gradient = new Float64Array(4);
      logPriorAt(theta, fitted, gradient);
      const slopes = theta.map((_, i) => {
        const at = (step: number): number =>
          logPriorAt(
            theta.map((value, j) => (i === j ? value + step : value)),
            fitted,
            null,
          );
        return (at(1e-5) - at(-1e-5)) / 2e-5;
      });
      expectAllclose(gradient, slopes, { rtol: 1e-8, atol: 1e-9 });
    }
  });
});
