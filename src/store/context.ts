/**
 * What every slice is given: the whole state, a way to change it, and the effects of the outer world. Main thread;
 * knows no React and no DOM, so that it runs under Node with fakes.
 */
import type { Clock } from "../base/job.ts";
import type { Engine } from "../rpc/protocol.ts";
import type { JobQueue } from "./queue.ts";
import type { AppState } from "./state.ts";

/** The outer world, handed in by the roof. */
export type Effects = {
  readonly engine: Engine;
  /** The file of shipped results, as it comes. */
  readonly fetchShipped: () => Promise<Response>;
  /** A shipped table of scores, by its file's name, as it comes. */
  readonly fetchExample: (file: string) => Promise<Response>;
  /** A name that nothing else has: lower-case letters, digits and `-`. */
  readonly newId: () => string;
  readonly clock: Clock;
  /** Calls back soon, at most once a frame; events are applied together then. */
  readonly schedule: (flush: () => void) => void;
  /** Small things remembered between visits. */
  readonly preferences: { read(key: string): string | null; write(key: string, value: string): void };
  /** The query of the page's address. */
  readonly address: { read(): string; write(query: string): void };
  /** Asks the browser to keep what is fetched until the person removes it; only a page may, not its workers. */
  readonly askToKeep: () => Promise<boolean>;
  /**
   * Asks for a folder to write into, while the person's click still counts; `null` where the browser has no folders.
   * @throws AppError `cancelled` when the person picks none.
   */
  readonly pickDirectory: () => Promise<FileSystemDirectoryHandle | null>;
  /** Hands a file over as a download of this name. */
  readonly download: (name: string, file: Blob) => void;
};

/** Changes one noun of the state: what is not named stays. */
export type Patch = <K extends keyof AppState>(noun: K, change: Partial<AppState[K]>) => void;

/** Shared by all slices of one store. */
export type Context = {
  readonly get: () => AppState;
  readonly patch: Patch;
  readonly effects: Effects;
  readonly queue: JobQueue;
};
