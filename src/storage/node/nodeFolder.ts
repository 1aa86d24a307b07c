/**
 * Writing a folder all or nothing: the files go to a hidden folder beside it, which takes the name when it is whole.
 * A folder that holds something is never written to. Node only.
 */
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AppError } from "../../base/errors.ts";
import type { FolderWriter } from "../folderWriter.ts";
import { writeChunks } from "../writeChunks.ts";

/** @throws AppError `write-failed` unless nothing, or an empty folder, is at this path, in a folder that exists. */
export async function checkVacant(folder: string): Promise<void> {
  let entries: readonly string[];
  try {
    entries = await readdir(folder);
  } catch (cause) {
    if (hasCode(cause, "ENOENT")) return checkAround(folder);
    throw writeFailed(folder, "it is not a folder that can be read", cause);
  }
  if (entries.length > 0) throw writeFailed(folder, "it is not empty", undefined);
}

/** A merge takes a while: that it has nowhere to go is said before it is made. */
async function checkAround(folder: string): Promise<void> {
  const around = dirname(resolve(folder));
  const entry = await stat(around).catch(() => null);
  if (entry === null || !entry.isDirectory())
    throw writeFailed(folder, `there is no folder ${around}`, undefined);
}

/** Begins the folder at this path. @throws AppError `write-failed` as `checkVacant`. */
export async function createNodeFolder(folder: string): Promise<FolderWriter> {
  await checkVacant(folder);
  const target = resolve(folder);
  const partial = join(dirname(target), `.${basename(target)}.partial-${randomUUID().slice(0, 8)}`);
  await onDisk(folder, "the folder around it cannot be written to", () => mkdir(partial));
  return {
    async write({ name, chunks }) {
      const path = join(partial, name);
      const file = await onDisk(folder, `${name} could not be begun`, () => open(path, "wx"));
      try {
        await writeChunks({ chunks }, (chunk) =>
          onDisk(folder, `${name} could not be written`, () => file.writeFile(chunk)),
        );
        await onDisk(folder, `${name} could not be written`, () => file.sync());
      } finally {
        await file.close();
      }
    },
    finish: () =>
      onDisk(folder, "the finished files could not be moved there", async () => {
        await rmdir(target).catch(() => undefined);
        await rename(partial, target);
        await syncFolder(dirname(target));
        return { where: folder, blobs: new Map() };
      }),
    abandon: () => rm(partial, { recursive: true, force: true }),
  };
}

/** Makes the new name survive a crash; some systems cannot open a folder, and look after that themselves. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => null);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** Runs one act on the disk; its failure is a `write-failed`. */
async function onDisk<T>(folder: string, reason: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw writeFailed(
      folder,
      ["ENOSPC", "EDQUOT"].some((code) => hasCode(cause, code))
        ? `${reason}, because the disk is full`
        : reason,
      cause,
    );
  }
}

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === code;
}

function writeFailed(folder: string, reason: string, cause: unknown): AppError {
  return new AppError("write-failed", `Nothing was written to ${folder}: ${reason}.`, {
    advice: "Name a new folder inside one that exists, on a disk with room.",
    fields: { folder },
    ...(cause === undefined ? {} : { cause }),
  });
}
