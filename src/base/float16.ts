/**
 * The 16-bit floating-point formats of checkpoints: IEEE 754 binary16 and bfloat16, to and from fp32. Widening is
 * exact; narrowing rounds once, to nearest, ties to even. Bulk loops over typed arrays; runs everywhere. All arrays
 * are in the machine's byte order, which is little-endian wherever JavaScript runs today.
 */

/** Largest finite binary16; from 65520 up, rounding to nearest gives infinity. */
export const MAX_FLOAT16 = 65_504;

const scratchFloat = new Float32Array(1);
const scratchBits = new Uint32Array(scratchFloat.buffer);

/** fp32 values of all 65,536 binary16 patterns: 256 kB, made at first use. */
let float16Table: Float32Array | null = null;

/** The fp32 value of one binary16 pattern, straight from the definition. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Widens binary16 to fp32; `out` is as long as `input`. */
export function decodeFloat16(input: Uint16Array, out: Float32Array): void {
  float16Table ??= Float32Array.from({ length: 65_536 }, (_, bits) => float16Value(bits));
  const table = float16Table;
  for (let i = 0; i < input.length; i++) out[i] = table[input[i]!]!;
}

/** Widens bfloat16, the upper half of an fp32, to fp32; `out` is as long as `input`. */
export function decodeBfloat16(input: Uint16Array, out: Float32Array): void {
  const outBits = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < input.length; i++) outBits[i] = input[i]! << 16;
}

/** The binary16 nearest to an fp32, ties to even; too large becomes infinity, NaN stays NaN. */
export function float16Bits(value: number): number {
  scratchFloat[0] = value;
  return narrowToFloat16(scratchBits[0]!);
}

/** Narrows fp32 to binary16; `out` is as long as `input`. */
export function encodeFloat16(input: Float32Array, out: Uint16Array): void {
  const bits = new Int32Array(input.buffer, input.byteOffset, input.length);
  // Two at a time where `out` begins on a word: one store for two saves a third of the time.
  const pairs = out.byteOffset % 4 === 0 ? input.length >>> 1 : 0;
  const words = new Int32Array(out.buffer, out.byteOffset - (out.byteOffset % 4), pairs);
  for (let i = 0; i < pairs; i++) {
    words[i] = narrowToFloat16(bits[2 * i]!) | (narrowToFloat16(bits[2 * i + 1]!) << 16);
  }
  for (let i = 2 * pairs; i < bits.length; i++) out[i] = narrowToFloat16(bits[i]!);
}

/** Narrows fp32 to bfloat16; `out` is as long as `input`. NaN stays NaN. */
export function encodeBfloat16(input: Float32Array, out: Uint16Array): void {
  const bits = new Int32Array(input.buffer, input.byteOffset, input.length);
  for (let i = 0; i < bits.length; i++) {
    const value = bits[i]!;
    const isNan = (value & 0x7fffffff) > 0x7f800000;
    // Half of the dropped unit, minus one where the kept part is even: carries exactly when rounding up.
    out[i] = isNan ? (value >>> 16) | 0x40 : (value + 0x7fff + ((value >>> 16) & 1)) >>> 16;
  }
}

/** @param bits of an fp32, signed or not. */
function narrowToFloat16(bits: number): number {
  const magnitude = bits & 0x7fffffff;
  // From 2^-14 to 2^16 it is a normal number: re-bias the exponent by 112, drop 13 bits. What rounds up to 2^16 from below
  // carries into the infinity pattern by itself.
  if (magnitude >= 0x38800000 && magnitude < 0x47800000) {
    const rounded = magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1);
    return ((bits >>> 16) & 0x8000) | (rounded >>> 13);
  }
  return narrowUnusual((bits >>> 16) & 0x8000, magnitude);
}

/** What is no normal number in binary16: apart, so that the usual case stays short. */
function narrowUnusual(sign: number, magnitude: number): number {
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  // Up to and including 2^-25, half of the smallest subnormal, which ties to zero.
  if (magnitude <= 0x33000000) return sign;
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const dropped = 126 - (magnitude >>> 23);
  const kept = mantissa >>> dropped;
  const rest = mantissa & ((1 << dropped) - 1);
  const half = 1 << (dropped - 1);
  return sign | (rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept);
}
