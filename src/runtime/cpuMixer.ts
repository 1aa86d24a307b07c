/**
 * Weights in ordinary memory, for Node and wasm. Parents stay in the number format they were saved in, which halves
 * their memory, and are widened as they are merged, block by block. Knows no onnxruntime.
 */

import { AppError } from "../base/errors.ts";
import { decodeBfloat16, decodeFloat16 } from "../base/float16.ts";
import type { ModelConfig } from "../model/config.ts";
import { elementCount, type Parameter, parameterTable } from "../model/parameterTable.ts";
import type { JobQueue } from "./jobQueue.ts";
import { checkCoefficients, findParents, readParameter, readParameters } from "./parents.ts";
import type { WeightDtype, WeightMixer } from "./weights.ts";

/** A mixer and the arrays that it writes into, by parameter name: made once, never replaced. */
export type CpuMixer = WeightMixer & {
  readonly merged: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  /** Lets every parent go. */
  dropAll(): void;
};

/** A parent's tensor: fp32 numbers, or 16-bit patterns and the table of their values. */
type Stored =
  | { readonly numbers: Float32Array; readonly table: null }
  | { readonly numbers: Uint16Array; readonly table: Float32Array };

type Parent = { readonly tensors: ReadonlyMap<string, Stored>; readonly bytes: number };

/** Elements merged at a time, so that the sum stays in the nearest cache while parents stream by. */
const BLOCK = 4096;

/** @throws AppError `out-of-memory` when the merged weights do not fit. */
export function createCpuMixer(config: ModelConfig, queue: JobQueue): CpuMixer {
  const table = parameterTable(config);
  const merged = allocate(table);
  const mergedBytes = table.reduce((sum, parameter) => sum + 4 * elementCount(parameter), 0);
  const parents = new Map<string, Parent>();
  let version = 0;
  return {
    merged,
    get version() {
      return version;
    },
    async load(name, reader, signal, onLoaded) {
      const tensors = new Map<string, Stored>();
      let bytes = 0;
      for await (const weight of readParameters(table, reader, signal)) {
        tensors.set(weight.parameter.name, store(weight.dtype, weight.bytes));
        bytes += weight.bytes.byteLength;
        onLoaded(bytes);
      }
      parents.set(name, { tensors, bytes });
    },
    has: (name) => parents.has(name),
    drop: (name) => void parents.delete(name),
    dropAll: () => parents.clear(),
    mix: (names, coefficients) =>
      queue(async () => {
        const sources = findParents(parents, names, coefficients);
        version++;
        for (const [name, out] of merged) {
          const stored = sources.map((parent) => parent.tensors.get(name)!);
          mixTensor(out, stored, coefficients);
        }
      }),
    mixFrom: (readers, coefficients, signal, onRead) =>
      queue(async () => {
        checkCoefficients(readers.length, coefficients);
        version++;
        let readBytes = 0;
        for (const parameter of table) {
          const stored: Stored[] = [];
          for (const reader of readers) {
            const { dtype, bytes } = await readParameter(parameter, reader, signal);
            stored.push(store(dtype, bytes));
            readBytes += bytes.byteLength;
          }
          mixTensor(merged.get(parameter.name)!, stored, coefficients);
          onRead(readBytes);
        }
      }),
    async readMixed(name) {
      const values = merged.get(name);
      if (values === undefined) throw new AppError("not-found", `The model has no parameter "${name}".`);
      return values.slice();
    },
    get liveBytes() {
      let bytes = mergedBytes;
      for (const parent of parents.values()) bytes += parent.bytes;
      return bytes;
    },
  };
}

function allocate(table: readonly Parameter[]): ReadonlyMap<string, Float32Array<ArrayBuffer>> {
  try {
    return new Map(table.map((parameter) => [parameter.name, new Float32Array(elementCount(parameter))]));
  } catch (thrown) {
    throw new AppError("out-of-memory", "The merged weights do not fit into memory.", { cause: thrown });
  }
}

/** Σ coefficients[i] · sources[i], block by block: fp32 products added in order to an fp32 sum. */
function mixTensor(out: Float32Array, sources: readonly Stored[], coefficients: readonly number[]): void {
  for (let start = 0; start < out.length; start += BLOCK) {
    const end = Math.min(out.length, start + BLOCK);
    out.fill(0, start, end);
    for (let i = 0; i < sources.length; i++) {
      const { numbers, table } = sources[i]!;
      if (table === null) addFloat32(out, start, end, coefficients[i]!, numbers);
      else addTabled(out, start, end, coefficients[i]!, numbers, table);
    }
  }
}

function addFloat32(
  out: Float32Array,
  start: number,
  end: number,
  coefficient: number,
  numbers: Float32Array,
): void {
  const c = Math.fround(coefficient);
  for (let i = start; i < end; i++) out[i] = Math.fround(out[i]! + Math.fround(c * numbers[i]!));
}

function addTabled(
  out: Float32Array,
  start: number,
  end: number,
  coefficient: number,
  patterns: Uint16Array,
  table: Float32Array,
): void {
  const c = Math.fround(coefficient);
  for (let i = start; i < end; i++) out[i] = Math.fround(out[i]! + Math.fround(c * table[patterns[i]!]!));
}

function store(dtype: WeightDtype, bytes: Uint8Array<ArrayBuffer>): Stored {
  // A view into a larger file would keep all of it alive, and may not be aligned.
  const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
  switch (dtype) {
    case "float32":
      return { numbers: new Float32Array(own.buffer), table: null };
    case "float16":
      return { numbers: new Uint16Array(own.buffer), table: valuesOf("float16") };
    case "bfloat16":
      return { numbers: new Uint16Array(own.buffer), table: valuesOf("bfloat16") };
    default:
      return dtype satisfies never;
  }
}

const valueTables = new Map<string, Float32Array>();

/** fp32 values of all 65,536 patterns of a 16-bit format: 256 kB, made at first use. */
function valuesOf(format: "float16" | "bfloat16"): Float32Array {
  const known = valueTables.get(format);
  if (known !== undefined) return known;
  const patterns = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
  const values = new Float32Array(patterns.length);
  (format === "float16" ? decodeFloat16 : decodeBfloat16)(patterns, values);
  valueTables.set(format, values);
  return values;
}
