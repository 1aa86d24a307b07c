/**
 * `inspect`: what checkpoints hold, whether they belong together, which are the same, how far neighbours are apart and
 * whether this machine can hold them; without loading weights to a device. Wiring only.
 */
import { AppError, type ErrorRecord, toErrorRecord } from "../base/errors.ts";
import { type Clock, createProgress } from "../base/job.ts";
import { type Candidate, findIdentical, type Likeness } from "../checkpoint/identical.ts";
import { hashFiles, inspectCheckpoint } from "../checkpoint/inspect.ts";
import { mapConcurrently } from "../checkpoint/parallel.ts";
import type { BackendInfo } from "../domain/backend.ts";
import type { CheckpointReport, Inspection, MemoryPlan } from "../domain/checkpoint.ts";
import { checkTensors } from "../merge/agreement.ts";
import { architectureTitle, createRoleOf, parameterTable } from "../model/parameterTable.ts";
import type { Job } from "../rpc/protocol.ts";
import { planMemory } from "../runtime/memoryPlan.ts";
import type { HashSource } from "../storage/sha256.ts";
import { packingFor } from "./batchBudget.ts";
import type { CheckpointShelf, OpenedCheckpoint } from "./checkpoints.ts";
import { type Looked, type Measured, measureDistances } from "./measureDistances.ts";

/** What it is made of. */
export type InspectParts = {
  readonly platform: {
    readonly clock: Clock;
    readonly hash: HashSource;
    residentBytes(kind: BackendInfo["kind"]): number;
  };
  readonly shelf: CheckpointShelf;
  /** The device that would be used. */
  readonly sessions: { current(): Promise<{ readonly info: BackendInfo }> };
};

/** What a checkpoint's place tells. */
export type Access = {
  /** What fetching it brings, once those before it have been fetched. */
  bytesToFetch(opened: OpenedCheckpoint, before: readonly OpenedCheckpoint[]): Promise<number>;
  skippedBytes(opened: OpenedCheckpoint): number;
};

/** More than this on this machine is not hashed for a look: it would take longer than all the rest. */
const MAX_HASHED_BYTES = 1e9;

/**
 * Looks into the checkpoints, in the order given.
 * @throws AppError `usage` without a name, and those of opening and reading; that they do not fit together is no error
 * but the `conflict` of what is found.
 */
export async function inspectNamed(
  parts: InspectParts,
  names: readonly string[],
  job: Job,
  access: Access,
): Promise<Inspection> {
  if (names.length === 0) throw new AppError("usage", "No checkpoint is named.");
  const looked = await lookInto(parts, names, job, access);
  const likeness = await findIdentical(
    looked.map(
      ({ opened, weights, hashes, bytesToFetch }): Candidate => ({
        checkpoint: opened.checkpoint,
        weights,
        hashes,
        far: bytesToFetch > 0,
      }),
    ),
    job.signal,
  );
  const { conflict, distances, warnings } = await compare(parts, names, looked, job);
  const comingBytes = await Promise.all(
    looked.map(({ opened }, i) =>
      access.bytesToFetch(
        opened,
        looked.slice(0, i).map((before) => before.opened),
      ),
    ),
  );
  const checkpoints = looked.map((one, i): CheckpointReport => {
    const report = describe(one, comingBytes[i] ?? 0, access);
    const more = [
      ...stepWarnings(looked, i),
      ...likenessWarnings(likeness, looked, i),
      ...(warnings.get(i) ?? []),
    ];
    return { ...report, warnings: [...report.warnings, ...more] };
  });
  const memory = await planFor(parts, looked);
  return { checkpoints, identical: likeness.identical, conflict, memory, distances };
}

async function lookInto(
  { platform, shelf }: InspectParts,
  names: readonly string[],
  job: Job,
  access: Access,
): Promise<readonly Looked[]> {
  const progress = createProgress(platform.clock, "", names.length, "checkpoints");
  let done = 0;
  const tell = (name: string) =>
    job.emit({ kind: "progress", progress: { ...progress(done), label: `looking into ${name}` } });
  const opened = await mapConcurrently(names, async (name) => {
    const one = await shelf.open(name, job.signal);
    return { opened: one, bytesToFetch: await access.bytesToFetch(one, []) };
  });
  const near = opened.filter(({ bytesToFetch }) => bytesToFetch === 0);
  const nearBytes = near.reduce((sum, one) => sum + one.opened.bytes, 0);
  const looked: Looked[] = [];
  for (const one of opened) {
    const { name, checkpoint, config, located } = one.opened;
    tell(name);
    const hash = one.bytesToFetch > 0 || nearBytes > MAX_HASHED_BYTES ? null : platform.hash;
    const hashes = await hashFiles(checkpoint, located.files, hash, job.signal);
    const roleOf = createRoleOf(config);
    const weights = checkpoint.tensors.filter((tensor) => roleOf(tensor.name) === "parameter");
    looked.push({ ...one, weights, hashes });
    done++;
    tell(name);
  }
  return looked;
}

function describe({ opened, hashes }: Looked, bytesToFetch: number, access: Access): CheckpointReport {
  const { name, checkpoint, config, located } = opened;
  const expected = {
    architecture: architectureTitle(config),
    parameters: parameterTable(config),
    vocabularySize: config.vocabularySize,
    roleOf: createRoleOf(config),
  };
  return inspectCheckpoint(checkpoint, expected, {
    name,
    place: located.place,
    commit: located.hub?.listing.commit ?? null,
    step: located.step,
    bytesToFetch,
    skippedBytes: access.skippedBytes(opened),
    hashes,
  });
}

type Compared = Measured & { readonly conflict: ErrorRecord | null };

/** The first thing that keeps them from being merged, or how far they are apart. */
async function compare(
  { platform, shelf }: InspectParts,
  names: readonly string[],
  looked: readonly Looked[],
  job: Job,
): Promise<Compared> {
  try {
    await shelf.openParents([...new Set(names)], job.signal);
    for (const { opened } of looked)
      checkTensors({ name: opened.name, tensors: opened.checkpoint.tensors }, opened.config);
    return { conflict: null, ...(await measureDistances(platform.clock, looked, job)) };
  } catch (thrown) {
    if (thrown instanceof AppError && (thrown.tag === "mismatch" || thrown.tag === "unsupported"))
      return { conflict: toErrorRecord(thrown), distances: [], warnings: new Map() };
    throw thrown;
  }
}

/** λ is the weight of the newer one: who names the newer one first turns it round. */
function stepWarnings(looked: readonly Looked[], index: number): readonly string[] {
  const [before, own] = [looked[index - 1]?.opened, looked[index]?.opened];
  const [earlier, later] = [before?.located.step ?? null, own?.located.step ?? null];
  if (earlier === null || later === null || earlier <= later) return [];
  return [
    `It is step ${later}, named after step ${earlier}: the last-named checkpoint is taken for the newer one.`,
  ];
}

function likenessWarnings({ alike }: Likeness, looked: readonly Looked[], index: number): readonly string[] {
  const older = alike.find(([, j]) => j === index)?.[0];
  const name = older === undefined ? undefined : looked[older]?.opened.name;
  return name === undefined
    ? []
    : [`All of its weights that were compared are the same as those of ${name}: they may be one checkpoint.`];
}

async function planFor({ platform, sessions }: InspectParts, looked: readonly Looked[]): Promise<MemoryPlan> {
  const { info } = await sessions.current();
  const largest = looked.reduce((a, b) => (b.opened.weightBytes > a.opened.weightBytes ? b : a)).opened;
  return planMemory({
    config: largest.config,
    parentBytes: largest.weightBytes,
    device: info.kind,
    availableBytes: platform.residentBytes(info.kind),
    maxBindingBytes: info.maxBindingBytes ?? null,
    batch: packingFor(info.kind, largest.config),
  });
}
