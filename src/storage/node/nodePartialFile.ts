/**
 * A partly written file of the hub's cache: its bytes, a journal of what is safe, and a lock for one writer at a time. What
 * a crash leaves is continued; it takes its place among the whole files in one step. Node only.
 */
import { constants } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "../../base/errors.ts";
import { totalBytes } from "../hub/extents.ts";
import type { Extent, HubFile, PartialFile } from "../hub/hubFiles.ts";
import { joinExtents, journalLine, parseJournal } from "../hub/journal.ts";
import { checkedKey } from "../hub/keptListing.ts";
import { checkRoom } from "../hub/room.ts";
import { openNodeFile } from "./nodeFile.ts";
import { holdLock } from "./nodeLock.ts";

const NO_ROOM = "Make room, or set HF_HOME to a folder on another disk.";

/** Where a partly written file, its journal and its lock lie. */
export function partialPaths(ours: string, file: HubFile) {
  const data = join(ours, "parts", checkedKey(file));
  return { data, journal: `${data}.extents`, lock: `${data}.lock` };
}

/** A file that other processes may be writing too: one at a time, and what a dead one left is continued. */
export async function beginPartial(
  { ours, blobs }: { readonly ours: string; readonly blobs: string },
  file: HubFile,
  signal: AbortSignal,
): Promise<PartialFile> {
  const { data, journal, lock } = partialPaths(ours, file);
  await onDisk(data, () => mkdir(dirname(data), { recursive: true }));
  const release = await holdLock(lock, signal);
  try {
    const text = await readFile(journal, "utf8").catch(() => "");
    // Bytes count only where they are on disk and in the journal.
    const size = await stat(data).then(
      (entry) => entry.size,
      () => 0,
    );
    const known = parseJournal(text, file.byteLength);
    let done: readonly Extent[] = known.every(({ endByte }) => endByte <= size) ? known : [];
    await checkDisk(dirname(data), file, totalBytes(done));
    const handle = await onDisk(data, () => open(data, constants.O_RDWR | constants.O_CREAT));
    // Written anew, so that lines that do not count do not come to count later; in one step, so that a crash on the way
    // forgets nothing.
    const log = await onDisk(journal, async () => {
      await writeFile(`${journal}.new`, done.map(journalLine).join(""), { flush: true });
      await rename(`${journal}.new`, journal);
      return open(journal, "a");
    });
    let isOpen = true;
    const letGo = async () => {
      if (!isOpen) return;
      isOpen = false;
      await handle.close();
      await log.close();
      await release();
    };
    const clear = async () => {
      await rm(data, { force: true });
      await rm(journal, { force: true });
    };
    return {
      get done() {
        return done;
      },
      write: (startByte, bytes) =>
        onDisk(data, async () => {
          await writeAt(handle, bytes, startByte);
          await handle.datasync();
          const extent = { startByte, endByte: startByte + bytes.byteLength };
          await log.appendFile(journalLine(extent));
          done = joinExtents([...done, extent]);
        }),
      async read(startByte, endByte) {
        const source = await openNodeFile(data);
        if (source !== null) return source.read(startByte, endByte);
        throw new AppError("read-failed", `${data} has gone.`, { advice: "Fetch the file again." });
      },
      async finish() {
        await onDisk(data, async () => {
          await handle.truncate(file.byteLength);
          await handle.sync();
          await mkdir(blobs, { recursive: true });
          await rename(data, join(blobs, file.key));
          await rm(journal, { force: true });
        });
        await letGo();
      },
      async discard() {
        await clear();
        done = [];
        await letGo();
      },
      async close() {
        // Nothing came: nothing is left lying about.
        if (isOpen && done.length === 0) await clear();
        await letGo();
      },
    };
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

async function checkDisk(folder: string, file: HubFile, keptBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  checkRoom(file.path, file.byteLength - keptBytes, bavail * bsize, {
    name: `the disk of ${folder}`,
    advice: NO_ROOM,
  });
}

async function writeAt(
  handle: Awaited<ReturnType<typeof open>>,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  for (let written = 0; written < bytes.byteLength; ) {
    const { bytesWritten } = await handle.write(
      bytes,
      written,
      bytes.byteLength - written,
      position + written,
    );
    written += bytesWritten;
  }
}

/** Runs one act on the disk; its failure is told in words. */
export async function onDisk<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const full = cause instanceof Error && "code" in cause && cause.code === "ENOSPC";
    throw new AppError(
      full ? "out-of-memory" : "write-failed",
      `${path} could not be written${full ? ": the disk is full" : ""}.`,
      {
        advice: full ? NO_ROOM : "Check that the hub's cache folder may be written to, or set HF_HOME.",
        fields: { path },
        cause,
      },
    );
  }
}
