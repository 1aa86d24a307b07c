/**
 * SHA-256 of byte sources of any size, read in blocks. Runs everywhere: the platform's own `crypto.subtle` wants all bytes at
 * once, so a page hashes with hash-wasm; Node has a faster hash of its own, which is handed in.
 */
import { createSHA256 } from "hash-wasm";
import { readAhead } from "../base/readAhead.ts";
import type { ByteSource } from "./byteSource.ts";

/** A hash that is fed. */
export type Hash = { update(bytes: Uint8Array): void; digest(): string };

/** SHA-256 in hexadecimal of all bytes of a source. @throws AppError of reading, `cancelled`. */
export type HashSource = (
  source: ByteSource,
  signal: AbortSignal,
  onBytes?: (hashedBytes: number) => void,
) => Promise<string>;

/** Read while the block before it is hashed. */
const BLOCK_BYTES = 4 * 2 ** 20;

/** Hashes with what `createHash` makes. */
export function createHashSource(createHash: () => Promise<Hash>): HashSource {
  return async (source, signal, onBytes) => {
    const hash = await createHash();
    const { byteLength } = source;
    const starts = Array.from({ length: Math.ceil(byteLength / BLOCK_BYTES) }, (_, i) => i * BLOCK_BYTES);
    const read = (start: number) => source.read(start, Math.min(start + BLOCK_BYTES, byteLength), signal);
    for await (const [start, block] of readAhead(starts, 1, read)) {
      hash.update(block);
      onBytes?.(start + block.byteLength);
    }
    return hash.digest();
  };
}

/** With hash-wasm. */
export const hashSource: HashSource = createHashSource(async () => {
  const hash = await createSHA256();
  hash.init();
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => hash.digest("hex"),
  };
});
