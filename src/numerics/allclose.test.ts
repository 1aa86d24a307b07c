import { describe, expect, it } from "vitest";
import { expectAllclose } from "./allclose.ts";

describe("expectAllclose", () => {
  it("accepts what is within the tolerance", () => {
    expectAllclose([1, [2, 3]], [1.0001, [2, 3]], { rtol: 1e-3 });
    expectAllclose(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, {});
    expectAllclose(new Float64Array([0]), [1e-9], { atol: 1e-8 });
  });

  it("names the worst entry", () => {
    expect(() => expectAllclose([1, [2, 4]], [1, [2.1, 3]], { atol: 0.01 })).toThrow(/number\[1\]\[1\] is 4/);
  });

  it("refuses NaN and other shapes", () => {
    expect(() => expectAllclose(Number.NaN, Number.NaN, { atol: 1 })).toThrow();
    expect(() => expectAllclose([1, 2], [[1, 2]], { atol: 1 })).toThrow(/shapes/);
    expect(() => expectAllclose([1], [1, 2], { atol: 1 })).toThrow(/expected 2 numbers/);
  });
});
