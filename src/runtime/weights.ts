/**
 * The contract of the place where weights live and are merged: parents stay resident on the device, a new Θ = Σ λᵢΘᵢ
 * is one pass over memory into buffers that the model already reads. Knows no checkpoint format and no task.
 */

/** Number formats a parent's weights are stored in. */
export type WeightDtype = "float32" | "float16" | "bfloat16";

/** Where a parent's weights come from, one tensor at a time; little-endian bytes, row-major. */
export interface WeightReader {
  /** @throws AppError `read-failed`, `bad-format`, `mismatch`. */
  readWeight(
    name: string,
    signal: AbortSignal,
  ): Promise<{ readonly dtype: WeightDtype; readonly bytes: Uint8Array<ArrayBuffer> }>;
}

/** Owner of the resident parents and of the merged weights. */
export interface WeightMixer {
  /** Reads every parameter of the model's table from `reader` and keeps it on the device under `name`. All or nothing. */
  load(
    name: string,
    reader: WeightReader,
    signal: AbortSignal,
    onLoaded: (loadedBytes: number) => void,
  ): Promise<void>;
  has(name: string): boolean;
  /** Frees a parent. */
  drop(name: string): void;
  /**
   * Writes Σ coefficients[i] · Θ(names[i]) into the model's weights: fp32 products, summed in the given order,
   * stored fp32. No allocation.
   * @throws AppError `not-found` for a parent that is not resident.
   */
  mix(names: readonly string[], coefficients: readonly number[]): Promise<void>;
  /**
   * As `mix`, with parents that are not kept: each parameter is read from every reader, merged and forgotten, so that
   * only the merge and one parameter a parent take memory. Stopped in the middle, the model's weights are of no use
   * until the next mix. `onRead` is told the bytes read so far.
   * @throws AppError as `load`; `usage` when coefficients are missing or not finite.
   */
  mixFrom(
    readers: readonly WeightReader[],
    coefficients: readonly number[],
    signal: AbortSignal,
    onRead: (readBytes: number) => void,
  ): Promise<void>;
  /** The merged values of one parameter, for proofs and tests. */
  readMixed(name: string): Promise<Float32Array>;
  /** Bytes this mixer holds: parents and merged weights. */
  readonly liveBytes: number;
  /** Changes whenever the model's weights are written: what was computed with others before is stale. */
  readonly version: number;
}
