/** The files that a path names: one, or all of a folder. Node only. */
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError } from "../../base/errors.ts";
import type { ByteSource } from "../byteSource.ts";
import { openNodeFile } from "./nodeFile.ts";

const MAX_DEPTH = 4;
const MAX_FILES = 2000;

/** Files with their paths inside what was named, `/` between parts. */
export type NamedFiles = {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly source: ByteSource }[];
};

/**
 * Links are not followed, hidden files and folders passed over.
 * @throws AppError `not-found`; `usage` for a folder of too many files; `read-failed`.
 */
export async function listNodeFiles(path: string): Promise<NamedFiles> {
  const entry = await stat(path).catch((cause: unknown) => {
    throw new AppError("not-found", `There is no file or folder ${path}.`, {
      advice: "Check the path.",
      fields: { path },
      cause,
    });
  });
  const paths = entry.isFile() ? [""] : await listFolder(path, "", 1, path);
  const files: { path: string; source: ByteSource }[] = [];
  for (const inner of paths) {
    const source = await openNodeFile(inner === "" ? path : join(path, inner));
    if (source !== null) files.push({ path: inner === "" ? basename(path) : inner, source });
  }
  return { name: path, files };
}

async function listFolder(
  folder: string,
  inside: string,
  depth: number,
  name: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name, "en"))) {
    if (entry.name.startsWith(".")) continue;
    if (entry.isFile()) found.push(inside + entry.name);
    else if (entry.isDirectory() && depth < MAX_DEPTH)
      found.push(...(await listFolder(join(folder, entry.name), `${inside}${entry.name}/`, depth + 1, name)));
    if (found.length > MAX_FILES)
      throw new AppError("usage", `The folder ${name} holds more than ${MAX_FILES} files.`, {
        advice: "Give the folder of one data set.",
        fields: { path: name },
      });
  }
  return found;
}
