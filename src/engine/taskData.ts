/** A task's data from wherever a person says it lies: a path, a URL, dropped files. Runs everywhere; wiring only. */
import { AppError } from "../base/errors.ts";
import { createProgress } from "../base/job.ts";
import type { DataOrigin } from "../domain/task.ts";
import type { Job } from "../rpc/protocol.ts";
import { createBlobSource } from "../storage/file.ts";
import { openHttpSource } from "../storage/http.ts";
import type { TaskDefinition } from "../tasks/benchmark.ts";
import type { DataFile, DataFiles } from "../tasks/data/dataFiles.ts";
import type { HubAccess } from "./hubAccess.ts";
import type { Platform } from "./platform.ts";

/** Files of a data set are never longer. */
const MAX_FILE_BYTES = 512 * 2 ** 20;
/** More files than any data set's published form has. */
const MAX_FILES = 2000;

/** The files of an origin that names them. @throws AppError `not-found`, `usage`, `read-failed`. */
export async function openData(
  platform: Pick<Platform, "listFiles" | "fetch">,
  origin: Exclude<DataOrigin, { readonly kind: "hub" }>,
  signal: AbortSignal,
): Promise<DataFiles> {
  switch (origin.kind) {
    case "path":
      return checked(await platform.listFiles(origin.path));
    case "url":
      return openUrl(platform, origin.url, signal);
    case "files":
      return checked({
        name: origin.files.length === 1 ? origin.files[0]!.path : `${origin.files.length} files`,
        files: origin.files.map(({ path, file }) => ({ path, source: createBlobSource(path, file) })),
      });
    default:
      return origin satisfies never;
  }
}

/** The parquet files of these parts of a task's data set on the hub. @throws AppError of the hub. */
export async function openHubData(
  { platform, hub }: { readonly platform: Pick<Platform, "clock">; readonly hub: HubAccess },
  definition: TaskDefinition,
  subsets: readonly string[] | null,
  job: Job,
): Promise<DataFiles> {
  const { repository, hubConfig, hubSplits, name } = definition;
  if (repository === "")
    throw new AppError("usage", `The task ${name} names no data set of the hub.`, {
      advice: "Give its data's files.",
    });
  const set = await hub.dataset(repository, job.signal);
  const parts = definition.subsets.length === 0 ? [""] : (subsets ?? definition.subsets);
  const files: DataFile[] = [];
  const progress = createProgress(platform.clock, `fetching ${repository}`, parts.length, "parts");
  for (const [done, part] of parts.entries()) {
    job.emit({ kind: "progress", progress: progress(done) });
    for (const split of new Set([hubSplits.docs, hubSplits.fewShot])) {
      if (split === null) continue;
      const sources = await set.read(hubConfig(part), split, {
        signal: job.signal,
        onBytes: () => undefined,
      });
      for (const [i, source] of sources.entries())
        files.push({ path: `${part === "" ? "" : `${part}/`}${split}-${i}.parquet`, source });
    }
  }
  return checked({ name: repository, files });
}

async function openUrl(
  { fetch }: Pick<Platform, "fetch">,
  text: string,
  signal: AbortSignal,
): Promise<DataFiles> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new AppError("usage", `"${text}" is not the address of a file.`, {
      advice: "Give one that begins with https://.",
    });
  const source = await openHttpSource(url.href, fetch, signal, MAX_FILE_BYTES);
  if (source === null)
    throw new AppError("not-found", `There is no file at ${url.href}.`, { advice: "Check the address." });
  const path = decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf("/") + 1)) || "data";
  return checked({ name: url.href, files: [{ path, source }] });
}

function checked(data: DataFiles): DataFiles {
  if (data.files.length === 0)
    throw new AppError("not-found", `${data.name} holds no files.`, {
      advice: "Name a file of the data set, or the folder that holds them.",
    });
  if (data.files.length > MAX_FILES)
    throw new AppError("usage", `${data.name} holds ${data.files.length} files, more than ${MAX_FILES}.`, {
      advice: "Give the folder of one data set.",
    });
  const large = data.files.find(({ source }) => source.byteLength > MAX_FILE_BYTES);
  if (large === undefined) return data;
  throw new AppError(
    "usage",
    `${large.path} has ${large.source.byteLength} bytes, more than a data set's file.`,
    {
      advice: "Give the files of the evaluated split only.",
      fields: { path: large.path },
    },
  );
}
