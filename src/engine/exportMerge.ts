/** `exportMerge`: the merged checkpoint written to a folder, all or nothing, streamed. Runs everywhere; wiring only. */
import { version } from "../../package.json";
import { createProgress } from "../base/job.ts";
import type { ExportRequest } from "../domain/export.ts";
import { type MergedFile, mergeToFiles } from "../merge/execute.ts";
import type { EngineMethods, Job } from "../rpc/protocol.ts";
import type { FolderWriter } from "../storage/folderWriter.ts";
import type { OpenedCheckpoint } from "./checkpoints.ts";
import { hashFiles } from "./contentKeys.ts";
import type { Platform } from "./platform.ts";

/** What an export needs of the platform. */
export type ExportParts = Pick<Platform, "clock" | "openFolder" | "hash">;

/**
 * Parents are read block by block, hashed where nobody vouches for a hash.
 * @param derived what is told of a merge that is no weighted sum; `null` for others
 * @throws AppError as `mergeToFiles`, and `write-failed`; nothing is left behind then.
 */
export async function exportMerge(
  parts: ExportParts,
  parents: readonly OpenedCheckpoint[],
  request: ExportRequest,
  derived: object | null,
  job: Job,
): Promise<EngineMethods["exportMerge"]["result"]> {
  const folder = await parts.openFolder(request.target);
  try {
    const sha256 = await hashFiles(parts, parents, {
      signal: job.signal,
      onProgress: (progress) => job.emit({ kind: "progress", progress }),
    });
    const checkpoints = parents.map(({ checkpoint }) => checkpoint);
    const files = await mergeToFiles(checkpoints, request, { version, sha256, derived }, job.signal);
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
