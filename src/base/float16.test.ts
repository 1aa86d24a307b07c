import { describe, expect, test } from "vitest";
import {
  decodeBfloat16,
  decodeFloat16,
  encodeBfloat16,
  encodeFloat16,
  float16Bits,
  float16Value,
  MAX_FLOAT16,
} from "./float16.ts";

const ALL_PATTERNS = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
const isFinite16 = (bits: number) => (bits & 0x7c00) !== 0x7c00;

/** The slow twin: among the two finite neighbours of a value, the nearest, ties to the even pattern. */
function nearestFloat16(value: number): number {
  const magnitude = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  let below = 0;
  while (below < 0x7bff && float16Value(below + 1) <= magnitude) below++;
  // Above the largest finite number the next step would be 65536.
  const above = below === 0x7bff ? 65_536 : float16Value(below + 1);
  const [down, up] = [magnitude - float16Value(below), above - magnitude];
  if (down < up) return sign | below;
  if (up < down) return sign | (below + 1);
  return sign | (below % 2 === 0 ? below : below + 1);
}

describe("binary16", () => {
  test("every pattern survives widening and narrowing", () => {
    const wide = new Float32Array(65_536);
    const back = new Uint16Array(65_536);
    decodeFloat16(ALL_PATTERNS, wide);
    encodeFloat16(wide, back);
    for (const bits of ALL_PATTERNS) {
      const isNan = (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
      if (isNan) expect(Number.isNaN(float16Value(back[bits]!))).toBe(true);
      else if (back[bits] !== bits) expect(back[bits]).toBe(bits);
      if (!isNan && !Object.is(wide[bits], float16Value(bits))) expect(wide[bits]).toBe(float16Value(bits));
    }
  });

  test("known values", () => {
    expect(float16Bits(1)).toBe(0x3c00);
    expect(float16Bits(-2)).toBe(0xc000);
    expect(float16Bits(MAX_FLOAT16)).toBe(0x7bff);
    expect(float16Bits(2 ** -24)).toBe(0x0001);
    expect(float16Bits(1 / 3)).toBe(0x3555);
    expect(float16Value(0x7c00)).toBe(Number.POSITIVE_INFINITY);
  });

  test("halfway values go to the even neighbour, overflow begins at 65520", () => {
    expect(float16Bits(1 + 2 ** -11)).toBe(0x3c00);
    expect(float16Bits(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(float16Bits(2 ** -25)).toBe(0);
    expect(float16Bits(3 * 2 ** -25)).toBe(2);
    expect(float16Bits(65_519.996)).toBe(0x7bff);
    expect(float16Bits(65_520)).toBe(0x7c00);
    expect(float16Bits(-1e9)).toBe(0xfc00);
    expect(float16Value(float16Bits(Number.NaN))).toBeNaN();
  });

  test("agrees with the slow twin around every step and on random values", () => {
    const values: number[] = [];
    for (let bits = 0; bits < 0x7bff; bits += 331) {
      const [a, b] = [float16Value(bits), float16Value(bits + 1)];
      const middle = (a + b) / 2;
      values.push(
        middle,
        -middle,
        Math.fround(middle * (1 + 2 ** -22)),
        Math.fround(middle * (1 - 2 ** -22)),
      );
    }
    for (const value of values) {
      if (float16Bits(value) !== nearestFloat16(value))
        expect([value, float16Bits(value)]).toEqual([value, nearestFloat16(value)]);
    }
    expect(values.filter((value) => isFinite16(float16Bits(value)))).toHaveLength(values.length);
  });

  test("agrees with DataView where the platform has it", ({ skip }) => {
    const view = new DataView(new ArrayBuffer(2));
    const setFloat16: unknown = Reflect.get(view, "setFloat16");
    if (typeof setFloat16 !== "function") return skip("DataView has no setFloat16 here");
    for (let i = 0; i < 20_000; i++) {
      const value = Math.fround((i - 10_000) * 1.2345e-3 * 2 ** ((i % 40) - 20));
      setFloat16.call(view, 0, value, true);
      if (view.getUint16(0, true) !== float16Bits(value))
        expect(float16Bits(value)).toBe(view.getUint16(0, true));
    }
  });
});

describe("bfloat16", () => {
  test("every pattern survives widening and narrowing", () => {
    const wide = new Float32Array(65_536);
    const back = new Uint16Array(65_536);
    decodeBfloat16(ALL_PATTERNS, wide);
    encodeBfloat16(wide, back);
    for (const bits of ALL_PATTERNS) {
      const isNan = (bits & 0x7f80) === 0x7f80 && (bits & 0x7f) !== 0;
      if (isNan) expect((back[bits]! & 0x7f80) === 0x7f80 && (back[bits]! & 0x7f) !== 0).toBe(true);
      else if (back[bits] !== bits) expect(back[bits]).toBe(bits);
    }
  });

  test("rounds to nearest, ties to even, and overflows to infinity", () => {
    const out = new Uint16Array(6);
    const input = Float32Array.of(
      1 + 2 ** -8,
      1 + 3 * 2 ** -8,
      1 + 2 ** -8 + 2 ** -20,
      -1.5,
      3.4e38,
      Number.NaN,
    );
    encodeBfloat16(input, out);
    expect([...out.slice(0, 5)]).toEqual([0x3f80, 0x3f82, 0x3f81, 0xbfc0, 0x7f80]);
    expect((out[5]! & 0x7fff) > 0x7f80).toBe(true);
  });
});
