/**
 * SHA-256 of byte sources of any size, read in blocks. Runs everywhere: the platform's own `crypto.subtle` wants all bytes at
 * once, so a page hashes with hash-wasm; Node has a faster hash of its own, which is handed in.
 */
import { createSHA256 } from "hash-wasm";
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
    const readFrom = (at: number) => source.read(at, Math.min(at + BLOCK_BYTES, source.byteLength), signal);
    let next = readFrom(0);
    for (let at = 0; at < source.byteLength; at += BLOCK_BYTES) {
      const block = await next;
      const end = at + block.byteLength;
      // A failure of the read ahead is met when its turn comes.
      if (end < source.byteLength) {
        next = readFrom(end);
        next.catch(() => undefined);
      }
      hash.update(block);
      onBytes?.(end);
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
