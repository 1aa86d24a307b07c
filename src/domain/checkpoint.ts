/** What lists and strips show of checkpoints and of the run they come from. */
import type { ErrorRecord } from "../base/errors.ts";
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

/** Where a checkpoint's files are. */
export type CheckpointPlace = "demo" | "disk" | "hub";

/** What `inspect` says of a checkpoint without loading its weights. */
export type CheckpointReport = {
  readonly name: string;
  readonly place: CheckpointPlace;
  /** The hub's commit that the revision stands for; `null` elsewhere. */
  readonly commit: string | null;
  /** Optimiser steps, as the name or the run tells; `null` when unknown. */
  readonly step: number | null;
  readonly architecture: string;
  readonly parameters: number;
  readonly dtype: string;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256?: string }[];
  /** Bytes of its weights files. */
  readonly bytes: number;
  /** Bytes that must still come over the network, after those before it; 0 for what is on this machine. */
  readonly bytesToFetch: number;
  /** Bytes of buffers whose content is known without reading them: they are never fetched. */
  readonly skippedBytes: number;
  readonly tensors: number;
  /** Tensors that are buffers, not weights: never merged. */
  readonly skipped: readonly string[];
  readonly warnings: readonly string[];
};

/** Memory that exploring these checkpoints takes at its peak, and what there is. All in bytes. */
export type MemoryPlan = {
  /** Where the weights would lie. */
  readonly device: "webgpu" | "wasm" | "node";
  /** One parent in its file's number format. */
  readonly parentBytes: number;
  /** The merged weights, fp32. */
  readonly mergedBytes: number;
  /** Activations and logits of the largest batch, and copies that the device makes of its inputs. */
  readonly workBytes: number;
  /** Two parents resident, the merge and the work. */
  readonly neededBytes: number;
  /** What may be used; `null` where the machine does not say. */
  readonly availableBytes: number | null;
  /** `resident`: two parents stay on the device; `streamed`: parents are read anew for every merge; `none`: too large. */
  readonly mode: "resident" | "streamed" | "none";
  /** What was found and, unless it is `resident`, what would fit; a sentence or two. */
  readonly words: string;
};

/** How far apart two checkpoints are in one part of the model, over the elements that were sampled. */
export type LayerDistance = {
  /** `null` for what is outside the layers. */
  readonly layer: number | null;
  readonly part: "embedding" | "attention" | "mlp" | "norm" | "head";
  /** ‖newer − older‖ / ‖older‖; `null` where the older is all zero and the newer is not. */
  readonly relative: number | null;
  /** Cosine of the angle between the two; `null` where one is all zero. */
  readonly cosine: number | null;
};

/** Two neighbouring checkpoints, by their indices, and their distance part by part in the model's order. */
export type PairDistance = {
  readonly older: number;
  readonly newer: number;
  /** Share of the weights that was read. */
  readonly sampledShare: number;
  readonly parts: readonly LayerDistance[];
};

/** Checkpoints looked into before anything large moves: the X-ray. */
export type Inspection = {
  readonly checkpoints: readonly CheckpointReport[];
  /** Pairs of indices of checkpoints that hold the same weights. */
  readonly identical: readonly (readonly [number, number])[];
  /** Why they cannot be merged with one another; `null` when they can. */
  readonly conflict: ErrorRecord | null;
  readonly memory: MemoryPlan;
  /** One entry for each two neighbours in the order given; none where the checkpoints cannot be merged. */
  readonly distances: readonly PairDistance[];
};

/** A repository of the hub and what can be named in it. */
export type HubRepository = {
  readonly repository: string;
  /** Branches and tags, training steps first and in order, then `main` and the rest by name. */
  readonly revisions: readonly { readonly name: string; readonly step: number | null }[];
};

/** One file that was fetched and is kept on this machine. */
export type StoredFile = {
  readonly key: string;
  readonly bytes: number;
  /** Where it is from: `EleutherAI/pythia-70m@step1000 model.safetensors`, once for each name. */
  readonly names: readonly string[];
  /** Whether all of it is there; a partial one goes on where it stopped. */
  readonly whole: boolean;
};

/** What is kept on this machine. */
export type Stored = {
  readonly files: readonly StoredFile[];
  readonly usedBytes: number;
  /** What the browser grants; `null` where there is no such limit. */
  readonly quotaBytes: number | null;
  /** Whether the browser promised not to clear it by itself. */
  readonly persistent: boolean;
  /** Where it lies, in words. */
  readonly place: string;
};
