import { describe, expect, it } from "vitest";
import { expectAllclose } from "../numerics/allclose.ts";
import { createRng } from "../numerics/rng.ts";
import { mean } from "../numerics/statistics.ts";
import { fitMarginCurves, marginNodes } from "./marginCurves.ts";

/** Smooth made-up margins of 200 items: a line of their own and a bend. */
function itemsOf(seed: number): readonly ((lambda: number) => number)[] {
  const rng = createRng("margin items", seed);
  return Array.from({ length: 200 }, () => {
    const [a, b, bend, at] = [0.8 * rng.normal(), 1.5 * rng.normal(), 1.2 * rng.normal(), rng.uniform()];
    return (lambda) => a + b * (lambda - 0.5) + bend * Math.exp(-(((lambda - at) / 0.6) ** 2));
  });
}

const marginsAt = (items: ReturnType<typeof itemsOf>, lambda: readonly number[]) =>
  lambda.map((at) => items.map((item) => item(at)));
const accuracyOf = (items: ReturnType<typeof itemsOf>, lambda: number): number =>
  mean(items.map((item) => (item(lambda) > 0 ? 1 : 0)));

describe("margin curves", () => {
  it("go through what was measured", () => {
    const items = itemsOf(1);
    const lambda = [0, ...marginNodes(3), 1];
    const curves = fitMarginCurves({ lambda, margins: marginsAt(items, lambda) });
    for (const at of lambda) {
      expectAllclose(
        curves.at(at).mean,
        items.map((item) => item(at)),
        { atol: 1e-4 },
      );
      expect(curves.accuracyAt(at).value).toBeCloseTo(accuracyOf(items, at), 2);
    }
  });

  it("are one item's own universal kriging, whatever the other items are", () => {
    const lambda = [0, 0.2, 0.5, 0.8, 1];
    const all = marginsAt(itemsOf(2), lambda);
    const one = fitMarginCurves({ lambda, margins: all });
    const reversed = fitMarginCurves({ lambda, margins: all.map((row) => row.toReversed()) });
    expect(reversed.lengthscale).toBe(one.lengthscale);
    expectAllclose(one.at(0.37).mean, reversed.at(0.37).mean.toReversed(), { rtol: 1e-12 });
    // The plain twin: minimise over the trend what is left in the kernel's norm, by brute normal equations.
    const c = (a: number, b: number): number => Math.exp(-0.5 * ((a - b) / one.lengthscale) ** 2);
    const y = all.map((row) => row[7]!);
    const predicted = krigingByElimination(lambda, y, c, 0.37);
    expectAllclose(one.at(0.37).mean[7]!, predicted, { rtol: 1e-5, atol: 1e-6 });
  });

  it("predict the staircase from five λ, and say how sure they are", () => {
    const inside: number[] = [];
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const items = itemsOf(seed);
      const lambda = [0, ...marginNodes(3), 1];
      const curves = fitMarginCurves({ lambda, margins: marginsAt(items, lambda) });
      for (let i = 0; i <= 50; i++) {
        const { value, std } = curves.accuracyAt(i / 50);
        const truth = accuracyOf(items, i / 50);
        // Half a standard error of an accuracy of 200 items.
        expect(Math.abs(value - truth)).toBeLessThan(0.5 * Math.sqrt(0.25 / 200));
        inside.push(Math.abs(value - truth) <= 2 * std + 0.5 / 200 ? 1 : 0);
      }
    }
    expect(mean(inside)).toBeGreaterThan(0.85);
  });

  it("take margins that are all alike", () => {
    const lambda = [0, 0.3, 0.7, 1];
    const { value, std } = fitMarginCurves({ lambda, margins: lambda.map(() => [2, 2, -1]) }).accuracyAt(0.5);
    expect(value).toBeCloseTo(2 / 3, 6);
    expect(std).toBeLessThan(1e-3);
  });

  it("need four λ that differ", () => {
    expect(() => fitMarginCurves({ lambda: [0, 0.5, 1], margins: [[1], [1], [1]] })).toThrow("four λ");
    expect(() => fitMarginCurves({ lambda: [0, 0.5, 0.5, 1], margins: [[1], [1], [1], [1]] })).toThrow(
      "four λ",
    );
  });
});

/** Universal kriging as one linear system: [C H; Hᵀ 0][w; μ] = [c; h], prediction wᵀy. */
function krigingByElimination(
  lambda: readonly number[],
  y: readonly number[],
  c: (a: number, b: number) => number,
  at: number,
): number {
  const n = lambda.length;
  const rows = Array.from({ length: n + 2 }, (_, i) =>
    Array.from({ length: n + 3 }, (_, j) => {
      if (j === n + 2) return i < n ? c(at, lambda[i]!) : i === n ? 1 : at;
      if (i < n && j < n) return c(lambda[i]!, lambda[j]!) + (i === j ? 1e-8 : 0);
      if (i >= n && j >= n) return 0;
      const [k, t] = i < n ? [i, j - n] : [j, i - n];
      return t === 0 ? 1 : lambda[k]!;
    }),
  );
  for (let i = 0; i < n + 2; i++) {
    const pivot = rows
      .slice(i)
      .reduce((best, row, k) => (Math.abs(row[i]!) > Math.abs(rows[best]![i]!) ? i + k : best), i);
    [rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!];
    for (let j = 0; j < n + 2; j++) {
      if (j === i) continue;
      const factor = rows[j]![i]! / rows[i]![i]!;
      for (let k = i; k < n + 3; k++) rows[j]![k]! -= factor * rows[i]![k]!;
    }
  }
  return y.reduce((sum, value, i) => sum + (value * rows[i]![n + 2]!) / rows[i]![i]!, 0);
}
