/**
 * A weights file that exists nowhere: its header is laid out at once, each tensor is computed when its bytes are read, and
 * the last one is kept for whoever reads it in pieces. Runs everywhere; knows no merge.
 */
import { concatBytes } from "../base/bytes.ts";
import { AppError, cancelled } from "../base/errors.ts";
import type { ByteSource } from "../storage/byteSource.ts";
import { encodeSafetensorsHead } from "./encode.ts";
import { type TensorInfo, type TensorSpec, tensorBytes } from "./tensor.ts";

/** Computes a tensor's bytes, little-endian, row-major. */
export type ComputeTensor = (name: string, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>;

/** What a computed weights file is made of. */
export type ComputedWeights = {
  readonly name: string;
  readonly specs: readonly TensorSpec[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Names the content: equal for equal tensors. In hexadecimal, as a file's SHA-256 would be. */
  readonly key: string;
  readonly compute: ComputeTensor;
};

/** The file as safetensors. @throws (from `read`) AppError of computing, `internal` for a tensor of another length. */
export function createComputedWeights({ name, specs, metadata, key, compute }: ComputedWeights): ByteSource {
  const { head, tensors, fileBytes } = encodeSafetensorsHead(specs, metadata);
  let last: { readonly tensor: string; readonly bytes: Promise<Uint8Array<ArrayBuffer>> } | null = null;
  const bytesOf = (tensor: TensorInfo, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> => {
    if (last?.tensor === tensor.name) return last.bytes;
    const bytes = compute(tensor.name, signal).then((computed) => {
      if (computed.byteLength === tensorBytes(tensor)) return computed;
      throw new AppError(
        "internal",
        `The computed tensor "${tensor.name}" has ${computed.byteLength} bytes.`,
      );
    });
    last = { tensor: tensor.name, bytes };
    // What was cancelled or failed is computed anew for the next one who asks.
    bytes.catch(() => {
      if (last?.bytes === bytes) last = null;
    });
    return bytes;
  };
  return {
    name,
    byteLength: fileBytes,
    sha256: key,
    async read(startByte, endByte, signal = new AbortController().signal) {
      if (signal.aborted) throw cancelled();
      const pieces: Uint8Array[] = [];
      if (startByte < head.byteLength)
        pieces.push(head.subarray(startByte, Math.min(endByte, head.byteLength)));
      for (const tensor of tensors) {
        const [from, to] = [Math.max(startByte, tensor.startByte), Math.min(endByte, tensor.endByte)];
        if (from >= to) continue;
        const bytes = await bytesOf(tensor, signal);
        pieces.push(bytes.subarray(from - tensor.startByte, to - tensor.startByte));
      }
      const read = concatBytes(pieces);
      if (read.byteLength === endByte - startByte) return read;
      throw new AppError("read-failed", `${name} has no bytes ${startByte} to ${endByte}.`);
    },
  };
}
