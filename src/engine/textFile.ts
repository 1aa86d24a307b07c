/** Small text files of a folder. Runs everywhere. */
import { AppError } from "../base/errors.ts";
import type { FileSet } from "../storage/byteSource.ts";

/** Text and JSON files of a run or task are never longer. */
const MAX_BYTES = 512 * 2 ** 20;

/** The file's text. @throws AppError `not-found`, `bad-format` for what is not UTF-8 or far too long, `read-failed`. */
export async function readText(files: FileSet, path: string, signal: AbortSignal): Promise<string> {
  const source = await files.open(path, signal);
  if (source === null)
    throw new AppError("not-found", `${files.name} has no file ${path}.`, {
      advice: "Check that the files are complete.",
      fields: { path },
    });
  if (source.byteLength > MAX_BYTES)
    throw new AppError("bad-format", `${source.name} is too large to be a text file of a run.`);
  const bytes = await source.read(0, source.byteLength, signal);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError("bad-format", `${source.name} is not UTF-8 text.`, { cause });
  }
}

/** The files of a folder inside a folder. */
export function subfolder(files: FileSet, path: string, name: string): FileSet {
  return { name, open: (file, signal) => files.open(`${path}/${file}`, signal) };
}
