/**
 * What the roofs hand the engine: files, a device, a clock. The engine touches nothing else of the machine it runs on.
 * Contract only.
 */
import type { Clock } from "../base/job.ts";
import type { BackendChoice } from "../domain/backend.ts";
import type { Backend } from "../runtime/backend.ts";
import type { FileSet } from "../storage/byteSource.ts";

/** One roof's platform parts. */
export interface Platform {
  readonly clock: Clock;
  /** The folder of the shipped run: `run.json`, its checkpoints and tasks. */
  readonly demo: FileSet;
  /** The checkpoint a person calls by this name, other than `demo:…`; `null` where there is none of it. */
  openCheckpoint(name: string, signal: AbortSignal): Promise<FileSet | null>;
  /** @throws AppError `device` when the choice cannot be had. */
  startBackend(choice: BackendChoice, threads: number | null): Promise<Backend>;
  /** Most bytes of weights that stay on the device, merged ones included. */
  readonly residentBytes: number;
}
