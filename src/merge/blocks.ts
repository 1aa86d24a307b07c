/**
 * One tensor of a merge, block by block, so that memory holds a few blocks and not a tensor; the next block is read while
 * one is merged. Runs everywhere.
 */
import { AppError } from "../base/errors.ts";
import { throwIfCancelled } from "../base/job.ts";
import type { Checkpoint } from "../checkpoint/open.ts";
import { type TensorSpec, tensorElements } from "../checkpoint/tensor.ts";
import type { ExportArithmetic, ExportDtype } from "../domain/export.ts";
import { mergeAsMergekit } from "./mergekitOps.ts";
import { addTerm, findOverflow, narrow, type StoredWeight, weightLength } from "./ops.ts";
import type { MergePlan } from "./plan.ts";

/** How numbers are computed and stored. */
export type Rounding = { readonly dtype: ExportDtype; readonly arithmetic: ExportArithmetic };

/** Elements merged at a time: 4 MiB of a 16-bit parent. */
const BLOCK_ELEMENTS = 2 ** 21;

/**
 * The merged tensor's bytes in order.
 * @throws AppError of reading; `numerics` naming a value that the format cannot hold, and the parent it is from; `unsupported`
 * for mergekit's arithmetic on parents of different formats; `cancelled`.
 */
export async function* mergeBlocks(
  plan: MergePlan,
  parents: readonly Checkpoint[],
  tensor: TensorSpec,
  rounding: Rounding,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const total = tensorElements(tensor);
  // mergekit reads every parent; in fp32 one that has no weight adds nothing.
  const terms = rounding.arithmetic === "mergekit" ? plan.allTerms : plan.terms;
  const readFrom = (start: number) => {
    const end = Math.min(start + BLOCK_ELEMENTS, total);
    const reads = terms.map(({ parent }) => parents[parent]!.readElements(tensor.name, start, end, signal));
    return Promise.all(reads);
  };
  let next = readFrom(0);
  for (let start = 0; start < total; start += BLOCK_ELEMENTS) {
    throwIfCancelled(signal);
    const weights = await next;
    if (start + BLOCK_ELEMENTS < total) {
      next = readFrom(start + BLOCK_ELEMENTS);
      // A failure of the read ahead is met when its turn comes.
      next.catch(() => undefined);
    }
    const coefficients = terms.map(({ coefficient }) => coefficient);
    const merged =
      rounding.arithmetic === "mergekit"
        ? mergeAsMergekit(weights, coefficients, commonDtype(tensor, weights))
        : mergeInFp32(weights, coefficients);
    const bad = findOverflow(merged, rounding.dtype);
    if (bad >= 0) {
      const culprit = weights.findIndex((weight) => findOverflow(mergeInFp32([weight], [1]), "float32") >= 0);
      throw notHeld(
        tensor,
        start + bad,
        merged[bad]!,
        rounding.dtype,
        plan.recipe.parents[terms[culprit]?.parent ?? -1],
      );
    }
    yield narrow(merged, rounding.dtype);
  }
}

function mergeInFp32(
  weights: readonly StoredWeight[],
  coefficients: readonly number[],
): Float32Array<ArrayBuffer> {
  const [first] = weights;
  const sum = new Float32Array(first === undefined ? 0 : weightLength(first));
  for (const [i, weight] of weights.entries()) addTerm(sum, coefficients[i] ?? 0, weight, i === 0);
  return sum;
}

function commonDtype(tensor: TensorSpec, weights: readonly StoredWeight[]): ExportDtype {
  const [dtype, other] = new Set(weights.map((weight) => weight.dtype));
  if (dtype !== undefined && other === undefined) return dtype;
  throw new AppError(
    "unsupported",
    `The parents store "${tensor.name}" as ${dtype} and ${other}; mergekit's arithmetic needs one number format.`,
    { advice: "Merge in fp32.", fields: { tensor: tensor.name } },
  );
}

function notHeld(
  { name }: TensorSpec,
  element: number,
  value: number,
  dtype: ExportDtype,
  culprit: string | undefined,
): AppError {
  const where = `Merging "${name}" gives ${value} at element ${element}, which ${dtype} cannot hold`;
  return new AppError(
    "numerics",
    culprit === undefined ? `${where}.` : `${where}; ${culprit} holds values that are not finite.`,
    {
      advice:
        culprit === undefined
          ? "Store the merge as bfloat16 or float32."
          : "Its training diverged, or the file is damaged: choose another checkpoint, or get it again.",
      fields: { tensor: name, index: element, dtype },
    },
  );
}
