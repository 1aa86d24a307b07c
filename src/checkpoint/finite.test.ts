/** Counting against the definition, for every 16-bit pattern, and at the edges of blocks and words. */
import { describe, expect, test } from "vitest";
import { float16Value } from "../base/float16.ts";
import { countNonFinite } from "./finite.ts";

const bytesOf = (array: Uint16Array | Uint32Array | Float32Array) => new Uint8Array(array.buffer);

describe("every 16-bit pattern is told by itself", () => {
  const values = {
    float16: float16Value,
    bfloat16: (bits: number) => new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!,
  };
  test.each(["float16", "bfloat16"] as const)("%s", (dtype) => {
    for (let bits = 0; bits < 65_536; bits++) {
      const value = values[dtype](bits);
      const kind = Number.isNaN(value) ? "nan" : Number.isFinite(value) ? null : "infinite";
      // In the low half of a word, in the high half, and behind the last word.
      const found = countNonFinite(dtype, bytesOf(Uint16Array.of(bits, bits, bits)));
      const three = { nan: 0, infinite: 0, first: null };
      expect(found).toEqual(kind === null ? three : { ...three, [kind]: 3, first: 0 });
    }
  });
});

test("float32, with the first one's place in a later block", () => {
  const values = new Float32Array(10_001).fill(3.4e38);
  values[0] = -0;
  values[1] = 1e-45;
  expect(countNonFinite("float32", bytesOf(values))).toEqual({ nan: 0, infinite: 0, first: null });
  values[9_000] = Number.NEGATIVE_INFINITY;
  values[9_001] = Number.NaN;
  values[10_000] = Number.NaN;
  expect(countNonFinite("float32", bytesOf(values))).toEqual({ nan: 2, infinite: 1, first: 9_000 });
});

test("bytes that begin anywhere in their buffer, and none", () => {
  const bytes = new Uint8Array([9, ...bytesOf(Uint16Array.of(0, 0x7c00, 0x7e00))]).subarray(1);
  expect(countNonFinite("float16", bytes)).toEqual({ nan: 1, infinite: 1, first: 1 });
  expect(countNonFinite("bfloat16", new Uint8Array(0))).toEqual({ nan: 0, infinite: 0, first: null });
});
