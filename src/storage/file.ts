/** A `Blob` or `File` of the browser (Node has both too) as a byte source. Runs everywhere. */
import { AppError, cancelled } from "../base/errors.ts";
import type { ByteSource } from "./byteSource.ts";
import { checkRange } from "./range.ts";

/** Reads slices of the blob; nothing is held in memory between reads. */
export function createBlobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    byteLength: blob.size,
    async read(startByte, endByte, signal) {
      if (signal?.aborted) throw cancelled();
      checkRange(name, blob.size, startByte, endByte);
      const bytes = await readSlice(name, blob.slice(startByte, endByte));
      if (bytes.byteLength !== endByte - startByte) throw changed(name);
      return bytes;
    },
  };
}

async function readSlice(name: string, slice: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await slice.arrayBuffer());
  } catch (cause) {
    throw changed(name, cause);
  }
}

function changed(name: string, cause?: unknown): AppError {
  return new AppError(
    "read-failed",
    `${name} could not be read: it was moved or changed since it was chosen.`,
    {
      advice: "Choose the file again.",
      fields: { name },
      cause,
    },
  );
}
