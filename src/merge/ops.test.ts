/** The bulk arithmetic against a plain twin that takes one number at a time. */
import { describe, expect, test } from "vitest";
import { equalBytes } from "../base/bytes.ts";
import { float16Bits, float16Value } from "../base/float16.ts";
import type { WeightDtype } from "../runtime/weights.ts";
import { addTerm, findOverflow, narrow, type StoredWeight, weightLength } from "./ops.ts";

/** Longer than one block, and not a multiple of it. */
const LENGTH = 70_001;

/** Deterministic values over many magnitudes, subnormals of float16 included. */
function valueAt(index: number, salt: number): number {
  const mixed = Math.imul(index + salt * 7919, 2_654_435_761) >>> 0;
  return Math.fround(((mixed % 20_001) - 10_000) * 2 ** -((mixed >>> 8) % 30));
}

function stored(dtype: WeightDtype, salt: number): StoredWeight {
  const values = Float32Array.from({ length: LENGTH }, (_, i) => valueAt(i, salt));
  return { dtype, bytes: narrow(values, dtype) };
}

/** One element of a stored weight, by its definition. */
function elementAt({ dtype, bytes }: StoredWeight, index: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (dtype === "float32") return view.getFloat32(4 * index, true);
  const bits = view.getUint16(2 * index, true);
  if (dtype === "float16") return float16Value(bits);
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}

describe.each(["float16", "bfloat16", "float32"] as const)("merging %s", (dtype) => {
  test("is fp32 products, summed in order", () => {
    const weights = [stored(dtype, 1), stored(dtype, 2), stored(dtype, 3)];
    const coefficients = [0.13, 0.57, 0.3];
    expect(weights.map(weightLength)).toEqual([LENGTH, LENGTH, LENGTH]);
    const sum = new Float32Array(LENGTH).fill(Number.NaN);
    for (const [i, weight] of weights.entries()) addTerm(sum, coefficients[i]!, weight, i === 0);
    for (let at = 0; at < LENGTH; at += 7) {
      let plain = Math.fround(Math.fround(coefficients[0]!) * elementAt(weights[0]!, at));
      for (const i of [1, 2]) {
        const product = Math.fround(Math.fround(coefficients[i]!) * elementAt(weights[i]!, at));
        plain = Math.fround(plain + product);
      }
      if (!Object.is(sum[at], plain)) expect([at, sum[at]]).toEqual([at, plain]);
    }
  });

  test("with one term of weight 1 gives the same bytes", () => {
    const weight = stored(dtype, 4);
    const sum = new Float32Array(LENGTH);
    addTerm(sum, 1, weight, true);
    expect(equalBytes(narrow(sum, dtype), weight.bytes)).toBe(true);
  });
});

test("overflow is found exactly where rounding would give infinity", () => {
  expect(findOverflow(Float32Array.of(1, -65_519.996, 65_520), "float16")).toBe(2);
  expect(findOverflow(Float32Array.of(1e30), "bfloat16")).toBe(-1);
  expect(findOverflow(Float32Array.of(3.4e38), "bfloat16")).toBe(0);
  expect(findOverflow(Float32Array.of(3.4e38), "float32")).toBe(-1);
  for (const dtype of ["float16", "bfloat16", "float32"] as const) {
    expect(findOverflow(Float32Array.of(0, Number.NaN), dtype)).toBe(1);
    expect(findOverflow(Float32Array.of(Number.NEGATIVE_INFINITY), dtype)).toBe(0);
  }
  expect(float16Value(float16Bits(65_520))).toBe(Number.POSITIVE_INFINITY);
});
