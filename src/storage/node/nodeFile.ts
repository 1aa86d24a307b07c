/** Files and folders of the local disk, for reading. Node only. */
import { open, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { AppError, cancelled } from "../../base/errors.ts";
import type { ByteSource, FileSet } from "../byteSource.ts";
import { checkRange } from "../range.ts";

/** The files under a folder; paths may not lead out of it. */
export function createNodeFileSet(folder: string): FileSet {
  const root = resolve(folder);
  return {
    name: folder,
    async open(path) {
      const file = resolve(root, path);
      if (!file.startsWith(root.endsWith(sep) ? root : root + sep)) {
        throw new AppError("usage", `"${path}" leads out of the folder ${folder}.`, { fields: { path } });
      }
      return openNodeFile(file);
    },
  };
}

/**
 * The file at a path, or `null` when there is none. It is opened anew for each read, so nothing needs closing.
 * @throws AppError `read-failed` when it is there but may not be read.
 */
export async function openNodeFile(path: string): Promise<ByteSource | null> {
  let byteLength: number;
  try {
    const entry = await stat(path);
    if (!entry.isFile()) return null;
    byteLength = entry.size;
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw readFailed(path, cause);
  }
  return {
    name: path,
    byteLength,
    async read(startByte, endByte, signal) {
      if (signal?.aborted) throw cancelled();
      checkRange(path, byteLength, startByte, endByte);
      return readRange(path, startByte, endByte);
    },
  };
}

async function readRange(path: string, startByte: number, endByte: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(endByte - startByte);
  let filled = 0;
  try {
    const file = await open(path, "r");
    try {
      while (filled < bytes.byteLength) {
        const { bytesRead } = await file.read(bytes, filled, bytes.byteLength - filled, startByte + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw readFailed(path, cause);
  }
  if (filled < bytes.byteLength) {
    throw new AppError("read-failed", `${path} became shorter while it was being read.`, {
      advice: "Wait until the program that writes it is done.",
      fields: { path, startByte, endByte },
    });
  }
  return bytes;
}

function isMissing(thrown: unknown): boolean {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : null;
  return code === "ENOENT" || code === "ENOTDIR";
}

function readFailed(path: string, cause: unknown): AppError {
  return new AppError("read-failed", `${path} could not be read.`, {
    advice: "Check that the file may be read by you.",
    fields: { path },
    cause,
  });
}
