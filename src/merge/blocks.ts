/**
 * The tensors of a weights file, block by block, so that memory holds a few blocks and not a tensor; the next blocks are read
 * while one is merged. Runs everywhere.
 */
import { AppError } from "../base/errors.ts";
import { throwIfCancelled } from "../base/job.ts";
import { readAhead } from "../base/readAhead.ts";
import { countNonFinite } from "../checkpoint/finite.ts";
import type { Checkpoint } from "../checkpoint/open.ts";
import { DTYPES, type TensorSpec, tensorElements } from "../checkpoint/tensor.ts";
import { createBlockMerger, type Rounding, type StoredWeight } from "./ops.ts";
import type { MergePlan } from "./plan.ts";

/** Elements merged at a time: 4 MiB of a 16-bit parent. */
const BLOCK_ELEMENTS = 2 ** 21;

/**
 * Blocks whose reading has begun before they are needed. A read on disk is several steps that only go on between two
 * blocks' arithmetic: with one block ahead it would wait for the arithmetic instead of going on beside it.
 */
const BLOCKS_AHEAD = 2;

/** A part of one tensor; `endElement` is exclusive. */
type Block = { readonly tensor: TensorSpec; readonly startElement: number; readonly endElement: number };

/**
 * The bytes of the tensors in order, merged or copied as planned.
 * @throws AppError of reading; `numerics` naming tensor, element and, where a parent is the cause, the parent; `cancelled`.
 */
export async function* mergeBlocks(
  plan: MergePlan,
  parents: readonly Checkpoint[],
  tensors: readonly TensorSpec[],
  rounding: Rounding,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const merge = createBlockMerger(
    plan.terms.map(({ coefficient }) => coefficient),
    rounding,
  );
  const copied = new Set(plan.copied.map(({ name }) => name));
  const copy = async ({ name }: TensorSpec) => parents.at(-1)!.readTensor(name, signal);
  const readWeights = ({ tensor, startElement, endElement }: Block) =>
    Promise.all(
      plan.terms.map(({ parent }) =>
        parents[parent]!.readElements(tensor.name, startElement, endElement, signal),
      ),
    );
  const blocks = tensors.flatMap((tensor) => (copied.has(tensor.name) ? wholeOf(tensor) : blocksOf(tensor)));
  const read = (block: Block): Promise<Uint8Array<ArrayBuffer> | readonly StoredWeight[]> =>
    copied.has(block.tensor.name) ? copy(block.tensor) : readWeights(block);
  for await (const [block, content] of readAhead(blocks, BLOCKS_AHEAD, read)) {
    throwIfCancelled(signal);
    if (content instanceof Uint8Array) yield content;
    else {
      const bytes = merge(content);
      checkFinite(bytes, block, content, plan, rounding);
      yield bytes;
    }
  }
}

function wholeOf(tensor: TensorSpec): readonly Block[] {
  return [{ tensor, startElement: 0, endElement: tensorElements(tensor) }];
}

function blocksOf(tensor: TensorSpec): readonly Block[] {
  const total = tensorElements(tensor);
  return Array.from({ length: Math.ceil(total / BLOCK_ELEMENTS) }, (_, i) => ({
    tensor,
    startElement: i * BLOCK_ELEMENTS,
    endElement: Math.min((i + 1) * BLOCK_ELEMENTS, total),
  }));
}

/** @throws AppError `numerics`. */
function checkFinite(
  bytes: Uint8Array,
  { tensor: { name }, startElement }: Block,
  weights: readonly StoredWeight[],
  plan: MergePlan,
  { dtype }: Rounding,
): void {
  const { first } = countNonFinite(dtype, bytes);
  if (first === null) return;
  const element = startElement + first;
  const culprit = weights.findIndex((weight) => !isFiniteAt(weight, first));
  const parent = plan.recipe.parents[plan.terms[culprit]?.parent ?? -1];
  const fields = { tensor: name, index: element, dtype };
  if (parent === undefined)
    throw new AppError(
      "numerics",
      `Merging "${name}" gives a value at element ${element} that is too large for ${dtype}.`,
      { advice: "Store the merge as bfloat16 or float32.", fields },
    );
  throw new AppError(
    "numerics",
    `"${name}" cannot be merged: its element ${element} in ${parent} is NaN or infinite.`,
    {
      advice: "Its training diverged, or the file is damaged: choose another checkpoint, or get it again.",
      fields: { ...fields, checkpoint: parent },
    },
  );
}

function isFiniteAt({ dtype, bytes }: StoredWeight, element: number): boolean {
  const size = dtype === "float32" ? DTYPES.F32.bytes : DTYPES.F16.bytes;
  return countNonFinite(dtype, bytes.slice(element * size, (element + 1) * size)).first === null;
}
