/**
 * Where a checkpoint's files are, by its name: in the shipped run, on the hub, in a folder that a person added, or at a
 * path. Runs everywhere; reads no weights.
 */
import { AppError } from "../base/errors.ts";
import type { CheckpointPlace } from "../domain/checkpoint.ts";
import { HUB_PREFIX, parseHubName, stepOfName } from "../domain/hubName.ts";
import type { FileSet } from "../storage/byteSource.ts";
import { createBlobSource } from "../storage/file.ts";
import type { HubFiles } from "../storage/hub/hubFiles.ts";
import { createFileSet } from "../storage/memory.ts";
import type { Demo } from "./demo.ts";
import type { HubAccess } from "./hubAccess.ts";
import type { Platform } from "./platform.ts";

/** A checkpoint's files and what its place tells of it. */
export type Located = {
  readonly files: FileSet;
  readonly place: CheckpointPlace;
  readonly step: number | null;
  /** The files as the hub has them; `null` elsewhere. */
  readonly hub: HubFiles | null;
};

/** Finds checkpoints. */
export interface Places {
  /** @throws AppError `not-found`, `usage` for a name that is none, and those of the hub. */
  locate(name: string, signal: AbortSignal): Promise<Located>;
  /** Makes a folder of the person's own known. @returns the checkpoint's name. @throws AppError `usage`. */
  addFolder(name: string, files: readonly { readonly path: string; readonly file: Blob }[]): string;
}

const DISK_PREFIX = "disk:";
const DEMO_PREFIX = "demo:";

/** More files than any checkpoint has. */
const MAX_FILES = 10_000;

/**
 * Places of this platform.
 * @param derivedFiles the files of a merge that stands as a checkpoint; `null` for other names
 */
export function createPlaces(
  platform: Platform,
  demo: Demo,
  hub: HubAccess,
  derivedFiles: (name: string) => FileSet | null,
): Places {
  const folders = new Map<string, FileSet>();
  const locateFolder = async (name: string, signal: AbortSignal): Promise<FileSet> => {
    const files = folders.get(name) ?? (await platform.openCheckpoint(name, signal));
    if (files !== null) return files;
    throw new AppError("not-found", `There is no checkpoint ${name}.`, {
      advice:
        "Give demo:STEP, hf:OWNER/REPO@REVISION, a folder in Hugging Face layout, or a .safetensors or .bin file.",
      fields: { checkpoint: name },
    });
  };
  return {
    async locate(name, signal) {
      if (name.startsWith(DEMO_PREFIX)) {
        const step = Number(name.slice(DEMO_PREFIX.length));
        return { files: await demo.files(name, signal), place: "demo", step, hub: null };
      }
      if (name.startsWith(HUB_PREFIX)) {
        const { repository, revision } = parseHubName(name);
        const found = await hub.open(repository, revision, signal);
        const files: FileSet = { name, open: (path, during) => found.open(path, during) };
        return { files, place: "hub", step: stepOfName(revision), hub: found };
      }
      const merged = derivedFiles(name);
      if (merged !== null) return { files: merged, place: "disk", step: null, hub: null };
      const files = await locateFolder(name, signal);
      return { files, place: "disk", step: stepOfName(name), hub: null };
    },
    addFolder(name, files) {
      if (files.length === 0 || files.length > MAX_FILES)
        throw new AppError("usage", `The folder ${name} has ${files.length} files of a checkpoint.`, {
          advice: "Choose a folder that holds config.json and the weights.",
          fields: { folder: name, files: files.length },
        });
      const checkpoint = DISK_PREFIX + name;
      const sources = files.map(
        ({ path, file }) => [path, createBlobSource(`${name}/${path}`, file)] as const,
      );
      folders.set(checkpoint, createFileSet(checkpoint, new Map(sources)));
      return checkpoint;
    },
  };
}
