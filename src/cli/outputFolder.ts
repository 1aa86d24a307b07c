/**
 * Writing a folder all or nothing: the files go to a hidden folder beside it, which takes the name when it is whole.
 * A folder that holds something is never written to.
 */
import { mkdir, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AppError } from "../base/errors.ts";
import { writeNodeFiles } from "../storage/nodeFile.ts";

/** A file of the folder, whole. */
export type OutputFile = { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };

/** @throws AppError `write-failed` unless nothing, or an empty folder, is at this path, in a folder that exists. */
export async function checkVacant(folder: string): Promise<void> {
  let entries: readonly string[];
  try {
    entries = await readdir(folder);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return checkAround(folder);
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

/** Writes the files, or leaves nothing behind. @throws AppError `write-failed`. */
export async function writeFolder(folder: string, files: readonly OutputFile[]): Promise<void> {
  await checkVacant(folder);
  const target = resolve(folder);
  const partial = await makeNeighbour(target);
  try {
    await writeNodeFiles(
      partial,
      files.map(({ name, bytes }) => ({
        name,
        chunks: async function* () {
          yield bytes;
        },
      })),
    );
    await rmdir(target).catch(() => undefined);
    await rename(partial, target);
  } catch (thrown) {
    await rm(partial, { recursive: true, force: true });
    if (thrown instanceof AppError) throw thrown;
    throw writeFailed(folder, "the finished files could not be moved there", thrown);
  }
}

async function makeNeighbour(target: string): Promise<string> {
  try {
    const partial = join(dirname(target), `.${basename(target)}.partial-${process.pid}`);
    await mkdir(partial);
    return partial;
  } catch (cause) {
    throw writeFailed(target, "the folder around it cannot be written to", cause);
  }
}

function writeFailed(folder: string, reason: string, cause: unknown): AppError {
  return new AppError("write-failed", `Nothing was written to ${folder}: ${reason}.`, {
    advice: "Name a new folder inside one that exists.",
    ...(cause === undefined ? {} : { cause }),
  });
}
