import { describe, expect, it } from "vitest";
import { expectAllclose } from "../numerics/allclose.ts";
import { sobolPoints } from "../numerics/sobol.ts";
import { mean } from "../numerics/statistics.ts";
import { initialDesign } from "./initialDesign.ts";
import {
  checkSpace,
  newestOnly,
  sticksOfWeights,
  weightDistance,
  weightsOfSticks,
  weightsOfUniform,
} from "./searchSpace.ts";

describe("search space", () => {
  it("is [α, 1] for two parents, ends exact", () => {
    for (const alpha of [0, 0.1, 0.5, 0.7, 0.9]) {
      const space = { parents: 2, alpha };
      expect(weightsOfSticks(space, [0])).toEqual([1 - alpha, alpha]);
      expect(weightsOfSticks(space, [1])).toEqual([0, 1]);
    }
  });

  it("has exact corners for four parents", () => {
    const space = { parents: 4, alpha: 0 };
    expect(weightsOfSticks(space, [1, 0.3, 0.9])).toEqual([0, 0, 0, 1]);
    expect(weightsOfSticks(space, [0, 1, 0.3])).toEqual([0, 0, 1, 0]);
    expect(weightsOfSticks(space, [0, 0, 1])).toEqual([0, 1, 0, 0]);
    expect(weightsOfSticks(space, [0, 0, 0])).toEqual([1, 0, 0, 0]);
    expect(newestOnly(space)).toEqual([0, 0, 0, 1]);
  });

  it("maps there and back, within the space", () => {
    for (const alpha of [0, 0.4])
      for (const u of sobolPoints(64, 3, 1)) {
        const space = { parents: 4, alpha };
        const weights = weightsOfUniform(space, u);
        expectAllclose(
          weights.reduce((a, b) => a + b),
          1,
          { rtol: 1e-14 },
        );
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
        expect(weights[3]).toBeGreaterThanOrEqual(alpha);
        expectAllclose(weightsOfSticks(space, sticksOfWeights(space, weights)), weights, { atol: 1e-14 });
      }
  });

  it("spreads uniform points uniformly: every weight has the same mean", () => {
    const weights = sobolPoints(4096, 3, 2).map((u) => weightsOfUniform({ parents: 4, alpha: 0 }, u));
    for (let i = 0; i < 4; i++) expect(mean(weights.map((w) => w[i]!))).toBeCloseTo(0.25, 2);
  });

  it("refuses what is no space", () => {
    expect(() => checkSpace({ parents: 1, alpha: 0 })).toThrow(/two parents/);
    expect(() => checkSpace({ parents: 2, alpha: 1 })).toThrow(/α/);
    expect(() => checkSpace({ parents: 2, alpha: Number.NaN })).toThrow(/α/);
  });
});

describe("initialDesign", () => {
  const space = { parents: 2, alpha: 0.5 };
  it("begins at the newest parent and stays in the space", () => {
    const design = initialDesign(space, 4, [], 3);
    expect(design).toHaveLength(4);
    expect(design[0]).toEqual([0, 1]);
    for (const [, lambda] of design) expect(lambda).toBeGreaterThanOrEqual(0.5);
  });

  it("leaves out the newest parent when its score is given, and changes nothing else", () => {
    const full = initialDesign(space, 4, [], 3);
    expect(initialDesign(space, 4, [[1, 0]], 3)).toEqual(full);
    expect(
      initialDesign(
        space,
        4,
        [
          [1, 0],
          [0, 1],
        ],
        3,
      ),
    ).toEqual(full.slice(1));
  });

  it("keeps its points apart", () => {
    const design = initialDesign({ parents: 3, alpha: 0 }, 6, [], 1);
    design.forEach((a, i) => {
      for (const b of design.slice(i + 1)) expect(weightDistance(a, b)).toBeGreaterThan(0.01);
    });
  });
});
