/**
 * Merges that are no weighted sum, as checkpoints: their tensors are computed when they are read, so that evaluation,
 * export and every other method take them as they take any checkpoint. Runs everywhere.
 */
import { sha256Hex } from "../base/bytes.ts";
import { AppError } from "../base/errors.ts";
import type { Progress } from "../base/job.ts";
import { createComputedWeights } from "../checkpoint/computedWeights.ts";
import { WEIGHTS_FILE } from "../checkpoint/open.ts";
import type { OptionValues } from "../domain/mergeMethod.ts";
import { decodeWeight } from "../merge/decodeWeight.ts";
import { COMPANIONS } from "../merge/execute.ts";
import type { StatisticsMethod, TensorMethod } from "../merge/method.ts";
import { parameterTable } from "../model/parameterTable.ts";
import type { FileSet } from "../storage/byteSource.ts";
import { createFileSet, createMemorySource } from "../storage/memory.ts";
import type { OpenedCheckpoint } from "./checkpoints.ts";

/** Statistics of each parent by tensor name. */
export type ParentStatistics = readonly ReadonlyMap<string, Float32Array>[];

/** A merge by a method of tensors, everything it is made of. */
export type DerivedMerge = {
  readonly method: TensorMethod | StatisticsMethod;
  /** Complete. */
  readonly options: OptionValues;
  /** Oldest first. */
  readonly parents: readonly OpenedCheckpoint[];
  /** Content keys of the parents, then of the base where there is one. */
  readonly contents: readonly string[];
  readonly base: OpenedCheckpoint | null;
  /** How statistics are measured, and what names the rows they are measured on; `null` for methods that measure nothing. */
  readonly measured: {
    readonly measure: (job: PrepareJob) => Promise<ParentStatistics>;
    readonly rowsKey: string;
  } | null;
};

/** How a preparation is watched. */
export type PrepareJob = { readonly signal: AbortSignal; onProgress(progress: Progress): void };

/** What is told of a derived merge in a file's header and in reports. */
export type DerivedRecord = {
  readonly method: string;
  readonly options: OptionValues;
  readonly parents: readonly string[];
  readonly base: string | null;
  readonly rowsKey: string | null;
};

/** Derived merges by name. */
export interface DerivedMerges {
  /** Makes it known. @returns its name: equal for equal merges. */
  add(merge: DerivedMerge, signal: AbortSignal): Promise<string>;
  /**
   * Measures what tensors of these need, before they are read; names of other checkpoints are none of its business. What is
   * known of a merge already, such as how its items came out, needs no preparation.
   */
  prepare(names: readonly string[], job: PrepareJob): Promise<void>;
  /** `null` for a name that is none of theirs. @throws AppError `not-found` for one that is not known. */
  files(name: string): FileSet | null;
  /** The record of a name; `null` where it is none. */
  record(name: string): DerivedRecord | null;
}

const PREFIX = "merge:";

/** Merges whose statistics stay in memory; others are measured again when their tensors are wanted. */
const MOST_PREPARED = 4;

type Known = {
  readonly files: FileSet;
  readonly record: DerivedRecord;
  readonly merge: DerivedMerge;
  /** `null` until prepared. */
  statistics: ParentStatistics | null;
};

/** No merge yet. */
export function createDerivedMerges(): DerivedMerges {
  const known = new Map<string, Known>();
  /** Names of prepared merges, the last used last. */
  let prepared: readonly string[] = [];
  const prepareOne = async (name: string, job: PrepareJob): Promise<void> => {
    const found = known.get(name);
    if (found?.merge.measured == null) return;
    found.statistics ??= await found.merge.measured.measure(job);
    const kept = [...prepared.filter((other) => other !== name), name];
    for (const old of kept.slice(0, -MOST_PREPARED)) known.get(old)!.statistics = null;
    prepared = kept.slice(-MOST_PREPARED);
  };
  return {
    async add(merge, signal) {
      const record = recordOf(merge);
      const key = await keyOf(merge, record);
      const name = `${PREFIX}${record.method}-${key.slice(0, 10)}`;
      if (known.has(name)) return name;
      const statistics = () => known.get(name)?.statistics ?? null;
      const files = await filesOf(name, merge, { key, record, statistics }, signal);
      known.set(name, { files, record, merge, statistics: null });
      return name;
    },
    async prepare(names, job) {
      for (const name of names) await prepareOne(name, job);
    },
    files(name) {
      if (!name.startsWith(PREFIX)) return null;
      const found = known.get(name);
      if (found !== undefined) return found.files;
      throw new AppError("not-found", `The merge ${name} is not known any more.`, {
        advice: "Make it again.",
      });
    },
    record: (name) => known.get(name)?.record ?? null,
  };
}

function recordOf({ method, options, parents, base, measured }: DerivedMerge): DerivedRecord {
  return {
    method: method.name,
    options,
    parents: parents.map(({ name }) => name),
    base: base?.name ?? null,
    rowsKey: measured?.rowsKey ?? null,
  };
}

/** Raised when a method comes to compute something else. */
const FORMAT = 2;

/** Names the content, whatever the checkpoints are called. */
async function keyOf(
  { contents, measured }: DerivedMerge,
  { method, options, base }: DerivedRecord,
): Promise<string> {
  const rows = measured?.rowsKey ?? null;
  const text = JSON.stringify([
    FORMAT,
    method,
    Object.entries(options).sort(),
    contents,
    base !== null,
    rows,
  ]);
  return sha256Hex(new TextEncoder().encode(text));
}

/** What the files of a merge are made of besides the merge. */
type Made = {
  readonly key: string;
  readonly record: DerivedRecord;
  /** `null` while it is not prepared. */
  readonly statistics: () => ParentStatistics | null;
};

async function filesOf(
  name: string,
  merge: DerivedMerge,
  { key, record, statistics }: Made,
  signal: AbortSignal,
): Promise<FileSet> {
  const newest = merge.parents.at(-1)!;
  const kept = await Promise.all(
    ["config.json", ...COMPANIONS].map(
      async (path) => [path, await newest.checkpoint.readFile(path, signal)] as const,
    ),
  );
  const small = kept.flatMap(([path, bytes]) =>
    bytes === null ? [] : [[path, createMemorySource(`${name}/${path}`, bytes)] as const],
  );
  const shapes = new Map(parameterTable(newest.config).map((parameter) => [parameter.name, parameter.shape]));
  const weights = createComputedWeights({
    name: `${name}/${WEIGHTS_FILE}`,
    specs: [...shapes].map(([tensor, shape]) => ({ name: tensor, shape, dtype: "F32" as const })),
    metadata: { format: "pt", mergescope_merge: JSON.stringify(record) },
    key,
    compute: (tensor, during) =>
      computeTensor(merge, statistics(), { name: tensor, shape: shapes.get(tensor)! }, during),
  });
  return createFileSet(name, new Map([...small, [WEIGHTS_FILE, weights] as const]));
}

async function computeTensor(
  { method, options, parents, base }: DerivedMerge,
  statistics: ParentStatistics | null,
  { name, shape }: { readonly name: string; readonly shape: readonly number[] },
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const read = async ({ checkpoint }: OpenedCheckpoint) =>
    decodeWeight(await checkpoint.readWeight(name, signal));
  const parts = {
    name,
    shape,
    parents: await Promise.all(parents.map(read)),
    base: base === null ? null : await read(base),
  };
  const merged =
    method.kind === "tensors"
      ? method.mergeTensor(parts, options)
      : method.mergeTensor(parts, statisticsOf(statistics, name), options);
  const bad = merged.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new AppError(
      "numerics",
      `The merge by ${method.name} of "${name}" is not finite at element ${bad}.`,
      {
        advice: "Choose other checkpoints or another method.",
        fields: { tensor: name, index: bad },
      },
    );
  return new Uint8Array(merged.buffer);
}

/** One a parent; `null` where the tensor has none. */
function statisticsOf(statistics: ParentStatistics | null, tensor: string): readonly Float32Array[] | null {
  if (statistics === null)
    throw new AppError(
      "internal",
      `The statistics of a merge were not measured before "${tensor}" was read.`,
    );
  const found = statistics.map((byName) => byName.get(tensor));
  return found.every((one) => one !== undefined) && found.length > 0 ? found : null;
}
