import { describe, expect, it } from "vitest";
import { expectAllclose } from "../numerics/allclose.ts";
import { defaultEta, drawMember, hedgeProbabilities } from "./hedge.ts";

describe("GP-Hedge", () => {
  it("weighs gains by p ∝ exp(ηg), whatever their size", () => {
    expectAllclose(hedgeProbabilities([0, 0], 2), [0.5, 0.5], { rtol: 1e-15 });
    const odds = Math.exp(0.7 * 0.5);
    expectAllclose(hedgeProbabilities([1.5, 1], 0.7), [odds / (1 + odds), 1 / (1 + odds)], { rtol: 1e-14 });
    expect(hedgeProbabilities([5000, 0], 1)).toEqual([1, 0]);
  });

  it("has the rate of the regret bound", () => {
    expectAllclose(defaultEta(2, 8), Math.sqrt(Math.log(2)), { rtol: 1e-15 });
    expect(defaultEta(1, 8)).toBe(0);
  });

  it("draws members as often as their probability says, the same for the same seed and trial", () => {
    const draws = Array.from({ length: 4000 }, (_, seed) => drawMember([0.2, 0.5, 0.3], seed, 3));
    for (const [member, p] of [0.2, 0.5, 0.3].entries())
      expect(Math.abs(draws.filter((d) => d === member).length / 4000 - p)).toBeLessThan(0.03);
    expect(drawMember([0.2, 0.5, 0.3], 17, 3)).toBe(draws[17]);
  });
});
