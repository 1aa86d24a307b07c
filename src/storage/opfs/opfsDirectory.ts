/**
 * Small files in a folder of the browser's own storage, and handles for large ones. Only a worker has handles that write in
 * place and flush. Browser only.
 */
import { AppError } from "../../base/errors.ts";
import { wait } from "../../base/job.ts";

/** A handle that a closed page leaves is let go a moment after its locks are. */
const RETRY_MS = 100;
const RETRIES = 50;
const { signal: NEVER } = new AbortController();

/** The file as it is now; `null` when there is none. */
export async function fileIn(folder: FileSystemDirectoryHandle, name: string): Promise<File | null> {
  try {
    return await (await folder.getFileHandle(name)).getFile();
  } catch (thrown) {
    if (isNamed(thrown, "NotFoundError")) return null;
    throw thrown;
  }
}

/** The text of a small file; nothing when there is none. */
export async function textIn(folder: FileSystemDirectoryHandle, name: string): Promise<string> {
  return (await (await fileIn(folder, name))?.text()) ?? "";
}

/** The file opened to be written in place, made where it is missing. */
export async function openHandle(
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<FileSystemSyncAccessHandle> {
  const file = await folder.getFileHandle(name, { create: true });
  for (let attempt = 0; ; attempt++) {
    try {
      return await file.createSyncAccessHandle();
    } catch (thrown) {
      if (!isNamed(thrown, "NoModificationAllowedError") || attempt === RETRIES) throw thrown;
      await wait(RETRY_MS, NEVER);
    }
  }
}

/** Replaces a small file's text; a crash on the way leaves something that is neither the old nor the new. */
export async function replaceText(
  folder: FileSystemDirectoryHandle,
  name: string,
  text: string,
): Promise<void> {
  const handle = await openHandle(folder, name);
  try {
    replaceBytes(handle, text);
  } finally {
    handle.close();
  }
}

/** The same with a handle that stays open. */
export function replaceBytes(handle: FileSystemSyncAccessHandle, text: string): void {
  handle.truncate(0);
  writeAll(handle, new TextEncoder().encode(text), 0);
  handle.flush();
}

/** Writes every byte. @throws DOMException `QuotaExceededError` when fewer find room. */
export function writeAll(
  handle: FileSystemSyncAccessHandle,
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
): void {
  const written = handle.write(bytes, { at });
  if (written !== bytes.byteLength) throw new DOMException("Short write.", "QuotaExceededError");
}

/** Removes a file, if it is there. */
export async function removeIn(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await folder.removeEntry(name);
  } catch (thrown) {
    if (!isNamed(thrown, "NotFoundError")) throw thrown;
  }
}

/** Runs one act on the browser's storage, for a file of so many bytes; its failure is told in words. */
export async function inStorage<T>(path: string, neededBytes: number, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (isNamed(cause, "QuotaExceededError"))
      throw new AppError("out-of-memory", `${path} does not fit into the browser's storage.`, {
        advice: "Remove kept files you no longer need.",
        fields: { path, neededBytes },
        cause,
      });
    throw new AppError("write-failed", `${path} could not be kept in the browser's storage.`, {
      advice: "Allow the page to keep data, and leave private browsing.",
      fields: { path },
      cause,
    });
  }
}

function isNamed(thrown: unknown, name: string): boolean {
  return thrown instanceof DOMException && thrown.name === name;
}
