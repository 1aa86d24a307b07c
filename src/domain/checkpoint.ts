/** What lists and strips show of checkpoints and of the run they come from. */
import type { TaskInfo } from "./task.ts";

/** One saved state of a run. */
export type CheckpointInfo = {
  /** The name every recipe and command uses: `demo:3000`, a folder's path. */
  readonly name: string;
  /** Optimiser steps done; `null` when unknown. */
  readonly step: number | null;
  /** Tokens seen; `null` when unknown. */
  readonly tokens: number | null;
  readonly bytes: number;
};

/** A run: checkpoints oldest first, and the tasks that come with it. */
export type RunInfo = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly licence: string;
  readonly parameters: number;
  readonly checkpoints: readonly CheckpointInfo[];
  readonly tasks: readonly TaskInfo[];
  readonly defaultTask: string;
  /** Older and newer checkpoint's names. */
  readonly defaultPair: readonly [string, string];
};

/** What `inspect` says of a checkpoint without loading its weights. */
export type CheckpointReport = {
  readonly name: string;
  readonly architecture: string;
  readonly parameters: number;
  readonly dtype: string;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256?: string }[];
  readonly tensors: number;
  /** Tensors that are buffers, not weights: never merged. */
  readonly skipped: readonly string[];
  readonly warnings: readonly string[];
};
