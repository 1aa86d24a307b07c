/**
 * Which of several checkpoints hold the same weights. Hashes that the place vouches for settle it without reading;
 * otherwise the weights are read in blocks, side by side, and checkpoints part company at the first block that differs.
 * Runs everywhere; holds a few blocks in memory, never a tensor.
 */
import { sha256Hex } from "../base/bytes.ts";
import type { Checkpoint } from "./open.ts";
import { mapConcurrently } from "./parallel.ts";
import { DTYPES, isWeightDtype, type TensorSpec, tensorElements } from "./tensor.ts";

/** A checkpoint among others. */
export type Candidate = {
  readonly checkpoint: Checkpoint;
  /** Its trained tensors. */
  readonly weights: readonly TensorSpec[];
  /** SHA-256 by weights file, where known. */
  readonly hashes: ReadonlyMap<string, string>;
  /** Whether its bytes come over the network: then only a part of them is compared. */
  readonly far: boolean;
};

/** Pairs of indices [i, j], i < j, in order. */
export type Likeness = {
  /** Every weight is the same. */
  readonly identical: readonly (readonly [number, number])[];
  /** All that was compared is the same, and reading the rest would have been a download. */
  readonly alike: readonly (readonly [number, number])[];
};

const BLOCK_BYTES = 2 ** 20;
/** Most bytes and blocks that are compared of a checkpoint far away. */
const FAR_BYTES = 8 * BLOCK_BYTES;
const FAR_BLOCKS = 24;

/** Elements `startElement` up to `endElement` (exclusive) of a weight. */
type Block = {
  readonly name: string;
  readonly startElement: number;
  readonly endElement: number;
  readonly bytes: number;
};

/** Checkpoints that are the same as far as is known: each entry stands for those with the same files. */
type Class = readonly (readonly number[])[];

/** @throws AppError `read-failed`, `cancelled`. */
export async function findIdentical(
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<Likeness> {
  const sameFiles = groupBy([...candidates.keys()], (i) => filesKey(candidates[i]!) ?? i);
  const sameSpecs = groupBy(sameFiles, ([first]) => specsKey(candidates[first!]!) ?? `${first}`);
  const settled: Class[] = [];
  const unsettled: Class[] = [];
  for (const start of sameSpecs) await refine(candidates, start, settled, unsettled, signal);
  return {
    identical: [...settled.map((same) => same.flat()), ...unsettled.flat()].flatMap(pairsOf).sort(byPlace),
    alike: unsettled.flatMap((same) => pairsOf(same.map(([first]) => first!))).sort(byPlace),
  };
}

/** Splits a class until each has one entry, all blocks are read, or no more may be read of one far away. */
async function refine(
  candidates: readonly Candidate[],
  start: Class,
  settled: Class[],
  unsettled: Class[],
  signal: AbortSignal,
): Promise<void> {
  let open: readonly Class[] = [start];
  let [blocks, bytes] = [0, 0];
  for (const block of blocksOf(candidates[start[0]![0]!]!.weights)) {
    const next: Class[] = [];
    for (const same of open) {
      const isFar = same.some(([first]) => candidates[first!]!.far);
      if (same.length < 2) settled.push(same);
      else if (isFar && (blocks === FAR_BLOCKS || bytes + block.bytes > FAR_BYTES)) unsettled.push(same);
      else next.push(...(await splitBy(candidates, same, block, signal)));
    }
    if (next.length === 0) return;
    open = next;
    blocks++;
    bytes += block.bytes;
  }
  settled.push(...open);
}

async function splitBy(
  candidates: readonly Candidate[],
  same: Class,
  { name, startElement, endElement }: Block,
  signal: AbortSignal,
): Promise<readonly Class[]> {
  const hashes = await mapConcurrently(same, async ([first]) => {
    const { checkpoint } = candidates[first!]!;
    return sha256Hex((await checkpoint.readElements(name, startElement, endElement, signal)).bytes);
  });
  return groupBy([...same.keys()], (k) => hashes[k]!).map((places) => places.map((k) => same[k]!));
}

/**
 * The first block of every weight, then the rest of them. Small and large ones take turns: small ones are cheap, and
 * where those are still as they began, large ones have moved.
 */
function* blocksOf(weights: readonly TensorSpec[]): Generator<Block> {
  const sorted = weights.toSorted(
    (a, b) => tensorElements(a) - tensorElements(b) || (a.name < b.name ? -1 : 1),
  );
  const turns = sorted.map((_, k) => sorted[k % 2 === 0 ? k / 2 : sorted.length - (k + 1) / 2]!);
  for (const weight of turns) yield blockOf(weight, 0);
  for (const weight of turns) {
    const step = BLOCK_BYTES / DTYPES[weight.dtype].bytes;
    for (let start = step; start < tensorElements(weight); start += step) yield blockOf(weight, start);
  }
}

function blockOf(weight: TensorSpec, startElement: number): Block {
  const size = DTYPES[weight.dtype].bytes;
  const endElement = Math.min(tensorElements(weight), startElement + BLOCK_BYTES / size);
  return { name: weight.name, startElement, endElement, bytes: (endElement - startElement) * size };
}

/** Equal for checkpoints whose weights files are the same, byte for byte; `null` where that is not known. */
function filesKey({ checkpoint, hashes }: Candidate): string | null {
  const all = checkpoint.files.map(({ name }) => hashes.get(name) ?? null);
  return all.includes(null) ? null : all.toSorted().join();
}

/** Equal for checkpoints with the same names, formats and shapes; `null` where weights are none that can be read. */
function specsKey({ weights }: Candidate): string | null {
  if (weights.length === 0 || !weights.every(({ dtype }) => isWeightDtype(dtype))) return null;
  return JSON.stringify(weights.map(({ name, dtype, shape }) => [name, dtype, ...shape].join()).sort());
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | number): readonly (readonly T[])[] {
  const groups = new Map<string | number, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

function pairsOf(indices: readonly number[]): readonly (readonly [number, number])[] {
  const sorted = indices.toSorted((a, b) => a - b);
  return sorted.flatMap((j, at) => sorted.slice(0, at).map((i) => [i, j] as const));
}

function byPlace(a: readonly [number, number], b: readonly [number, number]): number {
  return a[0] - b[0] || a[1] - b[1];
}
