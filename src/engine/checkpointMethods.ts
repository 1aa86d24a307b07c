/** The methods about checkpoints as such: finding, looking into, fetching, keeping and writing them. Wiring only. */
import { createProgress } from "../base/job.ts";
import type { Stored } from "../domain/checkpoint.ts";
import type { Job } from "../rpc/protocol.ts";
import type { CheckpointShelf, OpenedCheckpoint } from "./checkpoints.ts";
import type { Demo } from "./demo.ts";
import type { DerivedMerges } from "./derivedMerges.ts";
import { exportMerge } from "./exportMerge.ts";
import { bytesToFetch, fetchCheckpoint, keysOf, skippedBytes } from "./fetchCheckpoints.ts";
import type { HubAccess } from "./hubAccess.ts";
import { inspectNamed } from "./inspect.ts";
import type { Holding, MethodTable } from "./methodTable.ts";
import { describeOwnRun } from "./ownRun.ts";
import type { Places } from "./places.ts";
import type { Platform } from "./platform.ts";
import { callJob } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import type { TaskCatalogue } from "./taskCatalogue.ts";

/** The methods of this file. */
export type CheckpointMethod =
  | "inspect"
  | "useHub"
  | "hubRevisions"
  | "addFolder"
  | "fetchCheckpoints"
  | "openRun"
  | "stored"
  | "removeStored"
  | "exportMerge";

/** What they are made of. */
export type CheckpointParts = {
  readonly platform: Platform;
  readonly catalogue: TaskCatalogue;
  readonly demo: Demo;
  readonly hub: HubAccess;
  readonly places: Places;
  readonly shelf: CheckpointShelf;
  readonly sessions: Sessions;
  readonly derived: Pick<DerivedMerges, "record" | "prepare">;
};

/** The methods over these parts, and how work of other methods holds what it reads. */
export function createCheckpointMethods(parts: CheckpointParts): {
  readonly methods: MethodTable<CheckpointMethod>;
  readonly holding: Holding;
} {
  const { platform, demo, hub, places, shelf, derived } = parts;
  const holding: Holding = async (names, job, work) => {
    const kept = await hub.kept();
    const opened = kept === null ? [] : await openAll(shelf, names, job);
    const release = await kept?.hold(opened.flatMap(keysOf));
    try {
      return await work();
    } finally {
      release?.();
    }
  };
  const methods: MethodTable<CheckpointMethod> = {
    inspect: ({ checkpoints }, job) => inspectNamed(parts, checkpoints, job, { bytesToFetch, skippedBytes }),
    useHub: async ({ endpoint, token }) => {
      const used = hub.use(endpoint, token);
      // What was opened under other settings may be another hub's.
      shelf.forget(({ located }) => located.place === "hub");
      return used;
    },
    hubRevisions: ({ repository }, job) => hub.revisions(repository, job.signal),
    addFolder: async ({ name, files }) => {
      const checkpoint = places.addFolder(name, files);
      shelf.forget((opened) => opened.name === checkpoint);
      return { checkpoint };
    },
    fetchCheckpoints: ({ checkpoints }, job) =>
      holding(checkpoints, job, () => fetchAll(parts, checkpoints, job)),
    async openRun({ checkpoints }, job) {
      const { tasks } = (await demo.open(job.signal)).info;
      return describeOwnRun(await shelf.openParents(checkpoints, job.signal), tasks);
    },
    stored: () => listStored(hub),
    async removeStored({ keys }) {
      await (await hub.kept())?.remove(keys);
      shelf.forget((opened) => keysOf(opened).some((key) => keys.includes(key)));
      return listStored(hub);
    },
    exportMerge: (request, job) =>
      holding(request.recipe.parents, job, async () => {
        await fetchAll(parts, request.recipe.parents, job);
        const parents = await shelf.openParents(request.recipe.parents, job.signal);
        await derived.prepare(request.recipe.parents, callJob(job));
        return exportMerge(platform, parents, request, derived.record(request.recipe.parents[0] ?? ""), job);
      }),
  };
  return { methods, holding };
}

async function openAll(
  shelf: CheckpointShelf,
  names: readonly string[],
  job: Job,
): Promise<readonly OpenedCheckpoint[]> {
  const opened: OpenedCheckpoint[] = [];
  for (const name of names) opened.push(await shelf.open(name, job.signal));
  return opened;
}

/** Every checkpoint that is elsewhere, one after another, as one piece of work. */
async function fetchAll(
  { platform, shelf }: CheckpointParts,
  names: readonly string[],
  job: Job,
): Promise<Record<string, never>> {
  const opened = await openAll(shelf, names, job);
  const sizes: number[] = [];
  for (const [i, one] of opened.entries()) sizes.push(await bytesToFetch(one, opened.slice(0, i)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total === 0) return {};
  const progress = createProgress(platform.clock, "fetching", total, "bytes");
  let before = 0;
  for (const [i, one] of opened.entries()) {
    const label = `fetching ${one.name}`;
    await fetchCheckpoint(one, {
      signal: job.signal,
      // Bytes that were to be computed and had to come after all are more than was announced.
      onBytes: (bytes) =>
        job.emit({ kind: "progress", progress: { ...progress(Math.min(total, before + bytes)), label } }),
    });
    before += sizes[i] ?? 0;
  }
  return {};
}

async function listStored(hub: HubAccess): Promise<Stored> {
  const kept = await hub.kept();
  if (kept !== null) return kept.stored();
  return {
    files: [],
    usedBytes: 0,
    quotaBytes: 0,
    persistent: false,
    place: "nowhere: this browser keeps no files",
  };
}
