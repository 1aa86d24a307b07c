/**
 * A file among the browser's kept ones. Its bytes stay at one place from the first to the last; it is whole once a marker
 * that names its length lies beside them, and until then a journal tells which bytes are safe. Browser worker only.
 */
import { AppError } from "../../base/errors.ts";
import type { Extent, HubFile, PartialFile } from "../hub/hubFiles.ts";
import { joinExtents, journalLine, parseJournal } from "../hub/journal.ts";
import { checkedKey } from "../hub/keptListing.ts";
import { checkRoom } from "../hub/room.ts";
import {
  fileIn,
  inStorage,
  openHandle,
  removeIn,
  replaceBytes,
  replaceText,
  textIn,
  writeAll,
} from "./opfsDirectory.ts";
import { lockAlone } from "./opfsLock.ts";

/** Where kept files lie, and what the pages of this origin share. */
export type KeptFolder = {
  readonly files: FileSystemDirectoryHandle;
  readonly locks: LockManager;
  readonly storage: Pick<StorageManager, "estimate">;
};

const MARKER = ".whole";
const JOURNAL = ".extents";

/** The lock of whoever writes the file of this key. */
export function writeLock(key: string): string {
  return `mergescope:write:${key}`;
}

/** The whole file of this key; `null` when it is not there or not whole. */
export async function wholeFile(files: FileSystemDirectoryHandle, key: string): Promise<File | null> {
  const marker = await textIn(files, key + MARKER);
  const file = await fileIn(files, key);
  return file !== null && marker === markerText(file.size) ? file : null;
}

/** The line's end tells a marker from the beginning of one. */
function markerText(byteLength: number): string {
  return `${byteLength}\n`;
}

/** What of a file is safe. */
export async function safeExtents(
  files: FileSystemDirectoryHandle,
  file: HubFile,
): Promise<readonly Extent[]> {
  const key = checkedKey(file);
  const extents = parseJournal(await textIn(files, key + JOURNAL), file.byteLength);
  const size = (await fileIn(files, key))?.size ?? 0;
  return extents.every(({ endByte }) => endByte <= size) ? extents : [];
}

/** Removes the file of this key, whole or not. The marker goes first: what a crash leaves must not count as whole. */
export async function removeKept(files: FileSystemDirectoryHandle, key: string): Promise<void> {
  for (const suffix of [MARKER, JOURNAL, ""]) await removeIn(files, key + suffix);
}

/** Begins or continues a file; waits while another page writes it. */
export async function beginOpfsFile(
  folder: KeptFolder,
  file: HubFile,
  signal: AbortSignal,
): Promise<PartialFile> {
  const { files } = folder;
  const { path, byteLength } = file;
  const key = checkedKey(file);
  const release = await lockAlone(folder.locks, writeLock(key), signal);
  const handles: FileSystemSyncAccessHandle[] = [];
  const closeHandles = () => {
    for (const handle of handles.splice(0)) handle.close();
  };
  const letGo = () => {
    closeHandles();
    release();
  };
  const open = async (name: string) => {
    const handle = await openHandle(files, name);
    handles.push(handle);
    return handle;
  };
  try {
    return await inStorage(path, byteLength, async () => {
      const whole = await wholeFile(files, key);
      const isWhole = whole?.size === byteLength;
      let done = isWhole ? [{ startByte: 0, endByte: byteLength }] : await safeExtents(files, file);
      if (!isWhole) {
        await checkQuota(folder, file, (await fileIn(files, key))?.size ?? 0);
        await removeIn(files, key + MARKER);
      }
      const data = await open(key);
      const journal = await open(key + JOURNAL);
      // Written anew, so that lines that do not count do not come to count later.
      replaceBytes(journal, done.map(journalLine).join(""));
      let isOpen = true;
      const started: PartialFile = {
        get done() {
          return done;
        },
        write: (startByte, bytes) =>
          inStorage(path, byteLength, () => {
            writeAll(data, bytes, startByte);
            data.flush();
            const extent = { startByte, endByte: startByte + bytes.byteLength };
            writeAll(journal, new TextEncoder().encode(journalLine(extent)), journal.getSize());
            journal.flush();
            done = joinExtents([...done, extent]);
          }),
        async read(startByte, endByte) {
          const bytes = new Uint8Array(endByte - startByte);
          const read = data.read(bytes, { at: startByte });
          if (read === bytes.byteLength) return bytes;
          throw new AppError(
            "read-failed",
            `${path} is kept in part only: byte ${startByte + read} is missing.`,
            {
              advice: "Fetch the file again.",
              fields: { path, startByte, endByte },
            },
          );
        },
        finish: () =>
          inStorage(path, byteLength, async () => {
            if (data.getSize() !== byteLength) data.truncate(byteLength);
            data.flush();
            closeHandles();
            await replaceText(files, key + MARKER, markerText(byteLength));
            await removeIn(files, key + JOURNAL);
            isOpen = false;
            letGo();
          }),
        discard: () =>
          inStorage(path, byteLength, async () => {
            closeHandles();
            await removeKept(files, key);
            done = [];
            isOpen = false;
            letGo();
          }),
        async close() {
          if (!isOpen) return;
          isOpen = false;
          closeHandles();
          try {
            // Nothing came: nothing is left lying about.
            if (done.length === 0) await removeKept(files, key);
          } finally {
            letGo();
          }
        },
      };
      return started;
    });
  } catch (thrown) {
    letGo();
    throw thrown;
  }
}

async function checkQuota({ storage }: KeptFolder, file: HubFile, keptBytes: number): Promise<void> {
  const { quota, usage } = await storage.estimate();
  if (quota === undefined || usage === undefined) return;
  checkRoom(file.path, file.byteLength - keptBytes, Math.max(0, quota - usage), {
    name: "the browser's storage",
    advice: "Remove kept files you no longer need.",
  });
}
