/**
 * Which weights are on the device: parents are loaded when a merge needs them and the least recently used make room.
 * Parents that do not fit side by side are read anew for every merge. One merge is current at a time; whoever holds it
 * holds the device. Engine thread or Node.
 */
import { AppError } from "../base/errors.ts";
import { type Clock, createProgress, type Progress, throwIfCancelled } from "../base/job.ts";
import type { Recipe } from "../domain/recipe.ts";
import { checkTensors } from "../merge/agreement.ts";
import type { Backend, ResidentModel } from "../runtime/backend.ts";
import type { ModelStatistics } from "../runtime/statistics.ts";
import type { Merger } from "../study/objective.ts";
import type { CheckpointShelf, OpenedCheckpoint } from "./checkpoints.ts";
import { bytesToFetch, fetchCheckpoint } from "./fetchCheckpoints.ts";
import { createTurns } from "./turns.ts";
import { createWeightReader } from "./weightReader.ts";

/** The device's tenant list. */
export interface Residency {
  /** A merger that tells of loading. */
  mergerFor(onProgress: (progress: Progress) => void): Merger;
  /** As a merger's `withMerge`, lending what is measured of weights besides scores. */
  withStatistics<T>(
    recipe: Recipe,
    job: { readonly signal: AbortSignal; onProgress(progress: Progress): void },
    use: (statistics: ModelStatistics) => Promise<T>,
  ): Promise<T>;
  /** Waits for its turn, then frees everything. */
  close(): Promise<void>;
}

type OnProgress = (progress: Progress) => void;

type Current = {
  readonly configKey: string;
  readonly open: ResidentModel;
  /** What the model's own weights take, without a parent. */
  readonly mergedBytes: number;
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
    current = {
      configKey: parent.configKey,
      open,
      mergedBytes: open.mixer.liveBytes,
      lastUsed: new Map(),
    };
    await open.warmUp();
    return current;
  }

  const isResident = ({ name, configKey }: OpenedCheckpoint): boolean =>
    current?.configKey === configKey && current.open.mixer.has(name);

  /** What is not on this machine comes here first: it is read from here from then on. */
  async function fetchParent(parent: OpenedCheckpoint, signal: AbortSignal, onProgress: OnProgress) {
    const total = await bytesToFetch(parent);
    if (total === 0) return;
    const progress = createProgress(clock, `fetching ${parent.name}`, total, "bytes");
    await fetchCheckpoint(parent, { signal, onBytes: (bytes) => onProgress(progress(bytes)) });
  }

  async function loadParents(
    resident: Current,
    parents: readonly OpenedCheckpoint[],
    signal: AbortSignal,
    onProgress: OnProgress,
  ): Promise<void> {
    const { mixer } = resident.open;
    for (const parent of parents) {
      if (!mixer.has(parent.name)) {
        makeRoom(resident, parent, parents, residentBytes);
        const label = `loading ${parent.name}`;
        const progress = createProgress(clock, label, parent.weightBytes, "bytes");
        const reader = createWeightReader(parent);
        await mixer.load(parent.name, reader, signal, (bytes) => onProgress(progress(bytes)));
      }
      resident.lastUsed.set(parent.name, uses++);
    }
  }

  async function mixStreamed(
    resident: Current,
    parents: readonly OpenedCheckpoint[],
    { coefficients }: Recipe,
    signal: AbortSignal,
    onProgress: OnProgress,
  ): Promise<void> {
    const { mixer } = resident.open;
    for (const name of resident.lastUsed.keys()) mixer.drop(name);
    resident.lastUsed.clear();
    const terms = parents
      .map((parent, i) => ({ parent, coefficient: coefficients[i] ?? 0 }))
      .filter(({ coefficient }) => coefficient !== 0);
    const total = terms.reduce((sum, { parent }) => sum + parent.weightBytes, 0);
    const progress = createProgress(clock, "reading the parents", total, "bytes");
    await mixer.mixFrom(
      terms.map(({ parent }) => createWeightReader(parent)),
      terms.map(({ coefficient }) => coefficient),
      signal,
      (bytes) => onProgress(progress(bytes)),
    );
  }

  /** Waits for its turn, mixes, lends the device. */
  const withModel = <T>(
    recipe: Recipe,
    signal: AbortSignal,
    onProgress: OnProgress,
    use: (open: ResidentModel) => Promise<T>,
  ): Promise<T> =>
    turns(async () => {
      throwIfCancelled(signal);
      if (closed) throw deviceChanged();
      const parents = await shelf.openParents(recipe.parents, signal);
      // A study asks for hundreds of merges: what is on the device already was checked and fetched before.
      const absent = parents.filter((parent) => !isResident(parent));
      for (const { name, checkpoint, config } of absent)
        checkTensors({ name, tensors: checkpoint.tensors }, config);
      for (const parent of absent) await fetchParent(parent, signal, onProgress);
      const resident = await modelFor(parents[0]!);
      const { mixer } = resident.open;
      const parentBytes = parents.reduce((sum, { weightBytes }) => sum + weightBytes, 0);
      if (resident.mergedBytes + parentBytes > residentBytes)
        await mixStreamed(resident, parents, recipe, signal, onProgress);
      else {
        await loadParents(resident, parents, signal, onProgress);
        await mixer.mix(recipe.parents, recipe.coefficients);
      }
      return use(resident.open);
    });

  return {
    mergerFor: (onProgress) => ({
      withMerge: (recipe, signal, use) => withModel(recipe, signal, onProgress, ({ model }) => use(model)),
    }),
    withStatistics: (recipe, { signal, onProgress }, use) =>
      withModel(recipe, signal, onProgress, ({ statistics }) => use(statistics)),
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
  needed: readonly OpenedCheckpoint[],
  budget: number,
): void {
  const names = new Set(needed.map(({ name }) => name));
  const candidates = [...lastUsed.entries()]
    .filter(([name]) => !names.has(name))
    .sort(([, a], [, b]) => a - b);
  for (const [name] of candidates) {
    if (mixer.liveBytes + next.weightBytes <= budget) return;
    mixer.drop(name);
    lastUsed.delete(name);
  }
}
