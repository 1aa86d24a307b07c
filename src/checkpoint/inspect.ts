/**
 * What can be said of checkpoints without loading their weights: the report of `inspect`, and which of several hold the
 * same weights. Runs everywhere; what a model's tensors should be is handed in.
 */
import { equalBytes, sha256Hex } from "../base/bytes.ts";
import type { CheckpointReport } from "../domain/checkpoint.ts";
import type { FileSet } from "../storage/byteSource.ts";
import type { Checkpoint, CheckpointTensor } from "./open.ts";
import { DTYPES, tensorElements } from "./tensor.ts";

/** What the architecture says its files hold. */
export type ExpectedTensors = {
  /** What a person calls the architecture: "GPT-NeoX". */
  readonly architecture: string;
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** A buffer is never merged; a tied tensor repeats a parameter; an unknown one should not be there. */
  readonly roleOf: (name: string) => "parameter" | "buffer" | "tied" | "unknown";
};

/** Larger files are not hashed: the browser's SHA-256 needs the whole file in memory. */
const MAX_HASHED_BYTES = 256_000_000;

/** Describes a checkpoint. `hashes` gives SHA-256 by file name, where known. */
export function inspectCheckpoint(
  checkpoint: Checkpoint,
  expected: ExpectedTensors,
  hashes: ReadonlyMap<string, string> = new Map(),
): CheckpointReport {
  const { tensors } = checkpoint;
  const weights = tensors.filter((tensor) => expected.roleOf(tensor.name) === "parameter");
  return {
    name: checkpoint.name,
    architecture: expected.architecture,
    parameters: weights.reduce((sum, tensor) => sum + tensorElements(tensor), 0),
    dtype: [...new Set(weights.map((tensor) => DTYPES[tensor.dtype].name))].join(" and "),
    files: checkpoint.files.map((file) => {
      const sha256 = hashes.get(file.name);
      return sha256 === undefined ? file : { ...file, sha256 };
    }),
    tensors: tensors.length,
    skipped: tensors.map(({ name }) => name).filter((name) => expected.roleOf(name) === "buffer"),
    warnings: [
      ...compareTensors(tensors, expected),
      ...(checkpoint.tokenizer === null ? ["There is no tokenizer.json: text cannot be evaluated."] : []),
    ],
  };
}

/** Everything that does not fit the architecture, a sentence each. */
export function compareTensors(
  tensors: readonly CheckpointTensor[],
  expected: ExpectedTensors,
): readonly string[] {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const wrong = expected.parameters.flatMap(({ name, shape }) => {
    const tensor = byName.get(name);
    if (tensor === undefined) return [`Weight "${name}" is missing.`];
    return `${tensor.shape}` === `${shape}`
      ? []
      : [`Weight "${name}" has shape [${tensor.shape}], the configuration needs [${shape}].`];
  });
  const unknown = tensors
    .filter((tensor) => expected.roleOf(tensor.name) === "unknown")
    .map((tensor) => `Tensor "${tensor.name}" is not part of the architecture and will be left out.`);
  return [...wrong, ...unknown];
}

/** SHA-256 of the weights files that are small enough to be hashed. @throws AppError `read-failed`, `cancelled`. */
export async function hashFiles(
  checkpoint: Checkpoint,
  files: FileSet,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const { name, bytes } of checkpoint.files) {
    const source = bytes > MAX_HASHED_BYTES ? null : await files.open(name, signal);
    if (source !== null) hashes.set(name, await sha256Hex(await source.read(0, bytes, signal)));
  }
  return hashes;
}

/**
 * Pairs [i, j], i < j, of checkpoints with the same tensors, byte for byte. Reading stops at the first difference, so
 * different checkpoints cost a few small tensors.
 * @throws AppError `read-failed`, `cancelled`.
 */
export async function findIdentical(
  checkpoints: readonly Checkpoint[],
  signal: AbortSignal,
): Promise<readonly (readonly [number, number])[]> {
  const pairs: [number, number][] = [];
  for (const [j, newer] of checkpoints.entries()) {
    for (const [i, older] of checkpoints.slice(0, j).entries()) {
      if (await sameTensors(older, newer, signal)) pairs.push([i, j]);
    }
  }
  return pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

async function sameTensors(a: Checkpoint, b: Checkpoint, signal: AbortSignal): Promise<boolean> {
  if (a.tensors.length !== b.tensors.length) return false;
  const others = new Map(b.tensors.map((tensor) => [tensor.name, tensor]));
  const sameSpecs = a.tensors.every(({ name, dtype, shape }) => {
    const other = others.get(name);
    return other !== undefined && other.dtype === dtype && `${other.shape}` === `${shape}`;
  });
  if (!sameSpecs) return false;
  // Small tensors first: they are cheap, and one of them nearly always tells two checkpoints apart.
  const bySize = a.tensors.toSorted((x, y) => tensorElements(x) - tensorElements(y));
  for (const { name } of bySize) {
    const [left, right] = await Promise.all([a.readTensor(name, signal), b.readTensor(name, signal)]);
    if (!equalBytes(left, right)) return false;
  }
  return true;
}
