import { describe, expect, it } from "vitest";
import { NAMED_RECIPES, perplexityWeights } from "./namedRecipes.ts";

describe("named recipes", () => {
  it.each(NAMED_RECIPES)("$name is a mix of any number of checkpoints", ({ weights }) => {
    for (let k = 2; k <= 8; k++) {
      const mix = weights(k);
      expect(mix).toHaveLength(k);
      expect(Math.min(...mix)).toBeGreaterThanOrEqual(0);
      expect(mix.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    }
  });

  it("stand for the decays they are named after", () => {
    const shareOf = (mix: readonly number[], update: number): number =>
      mix.slice(update).reduce((a, b) => a + b, 0);
    const mixOf = (name: string) => NAMED_RECIPES.find((one) => one.name === name)!.weights(4);
    for (const [name, decay] of [
      ["uniform", (t: number) => 1 - t],
      ["cosine", (t: number) => 0.5 * (1 + Math.cos(Math.PI * t))],
      ["one-minus-sqrt", (t: number) => 1 - Math.sqrt(t)],
    ] as const)
      for (let j = 0; j < 4; j++) expect(shareOf(mixOf(name), j)).toBeCloseTo(decay(j / 4), 12);
  });

  it("weigh by perplexity as P2 eq. 3 does", () => {
    expect(perplexityWeights([10, 5])).toEqual([0.1 / 0.30000000000000004, 0.2 / 0.30000000000000004]);
  });
});
