import { describe, expect, it } from "vitest";
import { expectAllclose } from "../numerics/allclose.ts";
import {
  type InputFunction,
  type Maximum,
  maximizeOverSpace,
  separationFor,
  spreadWeights,
} from "./maximize.ts";
import { inputOf, type SearchSpace, weightDistance } from "./searchSpace.ts";

const SEGMENT = { parents: 2, alpha: 0.5 };
const peakAt =
  (centre: readonly number[]): InputFunction =>
  (input, gradient) => {
    let value = 0;
    centre.forEach((c, i) => {
      value -= (input[i]! - c) ** 2;
      if (gradient !== null) gradient[i] = -2 * (input[i]! - c);
    });
    return value;
  };

function maximize(f: InputFunction, space: SearchSpace, measured: readonly (readonly number[])[]): Maximum {
  const coarse = spreadWeights(space).map((weights) => ({ weights, value: f(inputOf(weights), null) }));
  return maximizeOverSpace(f, space, coarse, measured);
}

describe("maximizeOverSpace", () => {
  it("finds a maximum between grid points, at an end, and outside the space", () => {
    const argmax = (centre: number): number => maximize(peakAt([centre]), SEGMENT, []).weights[1]!;
    expectAllclose(argmax(0.71234), 0.71234, { atol: 1e-7 });
    expect(argmax(1)).toBe(1);
    expect(argmax(0.2)).toBe(0.5);
  });

  it("finds the higher of two narrow peaks", () => {
    const f: InputFunction = (x) =>
      Math.exp(-(((x[0]! - 0.6013) / 0.004) ** 2)) + 1.01 * Math.exp(-(((x[0]! - 0.9037) / 0.004) ** 2));
    expectAllclose(maximize(f, SEGMENT, []).weights[1]!, 0.9037, {
      atol: 1e-6,
    });
  });

  it("keeps away from measured points and says so", () => {
    const measured = [[0.3, 0.7]];
    const found = maximize(peakAt([0.7]), SEGMENT, measured);
    expectAllclose(Math.abs(found.weights[1]! - 0.7), 0.005, { rtol: 1e-6 });
    expectAllclose(found.movedFrom![1]!, 0.7, { atol: 1e-7 });
    const away = maximize(peakAt([0.8]), SEGMENT, measured);
    expect(away.movedFrom).toBeNull();
  });

  it("always leaves room, however much is measured", () => {
    const space = { parents: 2, alpha: 0.95 };
    const measured = Array.from({ length: 60 }, (_, i) => [0.05 * (i / 59), 1 - 0.05 * (i / 59)]);
    const { weights } = maximize(peakAt([1]), space, measured);
    const nearest = Math.min(...measured.map((point) => weightDistance(point, weights)));
    expect(nearest).toBeGreaterThanOrEqual(separationFor(space, 60) * (1 - 1e-9));
  });

  it.each([
    [
      [0.3, 0.2, 0.5],
      [0.3, 0.2, 0.5],
    ],
    [
      [0.1, 0.6, 0.3],
      [0.1, 0.6, 0.3],
    ],
    // Outside: the nearest weights are on the face where the oldest has none.
    [
      [-0.3, 0.6, 0.8],
      [0, 0.4, 0.6],
    ],
  ] as const)("finds %j among three parents", (centre, weights) => {
    const space = { parents: 3, alpha: 0 };
    const found = maximize(peakAt(centre), space, []);
    expectAllclose(found.weights, weights, { atol: 1e-5 });
  });

  it.each([3, 5, 8])(
    "favours no corner of %i parents: whatever their order, the same mix is found",
    (parents) => {
      const space = { parents, alpha: 0 };
      const centre = Array.from({ length: parents }, (_, i) => (2 * (i + 1)) / (parents * (parents + 1)));
      for (let turn = 0; turn < parents; turn++) {
        const turned = centre.map((_, i) => centre[(i + turn) % parents]!);
        expectAllclose(maximize(peakAt(turned), space, []).weights, turned, { atol: 1e-5 });
      }
    },
  );

  it("respects the newest parent's least weight", () => {
    const space = { parents: 3, alpha: 0.5 };
    const found = maximize(peakAt([0.1, 0.4, 0.2]), space, []);
    // What the newest must have is missing in the others, each by the same.
    expectAllclose(found.weights, [0.1, 0.4, 0.5], { atol: 1e-5 });
  });
});
