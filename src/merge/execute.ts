/**
 * Carries a merge plan out: the files of the merged checkpoint in Hugging Face layout. Their bytes are made as they are
 * asked for, one tensor at a time, so that memory holds one tensor and not a model. Runs everywhere.
 */
import { concatBytes } from "../base/bytes.ts";
import { AppError } from "../base/errors.ts";
import { throwIfCancelled } from "../base/job.ts";
import { encodeSafetensorsHead } from "../checkpoint/encode.ts";
import { type Checkpoint, WEIGHTS_FILE } from "../checkpoint/open.ts";
import { tensorElements } from "../checkpoint/tensor.ts";
import type { WeightDtype } from "../runtime/weights.ts";
import { addTerm, findOverflow, narrow, weightLength } from "./ops.ts";
import { type MergePlan, planMerge } from "./plan.ts";

/** A file to be written somewhere. */
export type MergedFile = {
  readonly name: string;
  readonly byteLength: number;
  /** Its bytes in order; each call starts anew. Errors of reading and merging are thrown here. */
  readonly chunks: () => AsyncIterable<Uint8Array<ArrayBuffer>>;
};

/** Files of the newest parent that go with the merged model as they are, where they exist. */
const COMPANIONS = [
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "vocab.json",
  "merges.txt",
];

/**
 * The merged checkpoint's files: configuration, tokenizer, weights. `onTensor` is told how many tensors are done.
 * @param parents oldest first, one a coefficient.
 * @throws AppError as `planMerge`, and `read-failed`; from `chunks` also `numerics` when a merged value does not fit
 * the format, `cancelled`.
 */
export async function mergeToFiles(
  parents: readonly Checkpoint[],
  coefficients: readonly number[],
  dtype: WeightDtype,
  signal: AbortSignal,
  onTensor: (done: number, total: number) => void = () => {},
): Promise<readonly MergedFile[]> {
  const plan = planMerge(parents, coefficients, dtype);
  const newest = parents.at(-1)!;
  const companions = await Promise.all(
    COMPANIONS.map(async (name) => ({ name, bytes: await newest.readFile(name, signal) })),
  );
  return [
    textFile("config.json", encodeConfig(newest.config, dtype)),
    ...companions.flatMap(({ name, bytes }) => (bytes === null ? [] : [textFile(name, bytes)])),
    weightsFile(plan, parents, dtype, signal, onTensor),
  ];
}

/** All bytes of a file at once, for places that need them so. */
export async function collectFile(file: MergedFile): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.chunks()) chunks.push(chunk);
  return concatBytes(chunks);
}

function textFile(name: string, bytes: Uint8Array<ArrayBuffer>): MergedFile {
  async function* chunks() {
    yield bytes;
  }
  return { name, byteLength: bytes.byteLength, chunks };
}

/** The newest parent's configuration, naming the number format of the new weights where it named one. */
function encodeConfig(config: unknown, dtype: WeightDtype): Uint8Array<ArrayBuffer> {
  const record = { ...(config as Readonly<Record<string, unknown>>) };
  // transformers 5 writes `dtype`, earlier ones `torch_dtype`; every version reads the older name.
  const fields = ["dtype", "torch_dtype"].filter((field) => Object.hasOwn(record, field));
  for (const field of fields.length === 0 ? ["torch_dtype"] : fields) record[field] = dtype;
  return new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`);
}

function weightsFile(
  plan: MergePlan,
  parents: readonly Checkpoint[],
  dtype: WeightDtype,
  signal: AbortSignal,
  onTensor: (done: number, total: number) => void,
): MergedFile {
  const layout = encodeSafetensorsHead([...plan.merged, ...plan.copied], { format: "pt" });
  const copied = new Set(plan.copied.map(({ name }) => name));
  async function* chunks() {
    yield layout.head;
    for (const [index, tensor] of layout.tensors.entries()) {
      throwIfCancelled(signal);
      yield copied.has(tensor.name)
        ? await parents.at(-1)!.readTensor(tensor.name, signal)
        : narrow(await mergeTensor(plan, parents, tensor, dtype, signal), dtype);
      onTensor(index + 1, layout.tensors.length);
    }
  }
  return { name: WEIGHTS_FILE, byteLength: layout.fileBytes, chunks };
}

/** Σ λᵢΘᵢ of one tensor in fp32. */
async function mergeTensor(
  plan: MergePlan,
  parents: readonly Checkpoint[],
  tensor: { readonly name: string; readonly shape: readonly number[] },
  dtype: WeightDtype,
  signal: AbortSignal,
): Promise<Float32Array<ArrayBuffer>> {
  const sum = new Float32Array(tensorElements(tensor));
  for (const [index, { parent, coefficient }] of plan.terms.entries()) {
    const weight = await parents[parent]!.readWeight(tensor.name, signal);
    if (weightLength(weight) !== sum.length) {
      throw new AppError("internal", `Weight "${tensor.name}" has ${weightLength(weight)} values.`);
    }
    addTerm(sum, coefficient, weight, index === 0);
  }
  const bad = findOverflow(sum, dtype);
  if (bad < 0) return sum;
  throw new AppError("numerics", `Merging "${tensor.name}" gives ${sum[bad]}, which ${dtype} cannot hold.`, {
    advice: Number.isFinite(sum[bad])
      ? "Store the merge as bfloat16 or float32."
      : "One of the parents has values that are not finite: get it again.",
    fields: { tensor: tensor.name, index: bad, dtype },
  });
}
