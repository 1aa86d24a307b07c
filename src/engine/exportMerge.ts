/** `exportMerge`: the merged checkpoint written to a folder, all or nothing, streamed. Runs everywhere; wiring only. */
import { version } from "../../package.json";
import { AppError } from "../base/errors.ts";
import { createProgress } from "../base/job.ts";
import type { ExportRequest } from "../domain/export.ts";
import { type MergedFile, mergeToFiles, type Provenance } from "../merge/execute.ts";
import type { EngineMethods, Job } from "../rpc/protocol.ts";
import type { FolderWriter } from "../storage/folderWriter.ts";
import type { OpenedCheckpoint } from "./checkpoints.ts";
import type { Platform } from "./platform.ts";

/** What an export needs of the platform. */
export type ExportParts = Pick<Platform, "clock" | "openFolder" | "hash">;

/**
 * Parents are read block by block, hashed where nobody vouches for a hash.
 * @throws AppError as `mergeToFiles`, and `write-failed`; nothing is left behind then.
 */
export async function exportMerge(
  parts: ExportParts,
  parents: readonly OpenedCheckpoint[],
  request: ExportRequest,
  job: Job,
): Promise<EngineMethods["exportMerge"]["result"]> {
  const folder = await parts.openFolder(request.target);
  try {
    const sha256 = await hashParents(parts, parents, job);
    const checkpoints = parents.map(({ checkpoint }) => checkpoint);
    const files = await mergeToFiles(checkpoints, request, { version, sha256 }, job.signal);
    await writeAll(parts, folder, files, job);
    const { where, blobs } = await folder.finish();
    return {
      where,
      files: files.map(({ name, byteLength }) => ({
        name,
        bytes: byteLength,
        blob: blobs.get(name) ?? null,
      })),
    };
  } catch (thrown) {
    // What went wrong first is what the person has to know.
    await folder.abandon().catch(() => undefined);
    throw thrown;
  }
}

async function writeAll(
  { clock }: ExportParts,
  folder: FolderWriter,
  files: readonly MergedFile[],
  job: Job,
): Promise<void> {
  const total = files.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const progress = createProgress(clock, "merging", total, "bytes");
  let written = 0;
  for (const file of files) {
    async function* counted() {
      for await (const chunk of file.chunks()) {
        yield chunk;
        written += chunk.byteLength;
        job.emit({ kind: "progress", progress: progress(written) });
      }
    }
    await folder.write({ ...file, chunks: counted });
  }
}

/** SHA-256 of every weights file of every parent. */
async function hashParents(
  { clock, hash }: ExportParts,
  parents: readonly OpenedCheckpoint[],
  job: Job,
): Promise<Provenance["sha256"]> {
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
        (await hash(source, job.signal, (bytes) =>
          job.emit({ kind: "progress", progress: progress(before + bytes) }),
        ));
      if (source.sha256 === undefined) before += source.byteLength;
    }
    hashes.push(byName);
  }
  return hashes;
}
