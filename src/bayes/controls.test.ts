import { describe, expect, it } from "vitest";
import { expectAllclose } from "../numerics/allclose.ts";
import { controlWeights } from "./controls.ts";

describe("controls", () => {
  it("an even grid comes to the centres of as many cells as trials are planned", () => {
    const space = { parents: 2, alpha: 0.5 };
    const lambdas = [0, 1, 2, 3].map((number) => controlWeights(space, "grid", 0, number, 4)[1]);
    expectAllclose(lambdas as number[], [0.5625, 0.6875, 0.8125, 0.9375], { rtol: 1e-14 });
  });

  it.each([2, 3, 5])("stay in the space of %i parents, and repeat themselves for a seed", (parents) => {
    const space = { parents, alpha: 0.3 };
    for (const control of ["random", "grid"] as const)
      for (let number = 0; number < 20; number++) {
        const weights = controlWeights(space, control, 5, number, 20);
        expectAllclose(
          weights.reduce((a, b) => a + b),
          1,
          { rtol: 1e-14 },
        );
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
        expect(weights.at(-1)).toBeGreaterThanOrEqual(0.3);
        expect(controlWeights(space, control, 5, number, 20)).toEqual(weights);
      }
  });
});
