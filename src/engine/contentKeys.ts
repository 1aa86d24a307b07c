/**
 * What names a checkpoint's content: the SHA-256 of its weights files, told by the place they come from or computed
 * once. Runs everywhere.
 */
import { sha256Hex } from "../base/bytes.ts";
import { AppError } from "../base/errors.ts";
import { createProgress, type Progress } from "../base/job.ts";
import type { CheckpointShelf, OpenedCheckpoint } from "./checkpoints.ts";
import type { Platform } from "./platform.ts";

type HashJob = { readonly signal: AbortSignal; onProgress(progress: Progress): void };
type HashParts = Pick<Platform, "clock" | "hash">;

/** Content keys by checkpoint. */
export interface ContentKeys {
  /** Equal for equal weights. @throws AppError of opening and reading. */
  of(name: string, job: HashJob): Promise<string>;
}

/** Keys of what stands on a shelf. */
export function createContentKeys(parts: HashParts, shelf: CheckpointShelf): ContentKeys {
  // A checkpoint that was forgotten and opened again may be another one under the same name.
  const keys = new WeakMap<OpenedCheckpoint, Promise<string>>();
  return {
    async of(name, job) {
      const opened = await shelf.open(name, job.signal);
      const known = keys.get(opened);
      if (known !== undefined) return known;
      const fresh = hashFiles(parts, [opened], job).then(([byName]) =>
        sha256Hex(new TextEncoder().encode(JSON.stringify(Object.entries(byName!).sort()))),
      );
      keys.set(opened, fresh);
      // Work that was cancelled half-way is no answer for the next one who asks.
      fresh.catch(() => keys.delete(opened));
      return fresh;
    },
  };
}

/** SHA-256 of every weights file of every parent, by the file's name. @throws AppError `not-found`, of reading. */
export async function hashFiles(
  { clock, hash }: HashParts,
  parents: readonly OpenedCheckpoint[],
  job: HashJob,
): Promise<readonly Readonly<Record<string, string>>[]> {
  const files = await Promise.all(
    parents.map(async ({ checkpoint, located }) =>
      Promise.all(
        checkpoint.files.map(async ({ name }) => {
          const source = await located.files.open(name, job.signal);
          if (source !== null) return { name, source };
          throw new AppError("not-found", `${checkpoint.name} lost its file ${name}.`, {
            advice: "Open it again.",
          });
        }),
      ),
    ),
  );
  const unknown = files.flat().filter(({ source }) => source.sha256 === undefined);
  const total = unknown.reduce((sum, { source }) => sum + source.byteLength, 0);
  const progress = createProgress(clock, "hashing the parents", total, "bytes");
  let before = 0;
  const hashes: Record<string, string>[] = [];
  for (const parent of files) {
    const byName: Record<string, string> = {};
    for (const { name, source } of parent) {
      byName[name] =
        source.sha256 ??
        (await hash(source, job.signal, (bytes) => job.onProgress(progress(before + bytes))));
      if (source.sha256 === undefined) before += source.byteLength;
    }
    hashes.push(byName);
  }
  return hashes;
}
