/**
 * What the roofs hand the engine: files, a network, a place to keep files, a device, a clock. The engine touches nothing
 * else of the machine it runs on. Contract only.
 */
import type { Clock } from "../base/job.ts";
import type { BackendChoice, BackendInfo } from "../domain/backend.ts";
import type { ExportTarget } from "../domain/export.ts";
import type { Backend } from "../runtime/backend.ts";
import type { FileSet } from "../storage/byteSource.ts";
import type { FolderWriter } from "../storage/folderWriter.ts";
import type { Fetch } from "../storage/httpRequest.ts";
import type { KeptFiles } from "../storage/hub/hubFiles.ts";
import type { JournalStore } from "../storage/journals/journalStore.ts";
import type { ResultStore } from "../storage/results/resultStore.ts";
import type { HashSource } from "../storage/sha256.ts";
import type { DataFiles } from "../tasks/data/dataFiles.ts";

/** The hub as the machine knows it. */
export type HubSettings = {
  readonly endpoint: string;
  readonly token: string | null;
  /** Whether only what is kept may be used. */
  readonly offline: boolean;
};

/** One roof's platform parts. */
export interface Platform {
  readonly clock: Clock;
  /** Resolves after so many milliseconds; rejects `cancelled` when the signal is aborted meanwhile. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** The folder of the shipped run: `run.json`, its checkpoints and tasks. */
  readonly demo: FileSet;
  /** The checkpoint a person calls by this path; `null` where there is none of it, or no paths. */
  openCheckpoint(name: string, signal: AbortSignal): Promise<FileSet | null>;
  readonly fetch: Fetch;
  readonly hub: HubSettings;
  readonly hash: HashSource;
  /** Where fetched files are kept; `null` where nothing can be, so that they are read over the network each time. */
  openKept(): Promise<KeptFiles | null>;
  /** A file, or every file of a folder, that a person calls by this path. @throws AppError `not-found`, `usage` where there are no paths. */
  listFiles(path: string): Promise<DataFiles>;
  /** Where results are kept; `null` where nothing can be, so that they are gone when the program ends. */
  openResults(): Promise<ResultStore | null>;
  /** Where journals of searches are kept; `null` where nothing can be. */
  openJournals(): Promise<JournalStore | null>;
  /** A folder to export into. @throws AppError `write-failed`. */
  openFolder(target: ExportTarget): Promise<FolderWriter>;
  /** @throws AppError `device` when the choice cannot be had. */
  startBackend(choice: BackendChoice, threads: number | null): Promise<Backend>;
  /** Most bytes of weights that may lie on a device of this kind, merged ones included. */
  residentBytes(kind: BackendInfo["kind"]): number;
}
