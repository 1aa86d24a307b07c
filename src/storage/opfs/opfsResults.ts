/** Results in the browser's own storage, one file an entry. Runs in a worker of the page. */
import {
  entriesToDrop,
  RESULT_KEY,
  RESULTS_LIMIT_BYTES,
  type ResultEntry,
  type ResultStore,
} from "../results/resultStore.ts";
import { fileIn, inStorage, openHandle, removeIn, writeAll } from "./opfsDirectory.ts";

const FOLDER = "items";

/** Entries are listed again, and the oldest let go, after so many written bytes. */
const CHECK_AFTER_BYTES = 16 * 2 ** 20;

/** The store; `null` where the browser keeps no files: in private windows, in old browsers. */
export async function createOpfsResults(
  storage: StorageManager,
  limitBytes: number = RESULTS_LIMIT_BYTES,
): Promise<ResultStore | null> {
  const root = await storage.getDirectory?.().catch(() => null);
  if (root == null) return null;
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  let sinceCheck = CHECK_AFTER_BYTES;
  return {
    place: "the browser's own storage of this page",
    async read(key) {
      const file = await inStorage(key, 0, () => fileIn(folder, key));
      return file === null ? null : new Uint8Array(await file.arrayBuffer());
    },
    // A page that is closed half-way leaves a short file, which its reader knows for broken by its checksum.
    async write(key, bytes) {
      await inStorage(key, bytes.byteLength, async () => {
        const handle = await openHandle(folder, key);
        try {
          handle.truncate(0);
          writeAll(handle, bytes, 0);
        } finally {
          handle.close();
        }
      });
      sinceCheck += bytes.byteLength;
      if (sinceCheck < CHECK_AFTER_BYTES) return;
      sinceCheck = 0;
      for (const old of entriesToDrop(await list(folder), limitBytes)) await removeIn(folder, old);
    },
    async stored() {
      const entries = await list(folder);
      return { entries: entries.length, usedBytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
    },
    async clear() {
      for (const { key } of await list(folder)) await removeIn(folder, key);
    },
  };
}

async function list(folder: FileSystemDirectoryHandle): Promise<readonly ResultEntry[]> {
  const entries: ResultEntry[] = [];
  for await (const name of folder.keys()) {
    const file = RESULT_KEY.test(name) ? await fileIn(folder, name) : null;
    if (file !== null) entries.push({ key: name, bytes: file.size, usedMs: file.lastModified });
  }
  return entries;
}
