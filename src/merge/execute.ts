/**
 * Carries a merge plan out: the files of the merged checkpoint in Hugging Face layout. Their bytes are made as they are
 * asked for, block by block, so that memory holds a few blocks and not a model. Runs everywhere.
 */
import { concatBytes } from "../base/bytes.ts";
import { encodeSafetensorsHead } from "../checkpoint/encode.ts";
import type { Checkpoint } from "../checkpoint/open.ts";
import { tensorElements } from "../checkpoint/tensor.ts";
import type { ExportRequest } from "../domain/export.ts";
import { mergeBlocks } from "./blocks.ts";
import { encodeMergekitConfig } from "./mergekitConfig.ts";
import type { Rounding } from "./ops.ts";
import { type MergePlan, planMerge } from "./plan.ts";
import { encodeShardIndex, planShards, type Shard } from "./shards.ts";

/** A file to be written somewhere; what is thrown while its bytes are made are errors of reading and merging. */
export type MergedFile = {
  readonly name: string;
  readonly byteLength: number;
  /** Its bytes in order; each call starts anew. */
  readonly chunks: () => AsyncIterable<Uint8Array<ArrayBuffer>>;
};

/** What is merged, and how it is stored. */
export type MergeRequest = Pick<ExportRequest, "recipe" | "dtype" | "arithmetic" | "maxShardBytes">;

/** What the weights' header tells besides the request. */
export type Provenance = {
  /** Of MergeScope. */
  readonly version: string;
  /** SHA-256 by weights file's name, one record a parent. */
  readonly sha256: readonly Readonly<Record<string, string>>[];
  /** What was merged where that is no weighted sum: the only parent then is the merge itself. */
  readonly derived: object | null;
};

/**
 * Files of the newest parent that go with the merged model as they are, where they exist. The programs are those that
 * transformers runs for Baichuan2, whose architecture it does not know by itself; nothing here runs them.
 */
export const COMPANIONS: readonly string[] = [
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "vocab.json",
  "merges.txt",
  "tokenizer.model",
  "chat_template.jinja",
  "configuration_baichuan.py",
  "modeling_baichuan.py",
  "tokenization_baichuan.py",
  "generation_utils.py",
  "quantizer.py",
];

/**
 * The merged checkpoint's files: weights, tokenizer, the merge as mergekit writes it, and the configuration last, so that
 * what a crash leaves of a folder is not taken for a checkpoint.
 * @param parents oldest first, one a coefficient.
 * @throws AppError as `planMerge`, and `read-failed`; from `chunks` as `mergeBlocks`.
 */
export async function mergeToFiles(
  parents: readonly Checkpoint[],
  request: MergeRequest,
  provenance: Provenance,
  signal: AbortSignal,
): Promise<readonly MergedFile[]> {
  const plan = planMerge(parents, request.recipe.coefficients, request.dtype);
  const newest = parents.at(-1)!;
  const companions = await Promise.all(
    COMPANIONS.map(async (name) => ({ name, bytes: await newest.readFile(name, signal) })),
  );
  const shards = planShards([...plan.merged, ...plan.copied], request.maxShardBytes);
  const index = encodeShardIndex(
    shards,
    plan.merged.reduce((sum, spec) => sum + tensorElements(spec), 0),
  );
  const metadata = { format: "pt", mergescope_recipe: encodeRecipe(request, provenance) };
  return [
    ...shards.map((shard) => weightsFile(shard, metadata, plan, parents, request, signal)),
    ...(index === null ? [] : [textFile("model.safetensors.index.json", index)]),
    ...companions.flatMap(({ name, bytes }) => (bytes === null ? [] : [bytesFile(name, bytes)])),
    // mergekit has no words for the others.
    ...(provenance.derived === null
      ? [textFile("mergekit.yml", encodeMergekitConfig(request.recipe, request))]
      : []),
    textFile("config.json", encodeConfig(newest.config, request.dtype)),
  ];
}

/** All bytes of a file at once, for places that need them so. */
export async function collectFile(file: MergedFile): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.chunks()) chunks.push(chunk);
  return concatBytes(chunks);
}

function bytesFile(name: string, bytes: Uint8Array<ArrayBuffer>): MergedFile {
  async function* chunks() {
    yield bytes;
  }
  return { name, byteLength: bytes.byteLength, chunks };
}

function textFile(name: string, text: string): MergedFile {
  return bytesFile(name, new TextEncoder().encode(text));
}

/** The newest parent's configuration, naming the number format of the new weights where it named one. */
function encodeConfig(config: unknown, dtype: MergeRequest["dtype"]): string {
  const record = { ...(config as Readonly<Record<string, unknown>>) };
  // transformers 5 writes `dtype`, earlier ones `torch_dtype`; every version reads the older name.
  const fields = ["dtype", "torch_dtype"].filter((field) => Object.hasOwn(record, field));
  for (const field of fields.length === 0 ? ["torch_dtype"] : fields) record[field] = dtype;
  return `${JSON.stringify(record, null, 2)}\n`;
}

function weightsFile(
  { name, specs }: Shard,
  metadata: Readonly<Record<string, string>>,
  plan: MergePlan,
  parents: readonly Checkpoint[],
  rounding: Rounding,
  signal: AbortSignal,
): MergedFile {
  const layout = encodeSafetensorsHead(specs, metadata);
  async function* chunks() {
    yield layout.head;
    yield* mergeBlocks(plan, parents, layout.tensors, rounding, signal);
  }
  return { name, byteLength: layout.fileBytes, chunks };
}

/** What was merged, for whoever finds the file alone. */
function encodeRecipe(
  { recipe, dtype, arithmetic }: MergeRequest,
  { version, sha256, derived }: Provenance,
): string {
  if (derived !== null) return JSON.stringify({ mergescope: version, arithmetic, dtype, ...derived });
  const parents = recipe.parents.map((name, i) => ({
    name,
    coefficient: recipe.coefficients[i] ?? 0,
    sha256: sha256[i] ?? {},
  }));
  return JSON.stringify({ mergescope: version, method: "linear", arithmetic, dtype, parents });
}
