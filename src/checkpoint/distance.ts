/**
 * How far two checkpoints are apart, part by part, over the ranges of a plan. Each checkpoint is read once, however many
 * others it is compared with. Runs everywhere; knows no model.
 *
 * With o and n the older and newer weights of a part: relative = ‖n − o‖ / ‖o‖, cosine = ⟨o, n⟩ / (‖o‖ ‖n‖). The sums
 * over a tensor are its sample's, times elements / sampled elements; a part's sums are those of its sampled tensors.
 */
import { decodeBfloat16, decodeFloat16 } from "../base/float16.ts";
import type { LayerDistance } from "../domain/checkpoint.ts";
import type { DistancePlan } from "./distancePlan.ts";
import type { Checkpoint } from "./open.ts";
import { mapConcurrently } from "./parallel.ts";

/** What was read of one checkpoint: the numbers of each range of the plan, in its order, in fp32. */
export type Sample = readonly Float32Array[];

/** Sampled numbers of a weight that are NaN or infinite; distances leave them out. */
export type NonFinite = { readonly name: string; readonly count: number; readonly sampled: number };

type Sums = {
  older: number;
  newer: number;
  product: number;
  difference: number;
  /** Elements whose numbers are in the sums. */
  counted: number;
};

/**
 * Reads the planned ranges, several at a time.
 * @throws AppError as `Checkpoint.readElements`; `not-found` for a weight that is not there.
 */
export async function readSample(
  checkpoint: Checkpoint,
  plan: DistancePlan,
  signal: AbortSignal,
): Promise<Sample> {
  return mapConcurrently(plan.ranges, async ({ name, startElement, endElement }) =>
    widen(await checkpoint.readElements(name, startElement, endElement, signal)),
  );
}

/** Weights with numbers that are none, in the plan's order. */
export function findNonFinite(plan: DistancePlan, sample: Sample): readonly NonFinite[] {
  const byName = new Map<string, NonFinite>();
  for (const [i, { name }] of plan.ranges.entries()) {
    const numbers = sample[i] ?? new Float32Array(0);
    let { count, sampled } = byName.get(name) ?? { count: 0, sampled: 0 };
    for (const number of numbers) if (!Number.isFinite(number)) count++;
    sampled += numbers.length;
    byName.set(name, { name, count, sampled });
  }
  return [...byName.values()].filter(({ count }) => count > 0);
}

/** Distances of the parts that were sampled, in fp64. */
export function compareSamples(plan: DistancePlan, older: Sample, newer: Sample): readonly LayerDistance[] {
  const sums = new Map<string, Sums>();
  for (const [i, { name }] of plan.ranges.entries()) {
    const into = sums.get(name) ?? { older: 0, newer: 0, product: 0, difference: 0, counted: 0 };
    sums.set(name, into);
    accumulate(into, older[i] ?? new Float32Array(0), newer[i] ?? new Float32Array(0));
  }
  return plan.parts.flatMap(({ place, elements }) => {
    const distance = distanceOf(
      [...elements].flatMap(([name, count]) => {
        const found = sums.get(name);
        return found === undefined || found.counted === 0 ? [] : [{ found, scale: count / found.counted }];
      }),
    );
    return distance === null ? [] : [{ ...place, ...distance }];
  });
}

/** `null` where no finite number was sampled. */
function distanceOf(
  tensors: readonly { readonly found: Sums; readonly scale: number }[],
): Pick<LayerDistance, "relative" | "cosine"> | null {
  if (tensors.length === 0) return null;
  const sum = (key: "older" | "newer" | "product" | "difference") =>
    tensors.reduce((total, { found, scale }) => total + scale * found[key], 0);
  const [older, newer, product, difference] = [sum("older"), sum("newer"), sum("product"), sum("difference")];
  const relative = difference === 0 ? 0 : older === 0 ? null : Math.sqrt(difference / older);
  if (older === 0 || newer === 0) return { relative, cosine: null };
  if (difference === 0) return { relative, cosine: 1 };
  const cosine = product / (Math.sqrt(older) * Math.sqrt(newer));
  return { relative, cosine: Math.min(1, Math.max(-1, cosine)) };
}

function accumulate(into: Sums, older: Float32Array, newer: Float32Array): void {
  for (let i = 0; i < older.length; i++) {
    const o = older[i] as number;
    const n = newer[i] as number;
    if (!Number.isFinite(o) || !Number.isFinite(n)) continue;
    into.older += o * o;
    into.newer += n * n;
    into.product += o * n;
    into.difference += (n - o) ** 2;
    into.counted++;
  }
}

/** A range in fp32, which every weight format widens to exactly. */
function widen({
  dtype,
  bytes,
}: {
  readonly dtype: "float32" | "float16" | "bfloat16";
  readonly bytes: Uint8Array<ArrayBuffer>;
}): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  if (dtype === "float32") return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
  const patterns = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length / 2);
  const out = new Float32Array(patterns.length);
  (dtype === "float16" ? decodeFloat16 : decodeBfloat16)(patterns, out);
  return out;
}
