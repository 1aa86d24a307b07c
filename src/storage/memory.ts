/** Bytes that are already in memory, and a folder made of any byte sources. Runs everywhere. */
import { cancelled } from "../base/errors.ts";
import type { ByteSource, FileSet } from "./byteSource.ts";
import { checkRange } from "./range.ts";

/** The bytes as a source; they are not copied until read. */
export function createMemorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    byteLength: bytes.byteLength,
    async read(startByte, endByte, signal) {
      if (signal?.aborted) throw cancelled();
      checkRange(name, bytes.byteLength, startByte, endByte);
      return new Uint8Array(bytes.subarray(startByte, endByte));
    },
  };
}

/**
 * A folder put together from single sources, by path: files a person dropped on the page, or one weights file with
 * the configuration from elsewhere.
 */
export function createFileSet(name: string, sources: ReadonlyMap<string, ByteSource>): FileSet {
  return { name, open: async (path) => sources.get(path) ?? null };
}
