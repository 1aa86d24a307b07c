/**
 * Arithmetic of a linear merge on one tensor: fp32 products, summed in order, rounded once at the end. Loops over typed
 * arrays in blocks, so that widening needs no second tensor. Runs everywhere.
 */
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from "../base/float16.ts";
import type { WeightDtype } from "../runtime/weights.ts";

/** A tensor as it lies in a file: little-endian, row-major. */
export type StoredWeight = { readonly dtype: WeightDtype; readonly bytes: Uint8Array<ArrayBuffer> };

const BLOCK = 65_536;

/** Elements of a stored weight. */
export function weightLength({ dtype, bytes }: StoredWeight): number {
  return bytes.byteLength / (dtype === "float32" ? 4 : 2);
}

/**
 * sum ← sum + coefficient · weight, or sum ← coefficient · weight for the first term, so that a lone term with
 * coefficient 1 is exact to the sign of zero. `sum` has the weight's length.
 */
export function addTerm(sum: Float32Array, coefficient: number, weight: StoredWeight, first: boolean): void {
  const factor = Math.fround(coefficient);
  const scratch = new Float32Array(BLOCK);
  for (let start = 0; start < sum.length; start += BLOCK) {
    const values = widen(weight, start, Math.min(start + BLOCK, sum.length), scratch);
    const part = sum.subarray(start, start + values.length);
    if (first) for (let i = 0; i < values.length; i++) part[i] = factor * values[i]!;
    else for (let i = 0; i < values.length; i++) part[i] = part[i]! + Math.fround(factor * values[i]!);
  }
}

/** Elements start … end − 1 in fp32; the result is only good until the next call with the same scratch. */
function widen(weight: StoredWeight, start: number, end: number, scratch: Float32Array): Float32Array {
  const { buffer, byteOffset } = weight.bytes;
  if (weight.dtype === "float32") return new Float32Array(buffer, byteOffset + 4 * start, end - start);
  const halves = new Uint16Array(buffer, byteOffset + 2 * start, end - start);
  const out = scratch.subarray(0, end - start);
  if (weight.dtype === "float16") decodeFloat16(halves, out);
  else decodeBfloat16(halves, out);
  return out;
}

/** All elements in fp32, in an array of their own. */
export function widenWeight(weight: StoredWeight): Float32Array<ArrayBuffer> {
  const values = new Float32Array(weightLength(weight));
  values.set(widen(weight, 0, values.length, new Float32Array(values.length)));
  return values;
}

/** The values in the stored format, rounded to nearest, ties to even. */
export function narrow(values: Float32Array<ArrayBuffer>, dtype: WeightDtype): Uint8Array<ArrayBuffer> {
  if (dtype === "float32") return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const halves = new Uint16Array(values.length);
  if (dtype === "float16") encodeFloat16(values, halves);
  else encodeBfloat16(values, halves);
  return new Uint8Array(halves.buffer);
}

/** From here up, rounding to nearest gives infinity: half a unit above the largest finite number. */
const OVERFLOW: Readonly<Record<WeightDtype, number>> = {
  float16: (2 - 2 ** -11) * 2 ** 15,
  bfloat16: (2 - 2 ** -8) * 2 ** 127,
  float32: Number.POSITIVE_INFINITY,
};

/** Index of the first value that the format cannot hold as a finite number, or −1. */
export function findOverflow(values: Float32Array, dtype: WeightDtype): number {
  const limit = OVERFLOW[dtype];
  // Written so that NaN counts as well.
  for (let i = 0; i < values.length; i++) if (!(Math.abs(values[i]!) < limit)) return i;
  return -1;
}
