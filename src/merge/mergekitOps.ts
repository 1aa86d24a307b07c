/**
 * mergekit 0.1.4's arithmetic of a linear merge without a working `dtype`: everything in the number format of the
 * checkpoints. Weights are rounded to it, every product is, their sum is taken in fp32 and rounded, and so is its quotient by
 * the rounded sum of the weights. A loop over elements: faithful first, fast enough. Runs everywhere.
 */
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from "../base/float16.ts";
import type { WeightDtype } from "../runtime/weights.ts";
import { type StoredWeight, widenWeight } from "./ops.ts";

/** Σ wᵢxᵢ / Σ wᵢ of equally long weights in one format, as fp32 numbers that the format holds exactly. */
export function mergeAsMergekit(
  weights: readonly StoredWeight[],
  coefficients: readonly number[],
  dtype: WeightDtype,
): Float32Array<ArrayBuffer> {
  const rounded = Float32Array.from(coefficients);
  roundTo(dtype, rounded);
  const divisor = new Float32Array([rounded.reduce((sum, weight) => Math.fround(sum + weight), 0)]);
  roundTo(dtype, divisor);
  let sum: Float32Array<ArrayBuffer> | null = null;
  for (const [i, weight] of weights.entries()) {
    const product = widenWeight(weight);
    const factor = rounded[i] ?? 0;
    for (let at = 0; at < product.length; at++) product[at] = factor * product[at]!;
    roundTo(dtype, product);
    if (sum === null) sum = product;
    else for (let at = 0; at < sum.length; at++) sum[at] = sum[at]! + product[at]!;
  }
  const merged = sum ?? new Float32Array(0);
  roundTo(dtype, merged);
  for (let at = 0; at < merged.length; at++) merged[at] = merged[at]! / divisor[0]!;
  roundTo(dtype, merged);
  return merged;
}

/** Rounds each number to the nearest that the format holds, ties to even. */
function roundTo(dtype: WeightDtype, values: Float32Array): void {
  if (dtype === "float32") return;
  const halves = new Uint16Array(values.length);
  if (dtype === "float16") {
    encodeFloat16(values, halves);
    decodeFloat16(halves, values);
  } else {
    encodeBfloat16(values, halves);
    decodeBfloat16(halves, values);
  }
}
