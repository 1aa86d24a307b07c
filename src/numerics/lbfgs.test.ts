import { describe, expect, it } from "vitest";
import { expectAllclose } from "./allclose.ts";
import { minimizeInBox } from "./lbfgs.ts";

const RULE = { gradientTolerance: 1e-9, valueTolerance: 0, maxIterations: 500 };
const WIDE = { lower: [-10, -10], upper: [10, 10] };

/** (1 − x)² + 100(y − x²)², minimum at (1, 1). */
function rosenbrock(x: Float64Array, gradient: Float64Array): number {
  const [a, b] = [x[0]!, x[1]!];
  gradient[0] = -2 * (1 - a) - 400 * a * (b - a * a);
  gradient[1] = 200 * (b - a * a);
  return (1 - a) ** 2 + 100 * (b - a * a) ** 2;
}

describe("minimizeInBox", () => {
  it("finds Rosenbrock's minimum", () => {
    const { x, converged, evaluations } = minimizeInBox(rosenbrock, [-1.2, 1], WIDE, RULE);
    expectAllclose(x, [1, 1], { atol: 1e-7 });
    expect(converged).toBe(true);
    expect(evaluations).toBeLessThan(200);
  });

  it("finds the minimum on a face of the box", () => {
    // With x ≤ 0.5 the best is x = 0.5, y = 0.25.
    const { x } = minimizeInBox(rosenbrock, [-1.2, 1], { lower: [-2, -2], upper: [0.5, 2] }, RULE);
    expectAllclose(x, [0.5, 0.25], { atol: 1e-7 });
  });

  it("leaves held coordinates alone and moves a start outside into the box", () => {
    const { x } = minimizeInBox(rosenbrock, [7, 9], { lower: [-2, 2], upper: [3, 2] }, RULE);
    expect(x[1]).toBe(2);
    const slope = -2 * (1 - x[0]!) - 400 * x[0]! * (2 - x[0]! ** 2);
    expect(Math.abs(slope)).toBeLessThan(1e-5);
  });

  it("avoids points without a finite value", () => {
    const barrier = (x: Float64Array, gradient: Float64Array): number => {
      gradient[0] = 1 - 1 / x[0]!;
      return x[0]! > 0 ? x[0]! - Math.log(x[0]!) : Number.POSITIVE_INFINITY;
    };
    const { x } = minimizeInBox(barrier, [8], { lower: [-10], upper: [10] }, RULE);
    expectAllclose(x, [1], { atol: 1e-6 });
    expect(() => minimizeInBox(barrier, [-1], { lower: [-10], upper: [10] }, RULE)).toThrow(RangeError);
  });

  it("says when the iterations ran out", () => {
    expect(minimizeInBox(rosenbrock, [-1.2, 1], WIDE, { ...RULE, maxIterations: 3 }).converged).toBe(false);
  });
});
