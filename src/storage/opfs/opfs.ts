/**
 * The hub's files in the browser's own storage, by content: a file that two revisions share is kept once. All pages of this
 * origin share them, and locks keep one page from removing what another uses. Runs in a worker of the page.
 */
import { AppError } from "../../base/errors.ts";
import type { ByteSource } from "../byteSource.ts";
import { createBlobSource } from "../file.ts";
import type { KeptFile, KeptFiles } from "../hub/hubFiles.ts";
import { checkedKey, KEY } from "../hub/keptListing.ts";
import { openHandle } from "./opfsDirectory.ts";
import { createOpfsListings, type OpfsListings } from "./opfsListings.ts";
import { lockShared, type Release, tryLockAlone } from "./opfsLock.ts";
import {
  beginOpfsFile,
  type KeptFolder,
  removeKept,
  safeExtents,
  wholeFile,
  writeLock,
} from "./opfsPartialFile.ts";

/** What the browser offers to a worker. */
type Places = { readonly storage: StorageManager; readonly locks: LockManager };

/** The kept files; `null` where the browser keeps none: in private windows, in old browsers. */
export async function createOpfsCache({ storage, locks }: Places): Promise<KeptFiles | null> {
  const hub = await hubFolder(storage);
  if (hub === null) return null;
  const files = await hub.getDirectoryHandle("files", { create: true });
  const listings = createOpfsListings(await hub.getDirectoryHandle("listings", { create: true }), locks);
  const folder: KeptFolder = { files, locks, storage };
  return {
    async open(_listing, file, name) {
      const whole = await wholeFile(files, checkedKey(file));
      if (whole === null || whole.size !== file.byteLength) return null;
      const source: ByteSource = createBlobSource(name, whole);
      return file.sha256 === null ? source : { ...source, sha256: file.sha256 };
    },
    partial: (_listing, file) => safeExtents(files, file),
    begin: (_listing, file, signal) => beginOpfsFile(folder, file, signal),
    listing: listings.read,
    remember: listings.write,
    async stored() {
      const kept = await listKept(files, listings);
      const { quota } = await storage.estimate();
      return {
        files: kept,
        usedBytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
        quotaBytes: quota ?? null,
        persistent: await storage.persisted(),
        place: "the browser's own storage of this page",
      };
    },
    async remove(keys) {
      const kept = keys.filter((key) => KEY.test(key));
      const releases: Release[] = [];
      try {
        // All or none: what is in use must not cost the others.
        for (const key of kept)
          for (const lock of [useLock(key), writeLock(key)]) {
            const release = await tryLockAlone(locks, lock);
            if (release === null) throw await inUse(key, listings);
            releases.push(release);
          }
        for (const key of kept) await removeKept(files, key);
      } finally {
        for (const release of releases) release();
      }
    },
    async hold(keys) {
      const releases = await Promise.all([...new Set(keys)].map((key) => lockShared(locks, useLock(key))));
      return () => {
        for (const release of releases) release();
      };
    },
  };
}

/** The lock that everyone who reads the file of this key shares. */
function useLock(key: string): string {
  return `mergescope:use:${key}`;
}

/** Where everything lies; `null` where the browser refuses to keep files, or to write them in place. */
async function hubFolder(storage: StorageManager | undefined): Promise<FileSystemDirectoryHandle | null> {
  try {
    const root = await storage?.getDirectory();
    if (root === undefined) return null;
    const hub = await root.getDirectoryHandle("hub", { create: true });
    // Some have the functions and refuse when they are called.
    const probe = `probe-${crypto.randomUUID()}`;
    (await openHandle(hub, probe)).close();
    await hub.removeEntry(probe);
    return hub;
  } catch {
    return null;
  }
}

async function listKept(
  files: FileSystemDirectoryHandle,
  listings: OpfsListings,
): Promise<readonly KeptFile[]> {
  const names = await listings.names();
  const kept: KeptFile[] = [];
  for await (const entry of files.values()) {
    if (entry.kind !== "file" || !KEY.test(entry.name)) continue;
    const key = entry.name;
    const { size } = await entry.getFile();
    const whole = (await wholeFile(files, key)) !== null;
    kept.push({ key, bytes: size, names: names.get(key) ?? [], whole });
  }
  return kept;
}

async function inUse(key: string, listings: OpfsListings): Promise<AppError> {
  const name = (await listings.names()).get(key)?.[0] ?? `The file ${key.slice(0, 12)}…`;
  return new AppError("usage", `${name} is in use by a running study or another tab.`, {
    advice: "Stop the study, or close the other tab.",
    fields: { key, name },
  });
}
