/**
 * Which weights are on the device: parents are loaded when a merge needs them and the least recently used make room.
 * One merge is current at a time; whoever holds it holds the device. Engine thread or Node.
 */
import { describeBytes } from "../base/bytes.ts";
import { AppError } from "../base/errors.ts";
import { type Clock, createProgress, type Progress, throwIfCancelled } from "../base/job.ts";
import { checkTensors } from "../merge/agreement.ts";
import type { Backend, ResidentModel } from "../runtime/backend.ts";
import type { Merger } from "../study/objective.ts";
import type { CheckpointShelf, OpenedCheckpoint } from "./checkpoints.ts";
import { createTurns } from "./turns.ts";

/** The device's tenant list. */
export interface Residency {
  /** A merger that tells of loading. */
  mergerFor(onProgress: (progress: Progress) => void): Merger;
  /** Waits for its turn, then frees everything. */
  close(): Promise<void>;
}

type Current = {
  readonly configKey: string;
  readonly open: ResidentModel;
  readonly lastUsed: Map<string, number>;
};

/** Nothing resident yet. */
export function createResidency(
  backend: Backend,
  residentBytes: number,
  shelf: CheckpointShelf,
  clock: Clock,
): Residency {
  const turns = createTurns();
  let current: Current | null = null;
  let uses = 0;
  let closed = false;

  /** The model of these parents; another model makes way. */
  async function modelFor(parent: OpenedCheckpoint): Promise<Current> {
    if (current?.configKey === parent.configKey) return current;
    await current?.open.dispose();
    current = null;
    const open = await backend.createModel(parent.config);
    current = { configKey: parent.configKey, open, lastUsed: new Map() };
    await open.warmUp();
    return current;
  }

  return {
    mergerFor: (onProgress) => ({
      withMerge: (recipe, signal, use) =>
        turns(async () => {
          throwIfCancelled(signal);
          if (closed) throw deviceChanged();
          const parents = await shelf.openParents(recipe.parents, signal);
          const resident = await modelFor(parents[0]!);
          const { mixer, model } = resident.open;
          for (const parent of parents) {
            if (!mixer.has(parent.name)) {
              makeRoom(resident, parent, recipe.parents, residentBytes);
              const progress = createProgress(clock, `loading ${parent.name}`, parent.bytes, "bytes");
              checkTensors({ name: parent.name, tensors: parent.checkpoint.tensors }, parent.config);
              await mixer.load(parent.name, parent.checkpoint, signal, (bytes) =>
                onProgress(progress(bytes)),
              );
            }
            resident.lastUsed.set(parent.name, uses++);
          }
          await mixer.mix(recipe.parents, recipe.coefficients);
          return use(model);
        }),
    }),
    close: () =>
      turns(async () => {
        closed = true;
        await current?.open.dispose();
        current = null;
        await backend.dispose();
      }),
  };
}

function deviceChanged(): AppError {
  return new AppError("device", "The compute device was started anew while this work was running.", {
    advice: "Run it again.",
  });
}

/** Drops the least recently used parents that this merge does not need until the next one fits. */
function makeRoom(
  { open: { mixer }, lastUsed }: Current,
  next: OpenedCheckpoint,
  needed: readonly string[],
  budget: number,
): void {
  const candidates = [...lastUsed.keys()]
    .filter((name) => !needed.includes(name))
    .sort((a, b) => lastUsed.get(a)! - lastUsed.get(b)!);
  while (mixer.liveBytes + next.bytes > budget) {
    const oldest = candidates.shift();
    if (oldest === undefined)
      throw new AppError(
        "out-of-memory",
        `${next.name} (${describeBytes(next.bytes)}) does not fit beside the ${describeBytes(mixer.liveBytes)} that this merge holds; ${describeBytes(budget)} may be used.`,
        { advice: "Merge fewer checkpoints at a time, or use a device with more memory." },
      );
    mixer.drop(oldest);
    lastUsed.delete(oldest);
  }
}
