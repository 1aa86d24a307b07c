/** Results in a folder of the machine's cache, one file an entry, replaced by renaming. Node only. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../base/errors.ts";
import {
  entriesToDrop,
  RESULT_KEY,
  RESULTS_LIMIT_BYTES,
  type ResultEntry,
  type ResultStore,
} from "../results/resultStore.ts";

/** Entries are listed again, and the oldest let go, after so many written bytes. */
const CHECK_AFTER_BYTES = 16 * 2 ** 20;

/** `MERGESCOPE_CACHE`, else a folder of its own in the user's cache (`XDG_CACHE_HOME`, `~/.cache`). */
export function resultsFolder(env: Readonly<Record<string, string | undefined>>): string {
  const cache = env.MERGESCOPE_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "mergescope");
  return join(cache, "items");
}

/** The store in a folder that is made when the first entry comes. */
export function createNodeResults(folder: string, limitBytes: number = RESULTS_LIMIT_BYTES): ResultStore {
  let sinceCheck = CHECK_AFTER_BYTES;
  let writes = 0;
  const pathOf = (key: string): string => {
    if (RESULT_KEY.test(key)) return join(folder, key);
    throw new AppError("internal", `"${key}" is not the key of a result.`);
  };
  return {
    place: folder,
    async read(key) {
      try {
        return new Uint8Array(await readFile(pathOf(key)));
      } catch (cause) {
        if (isMissing(cause)) return null;
        throw cause instanceof AppError ? cause : failed("read-failed", "read", key, folder, cause);
      }
    },
    async write(key, bytes) {
      const path = pathOf(key);
      const fresh = `${path}.${process.pid}-${writes++}.new`;
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(fresh, bytes);
        await rename(fresh, path);
      } catch (cause) {
        await rm(fresh, { force: true });
        throw failed("write-failed", "written", key, folder, cause);
      }
      sinceCheck += bytes.byteLength;
      if (sinceCheck < CHECK_AFTER_BYTES) return;
      sinceCheck = 0;
      for (const old of entriesToDrop(await list(folder), limitBytes))
        await rm(join(folder, old), { force: true });
    },
    async stored() {
      const entries = await list(folder);
      return { entries: entries.length, usedBytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
    },
    async clear() {
      for (const { key } of await list(folder)) await rm(join(folder, key), { force: true });
    },
  };
}

/** Another process may remove an entry while it is listed. */
async function list(folder: string): Promise<readonly ResultEntry[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    if (isMissing(cause)) return [];
    throw new AppError("read-failed", `The folder of kept results ${folder} cannot be listed.`, { cause });
  });
  const entries: ResultEntry[] = [];
  for (const key of names.filter((name) => RESULT_KEY.test(name))) {
    const entry = await stat(join(folder, key)).catch(() => null);
    if (entry !== null) entries.push({ key, bytes: entry.size, usedMs: entry.mtimeMs });
  }
  return entries;
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}

function failed(
  tag: "read-failed" | "write-failed",
  done: string,
  key: string,
  folder: string,
  cause: unknown,
) {
  return new AppError(tag, `The kept result ${key.slice(0, 8)}… in ${folder} could not be ${done}.`, {
    advice: "Check the folder's rights and its disk's room, or name another by MERGESCOPE_CACHE.",
    cause,
  });
}
