/** The bulk arithmetic against a plain twin that takes one number at a time, by the definitions. */
import { describe, expect, test } from "vitest";
import { equalBytes } from "../base/bytes.ts";
import { encodeBfloat16, encodeFloat16, float16Bits, float16Value } from "../base/float16.ts";
import type { ExportDtype } from "../domain/export.ts";
import { createBlockMerger, type StoredWeight, weightLength } from "./ops.ts";

/** Longer than one tile, and a multiple of nothing. */
const LENGTH = 20_003;
const DTYPES = ["float16", "bfloat16", "float32"] as const;

/** Deterministic values over many magnitudes, subnormals of float16 and both zeros included. */
function valueAt(index: number, salt: number): number {
  const mixed = Math.imul(index + salt * 7919, 2_654_435_761) >>> 0;
  if (index % 97 === salt) return index % 2 === 0 ? 0 : -0;
  return Math.fround(((mixed % 20_001) - 10_000) * 2 ** -((mixed >>> 8) % 30));
}

function encode(values: Float32Array<ArrayBuffer>, dtype: ExportDtype): Uint8Array<ArrayBuffer> {
  if (dtype === "float32") return new Uint8Array(values.buffer);
  const halves = new Uint16Array(values.length);
  (dtype === "float16" ? encodeFloat16 : encodeBfloat16)(values, halves);
  return new Uint8Array(halves.buffer);
}

function stored(dtype: ExportDtype, salt: number): StoredWeight {
  const values = Float32Array.from({ length: LENGTH }, (_, i) => valueAt(i, salt));
  return { dtype, bytes: encode(values, dtype) };
}

/** One element of a stored weight, by its definition. */
function elementAt({ dtype, bytes }: StoredWeight, index: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (dtype === "float32") return view.getFloat32(4 * index, true);
  const bits = view.getUint16(2 * index, true);
  if (dtype === "float16") return float16Value(bits);
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}

/** The nearest number of the format. */
function rounded(value: number, dtype: ExportDtype): number {
  if (dtype === "float32") return Math.fround(value);
  if (dtype === "float16") return float16Value(float16Bits(value));
  const halves = new Uint16Array(1);
  encodeBfloat16(Float32Array.of(value), halves);
  return new Float32Array(Uint32Array.of(halves[0]! << 16).buffer)[0]!;
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => Math.fround(sum + value));

/** fp32 products, summed in order, rounded once. */
function plainFp32(values: readonly number[], coefficients: readonly number[], dtype: ExportDtype): number {
  return rounded(sumOf(values.map((x, i) => Math.fround(Math.fround(coefficients[i]!) * x))), dtype);
}

/** `(weights * tensors).sum(dim=0) / weights.sum(dim=0)` of tensors of one dtype; torch sums 16 bits in fp32, from +0 on. */
function plainMergekit(
  values: readonly number[],
  coefficients: readonly number[],
  dtype: ExportDtype,
): number {
  const weights = coefficients.map((coefficient) => rounded(Math.fround(coefficient), dtype));
  const products = values.map((x, i) => rounded(Math.fround(weights[i]! * rounded(x, dtype)), dtype));
  const divisor = rounded(sumOf([0, ...weights]), dtype);
  return rounded(Math.fround(rounded(sumOf([0, ...products]), dtype) / divisor), dtype);
}

const cases = DTYPES.flatMap((parents) => DTYPES.map((written) => [parents, written] as const));

describe.each(cases)("merging %s into %s", (parents, written) => {
  test.each([
    ["fp32", plainFp32],
    ["mergekit", plainMergekit],
  ] as const)("in %s is what the plain twin gives, to the sign of zero", (arithmetic, plain) => {
    const weights = [stored(parents, 1), stored(parents, 2), stored(parents, 3)];
    // In float16 and bfloat16 these do not sum to 1.
    const coefficients = [0.13, 0.57, 0.3];
    expect(weights.map(weightLength)).toEqual([LENGTH, LENGTH, LENGTH]);
    const merge = createBlockMerger(coefficients, { dtype: written, arithmetic });
    const merged = { dtype: written, bytes: merge(weights) };
    expect(equalBytes(merge(weights), merged.bytes)).toBe(true);
    for (let at = 0; at < LENGTH; at++) {
      const values = weights.map((weight) => elementAt(weight, at));
      const expected = plain(values, coefficients, written);
      const got = elementAt(merged, at);
      if (!Object.is(got, expected)) expect([at, got]).toEqual([at, expected]);
    }
  });
});

test("parents of different formats merge", () => {
  const weights = DTYPES.map((dtype, i) => stored(dtype, i + 1));
  const coefficients = [0.25, 0.25, 0.5];
  for (const [arithmetic, plain] of [["fp32", plainFp32] as const, ["mergekit", plainMergekit] as const]) {
    const bytes = createBlockMerger(coefficients, { dtype: "bfloat16", arithmetic })(weights);
    for (let at = 0; at < LENGTH; at += 7) {
      const values = weights.map((weight) => elementAt(weight, at));
      const got = elementAt({ dtype: "bfloat16", bytes }, at);
      expect(got).toBe(plain(values, coefficients, "bfloat16"));
    }
  }
});

test.each(DTYPES)("a lone parent of weight 1 in %s keeps its bytes", (dtype) => {
  const weight = stored(dtype, 4);
  const merge = createBlockMerger([1], { dtype, arithmetic: "fp32" });
  expect(equalBytes(merge([weight]), weight.bytes)).toBe(true);
});
