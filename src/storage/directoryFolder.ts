/**
 * Folders that a page writes: inside a directory that a person picked, or into the browser's own storage to be handed over as
 * downloads. Files are streamed; none is ever whole in memory. Browser only.
 */
import { AppError } from "../base/errors.ts";
import type { FolderWriter, WritableFile } from "./folderWriter.ts";
import { writeChunks } from "./writeChunks.ts";

/** What the browser offers to a page or a worker. */
type Places = { readonly storage: Pick<StorageManager, "getDirectory">; readonly locks: LockManager };

const DOWNLOADS = "downloads";

/**
 * Begins a new folder of this name. There is no renaming a folder in a browser, so it is there while it is being written;
 * abandoned, it goes away with all that was written, and an empty folder that was there before stays.
 * @throws AppError `write-failed` when it is there and holds something.
 */
export async function createDirectoryFolder(
  parent: FileSystemDirectoryHandle,
  name: string,
): Promise<FolderWriter> {
  const where = `${parent.name}/${name}`;
  const existed = await isThere(parent, name);
  const folder = await attempt(where, () => parent.getDirectoryHandle(name, { create: true }));
  for await (const _entry of folder.values())
    throw new AppError("write-failed", `Nothing was written to ${where}: it is not empty.`, {
      advice: "Remove that folder, or choose another place.",
      fields: { folder: where },
    });
  const begun: string[] = [];
  return {
    async write(file) {
      begun.push(file.name);
      await writeInto(folder, where, file);
    },
    finish: async () => ({ where, blobs: new Map() }),
    async abandon() {
      if (existed) for (const file of begun) await folder.removeEntry(file).catch(() => undefined);
      else await parent.removeEntry(name, { recursive: true });
    },
  };
}

async function isThere(parent: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  return parent.getDirectoryHandle(name).then(
    () => true,
    () => false,
  );
}

/** Begins a folder of downloads: what `finish` gives are files on disk that the page has to hand over. */
export async function createDownloadFolder(places: Places, name: string): Promise<FolderWriter> {
  const where = "the downloads";
  const root = await attempt(where, () => places.storage.getDirectory());
  const downloads = await attempt(where, () => root.getDirectoryHandle(DOWNLOADS, { create: true }));
  const own = `${name}-${crypto.randomUUID()}`;
  const folder = await attempt(where, () => downloads.getDirectoryHandle(own, { create: true }));
  const blobs = new Map<string, Blob>();
  return {
    async write(file) {
      blobs.set(file.name, await (await writeInto(folder, where, file)).getFile());
    },
    finish: async () => ({ where, blobs }),
    abandon: () => downloads.removeEntry(own, { recursive: true }),
  };
}

/**
 * Removes what downloads of earlier visits left behind, unless another page may still be handing them over. Resolves at
 * once; this page is one of those for as long as it lives.
 */
export async function clearDownloads({ storage, locks }: Places): Promise<void> {
  await locks.request("mergescope:downloads", { ifAvailable: true }, async (alone) => {
    if (alone === null) return;
    const root = await storage.getDirectory();
    await root.removeEntry(DOWNLOADS, { recursive: true }).catch(() => undefined);
  });
  void locks.request("mergescope:downloads", { mode: "shared" }, () => new Promise(() => undefined));
}

async function writeInto(
  folder: FileSystemDirectoryHandle,
  where: string,
  { name, chunks }: WritableFile,
): Promise<FileSystemFileHandle> {
  const handle = await attempt(where, () => folder.getFileHandle(name, { create: true }));
  const stream = await attempt(where, () => handle.createWritable());
  try {
    await writeChunks({ chunks }, (chunk) => attempt(where, () => stream.write(chunk)));
  } catch (thrown) {
    await stream.abort().catch(() => undefined);
    throw thrown;
  }
  await attempt(where, () => stream.close());
  return handle;
}

async function attempt<T>(where: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const full = cause instanceof DOMException && cause.name === "QuotaExceededError";
    throw new AppError(
      "write-failed",
      `${where} could not be written${full ? ": there is no room left" : ""}.`,
      {
        advice: full
          ? "Make room, or choose another place."
          : "Choose another place, and allow the page to write there.",
        fields: { folder: where },
        cause,
      },
    );
  }
}
