/**
 * Brings checkpoints of the hub onto this machine: their weights, and the small files that a run or an export needs.
 * Runs everywhere; wiring only.
 */
import { throwIfCancelled } from "../base/job.ts";
import { knownExtents } from "../checkpoint/knownBytes.ts";
import { COMPANIONS } from "../merge/execute.ts";
import type { KnownExtent } from "../storage/hub/hubFiles.ts";
import type { OpenedCheckpoint } from "./checkpoints.ts";

/** Whether a file besides the weights goes with a checkpoint: what opening it reads, and what an export passes on. */
function isCompanion(path: string): boolean {
  return path === "config.json" || COMPANIONS.includes(path) || /^[\w.-]+\.index\.json$/.test(path);
}

/** How a fetch is stopped and watched. */
export type FetchWatch = { readonly signal: AbortSignal; onBytes(fetchedBytes: number): void };

type Missing = {
  readonly path: string;
  readonly key: string;
  readonly known: readonly KnownExtent[];
  readonly bytes: number;
};

/** Bytes that `fetchCheckpoint` would bring, once these others have been fetched: what is the same comes once. */
export async function bytesToFetch(
  opened: OpenedCheckpoint,
  before: readonly OpenedCheckpoint[] = [],
): Promise<number> {
  const here = new Set(before.flatMap(keysOf));
  const missing = (await missingFiles(opened)).filter(({ key }) => !here.has(key));
  return missing.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Keys of every file that the hub lists for a checkpoint. */
export function keysOf({ located }: OpenedCheckpoint): readonly string[] {
  return located.hub?.listing.files.map(({ key }) => key) ?? [];
}

/** Bytes of the weights files that are computed instead of fetched. */
export function skippedBytes({ checkpoint }: OpenedCheckpoint): number {
  const extents = [...knownExtents(checkpoint).values()].flat();
  return extents.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0);
}

/**
 * Makes a checkpoint's files whole on this machine; nothing happens to one that is here. `onBytes` counts from what an
 * earlier attempt left to do.
 * @throws AppError as `HubFiles.fetch`.
 */
export async function fetchCheckpoint(opened: OpenedCheckpoint, watch: FetchWatch): Promise<void> {
  const { hub } = opened.located;
  if (hub === null) return;
  let before = 0;
  for (const { path, known, bytes } of await missingFiles(opened)) {
    throwIfCancelled(watch.signal);
    await hub.fetch(path, known, {
      signal: watch.signal,
      onBytes: (receivedBytes) => watch.onBytes(before + receivedBytes),
    });
    before += bytes;
    watch.onBytes(before);
  }
}

/** Small files first: a checkpoint whose weights are still coming can be looked at without the network. */
async function missingFiles({ located, checkpoint }: OpenedCheckpoint): Promise<readonly Missing[]> {
  const { hub } = located;
  if (hub === null) return [];
  const extents = knownExtents(checkpoint);
  const weights = checkpoint.files.map(({ name }) => name);
  const companions = hub.listing.files.filter(({ path }) => isCompanion(path));
  const weightsFiles = hub.listing.files.filter(({ path }) => weights.includes(path));
  const missing: Missing[] = [];
  for (const { path, key } of [...companions, ...weightsFiles]) {
    const known = extents.get(path) ?? [];
    const bytes = await hub.missingBytes(path, known);
    if (bytes > 0) missing.push({ path, key, known, bytes });
  }
  return missing;
}
