/**
 * Arithmetic of a linear merge on equal parts of one tensor. In fp32: products and their sum in fp32, rounded once at the end.
 * As mergekit 0.1.4: in the written format throughout; coefficients are rounded to it, so is every product, their sum (taken in
 * fp32, as torch takes it), and the quotient by the rounded sum of the coefficients.
 *
 * A 16-bit format has 65,536 numbers, so all products with one coefficient fit in a table, and a merge is a look-up and an
 * addition for each parent. Loops over tiles that stay in the processor's nearest cache. Runs everywhere.
 */
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from "../base/float16.ts";
import type { ExportArithmetic, ExportDtype } from "../domain/export.ts";

/** Elements as they lie in a file: little-endian, row-major. */
export type StoredWeight = { readonly dtype: ExportDtype; readonly bytes: Uint8Array<ArrayBuffer> };

/** How numbers are computed and stored. */
export type Rounding = { readonly dtype: ExportDtype; readonly arithmetic: ExportArithmetic };

/** The same elements of every parent, one a coefficient, become those of the merge, in new bytes. */
export type BlockMerger = (weights: readonly StoredWeight[]) => Uint8Array<ArrayBuffer>;

type HalfFormat = Exclude<ExportDtype, "float32">;

/** Adds one parent's products to a sum: those of elements `start` on, as many as the sum is long. */
type AddProducts = (elements: Elements, start: number, sum: Float32Array<ArrayBuffer>) => void;

/** A stored weight as an array of its own type; making one takes longer than adding a thousand numbers. */
type Elements =
  | { readonly dtype: "float32"; readonly values: Float32Array<ArrayBuffer> }
  | { readonly dtype: HalfFormat; readonly values: Uint16Array<ArrayBuffer> };

const TILE = 8192;
const BYTES = { float32: 4, float16: 2, bfloat16: 2 } as const;

/** Elements of a stored weight. */
export function weightLength({ dtype, bytes }: StoredWeight): number {
  return bytes.byteLength / BYTES[dtype];
}

/** Made once a merge, used for all its blocks. */
export function createBlockMerger(
  coefficients: readonly number[],
  { dtype, arithmetic }: Rounding,
): BlockMerger {
  const working = arithmetic === "fp32" ? "float32" : dtype;
  const factors = Float32Array.from(coefficients);
  roundTo(working, factors);
  const terms = Array.from(factors, (factor) => createTerm(factor, working));
  const divisor = arithmetic === "fp32" ? 1 : roundedSum(factors, working);
  // Adding to −0 changes nothing, not even the sign of zero, so that a lone parent stays as it is. torch begins at +0.
  const zero = arithmetic === "fp32" ? -0 : 0;
  const tile = new Float32Array(TILE);
  const narrow = createNarrow(dtype);
  return (weights) => {
    const [first] = weights;
    const length = first === undefined ? 0 : weightLength(first);
    const parents = weights.map(elementsOf);
    const out = dtype === "float32" ? new Float32Array(length) : new Uint16Array(length);
    for (let start = 0; start < length; start += TILE) {
      const sum = length - start < TILE ? tile.subarray(0, length - start) : tile;
      sum.fill(zero);
      for (let i = 0; i < parents.length; i++) terms[i]!(parents[i]!, start, sum);
      if (divisor !== 1) divide(sum, divisor, working);
      out.set(narrow(sum), start);
    }
    return new Uint8Array(out.buffer);
  };
}

function elementsOf({ dtype, bytes: { buffer, byteOffset, byteLength } }: StoredWeight): Elements {
  if (dtype === "float32") return { dtype, values: new Float32Array(buffer, byteOffset, byteLength / 4) };
  return { dtype, values: new Uint16Array(buffer, byteOffset, byteLength / 2) };
}

function createTerm(factor: number, working: ExportDtype): AddProducts {
  const tables = new Map<HalfFormat, Float32Array>();
  const productsOf = (format: HalfFormat): Float32Array => {
    const known = tables.get(format) ?? productTable(format, factor, working);
    tables.set(format, known);
    return known;
  };
  return ({ dtype, values }, start, sum) => {
    if (dtype !== "float32") addLookedUp(sum, productsOf(dtype), values, start);
    else if (working === "float32") addProducts(sum, factor, values, start);
    else {
      const cast = encodeHalves(values.subarray(start, start + sum.length), working);
      addLookedUp(sum, productsOf(working), cast, 0);
    }
  };
}

/** The product of every number of a 16-bit format with the factor, by its bits, in the working format. */
function productTable(format: HalfFormat, factor: number, working: ExportDtype): Float32Array {
  const products = new Float32Array(65_536);
  decodeHalves(
    Uint16Array.from(products, (_, bits) => bits),
    format,
    products,
  );
  roundTo(working, products);
  for (let i = 0; i < products.length; i++) products[i] = factor * products[i]!;
  roundTo(working, products);
  return products;
}

/** Four at a time: the loop itself costs as much as an addition. */
function addLookedUp(sum: Float32Array, products: Float32Array, halves: Uint16Array, start: number): void {
  const fours = sum.length & ~3;
  for (let i = 0, at = start; i < fours; i += 4, at += 4) {
    sum[i] = sum[i]! + products[halves[at]!]!;
    sum[i + 1] = sum[i + 1]! + products[halves[at + 1]!]!;
    sum[i + 2] = sum[i + 2]! + products[halves[at + 2]!]!;
    sum[i + 3] = sum[i + 3]! + products[halves[at + 3]!]!;
  }
  for (let i = fours; i < sum.length; i++) sum[i] = sum[i]! + products[halves[start + i]!]!;
}

function addProducts(sum: Float32Array, factor: number, values: Float32Array, start: number): void {
  const { length } = sum;
  for (let i = 0; i < length; i++) sum[i] = sum[i]! + Math.fround(factor * values[start + i]!);
}

function divide(sum: Float32Array<ArrayBuffer>, divisor: number, working: ExportDtype): void {
  roundTo(working, sum);
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! / divisor;
}

function roundedSum(values: Float32Array, dtype: ExportDtype): number {
  const sum = Float32Array.of(values.reduce((total, value) => Math.fround(total + value), 0));
  roundTo(dtype, sum);
  return sum[0] ?? 0;
}

/** Rounds each number to the nearest that the format holds, ties to even. */
function roundTo(dtype: ExportDtype, values: Float32Array<ArrayBuffer>): void {
  if (dtype !== "float32") decodeHalves(encodeHalves(values, dtype), dtype, values);
}

/** What is stored of numbers, in the format's own array; good until the next call. */
function createNarrow(dtype: ExportDtype): (values: Float32Array) => Float32Array | Uint16Array {
  if (dtype === "float32") return (values) => values;
  const halves = new Uint16Array(TILE);
  return (values) =>
    encodeHalves(values, dtype, values.length < TILE ? halves.subarray(0, values.length) : halves);
}

function encodeHalves(
  values: Float32Array,
  format: HalfFormat,
  halves = new Uint16Array(values.length),
): Uint16Array<ArrayBuffer> {
  if (format === "float16") encodeFloat16(values, halves);
  else encodeBfloat16(values, halves);
  return halves;
}

function decodeHalves(halves: Uint16Array, format: HalfFormat, values: Float32Array): void {
  if (format === "float16") decodeFloat16(halves, values);
  else decodeBfloat16(halves, values);
}
