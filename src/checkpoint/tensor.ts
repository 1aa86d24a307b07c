/** What a checkpoint file says of one tensor, and the number formats there are. Runs everywhere. */

/** Number formats by their safetensors names, with bytes an element and the name people and PyTorch use. */
export const DTYPES = {
  F64: { bytes: 8, name: "float64" },
  F32: { bytes: 4, name: "float32" },
  F16: { bytes: 2, name: "float16" },
  BF16: { bytes: 2, name: "bfloat16" },
  F8_E4M3: { bytes: 1, name: "float8_e4m3fn" },
  F8_E5M2: { bytes: 1, name: "float8_e5m2" },
  I64: { bytes: 8, name: "int64" },
  U64: { bytes: 8, name: "uint64" },
  I32: { bytes: 4, name: "int32" },
  U32: { bytes: 4, name: "uint32" },
  I16: { bytes: 2, name: "int16" },
  U16: { bytes: 2, name: "uint16" },
  I8: { bytes: 1, name: "int8" },
  U8: { bytes: 1, name: "uint8" },
  BOOL: { bytes: 1, name: "bool" },
} as const satisfies Readonly<Record<string, { readonly bytes: number; readonly name: string }>>;

/** A number format, by its safetensors name. */
export type Dtype = keyof typeof DTYPES;

/** A tensor's name, format and shape (row-major; an empty shape is a single number). */
export type TensorSpec = { readonly name: string; readonly dtype: Dtype; readonly shape: readonly number[] };

/** A tensor with its place in a file. */
export type TensorInfo = TensorSpec & {
  readonly startByte: number;
  /** Exclusive. */
  readonly endByte: number;
};

/** Whether this is the name of a number format. */
export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(DTYPES, name);
}

/** Whether weights can be stored in this format; others are masks and counters. */
export function isWeightDtype(dtype: Dtype): dtype is "F32" | "F16" | "BF16" {
  return dtype === "F32" || dtype === "F16" || dtype === "BF16";
}

/** Number of elements. */
export function tensorElements(tensor: { readonly shape: readonly number[] }): number {
  return tensor.shape.reduce((product, extent) => product * extent, 1);
}

/** Bytes of the tensor's elements. */
export function tensorBytes(tensor: TensorSpec): number {
  return tensorElements(tensor) * DTYPES[tensor.dtype].bytes;
}
