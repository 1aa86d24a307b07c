/**
 * How far two checkpoints are apart, part by part, over the ranges of a plan. Runs everywhere; knows no model.
 *
 * With o and n the older and newer weights of a part: relative = ‖n − o‖ / ‖o‖, cosine = ⟨o, n⟩ / (‖o‖ ‖n‖). The sums
 * over a tensor are its sample's, times elements / sampled elements; a part's sums are those of its sampled tensors.
 */
import { decodeBfloat16, decodeFloat16 } from "../base/float16.ts";
import { mapBounded } from "../base/mapBounded.ts";
import type { LayerDistance } from "../domain/checkpoint.ts";
import type { DistancePlan } from "./distancePlan.ts";
import type { Checkpoint } from "./open.ts";

/** Sampled numbers of a weight that are NaN or infinite; they are left out of the distance. */
export type NonFinite = {
  readonly of: "older" | "newer";
  readonly name: string;
  readonly count: number;
  readonly sampled: number;
};

/** Distances of the parts that were sampled. */
export type SampledDistance = {
  readonly sampledShare: number;
  readonly parts: readonly LayerDistance[];
  readonly nonFinite: readonly NonFinite[];
};

type Sums = {
  older: number;
  newer: number;
  product: number;
  difference: number;
  /** Elements whose numbers are in the sums. */
  counted: number;
  sampled: number;
  nonFinite: { older: number; newer: number };
};

/**
 * Reads the planned ranges of both, `atOnce` at a time, and compares them in fp64.
 * @throws AppError as `Checkpoint.readElements`; `not-found` for a weight that one of them lacks.
 */
export async function readDistance(
  older: Checkpoint,
  newer: Checkpoint,
  plan: DistancePlan,
  atOnce: number,
  signal: AbortSignal,
): Promise<SampledDistance> {
  const sums = new Map<string, Sums>();
  const compared = await mapBounded(plan.ranges, atOnce, async ({ name, startElement, endElement }) => {
    const [left, right] = await Promise.all(
      [older, newer].map(async (checkpoint) =>
        widen(await checkpoint.readElements(name, startElement, endElement, signal)),
      ),
    );
    return { name, found: compare(left as Float32Array, right as Float32Array) };
  });
  for (const { name, found } of compared) {
    const known = sums.get(name);
    sums.set(name, known === undefined ? found : add(known, found));
  }
  const parts = plan.parts.flatMap(({ place, elements }) => {
    const distance = distanceOf(
      [...elements].flatMap(([name, count]) => {
        const found = sums.get(name);
        return found === undefined || found.counted === 0 ? [] : [{ found, scale: count / found.counted }];
      }),
    );
    return distance === null ? [] : [{ ...place, ...distance }];
  });
  return { sampledShare: plan.sampledShare, parts, nonFinite: [...sums].flatMap(describeNonFinite) };
}

function describeNonFinite([name, { nonFinite, sampled }]: [string, Sums]): readonly NonFinite[] {
  return (["older", "newer"] as const).flatMap((of) =>
    nonFinite[of] === 0 ? [] : [{ of, name, count: nonFinite[of], sampled }],
  );
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

function compare(older: Float32Array, newer: Float32Array): Sums {
  const sums: Sums = {
    older: 0,
    newer: 0,
    product: 0,
    difference: 0,
    counted: 0,
    sampled: older.length,
    nonFinite: { older: 0, newer: 0 },
  };
  for (let i = 0; i < older.length; i++) {
    const o = older[i] as number;
    const n = newer[i] as number;
    if (!Number.isFinite(o) || !Number.isFinite(n)) {
      if (!Number.isFinite(o)) sums.nonFinite.older++;
      if (!Number.isFinite(n)) sums.nonFinite.newer++;
      continue;
    }
    sums.older += o * o;
    sums.newer += n * n;
    sums.product += o * n;
    sums.difference += (n - o) ** 2;
    sums.counted++;
  }
  return sums;
}

function add(a: Sums, b: Sums): Sums {
  return {
    older: a.older + b.older,
    newer: a.newer + b.newer,
    product: a.product + b.product,
    difference: a.difference + b.difference,
    counted: a.counted + b.counted,
    sampled: a.sampled + b.sampled,
    nonFinite: {
      older: a.nonFinite.older + b.nonFinite.older,
      newer: a.nonFinite.newer + b.nonFinite.newer,
    },
  };
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
