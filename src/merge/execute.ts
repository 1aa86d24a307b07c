/**
 * Carries a merge plan out: the files of the merged checkpoint in Hugging Face layout. Their bytes are made as they are
 * asked for, block by block, so that memory holds a few blocks and not a model. Runs everywhere.
 */
import { concatBytes } from "../base/bytes.ts";
import { throwIfCancelled } from "../base/job.ts";
import { encodeSafetensorsHead } from "../checkpoint/encode.ts";
import type { Checkpoint } from "../checkpoint/open.ts";
import type { ExportRequest } from "../domain/export.ts";
import { mergeBlocks } from "./blocks.ts";
import { encodeMergekitConfig } from "./mergekitConfig.ts";
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

/** SHA-256 by weights file's name, one record a parent. */
export type ParentHashes = readonly Readonly<Record<string, string>>[];

/** Files of the newest parent that go with the merged model as they are, where they exist. */
const COMPANIONS = [
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
  "vocab.json",
  "merges.txt",
  "tokenizer.model",
  "chat_template.jinja",
];

/**
 * The merged checkpoint's files: configuration, tokenizer, the merge as mergekit writes it, weights.
 * @param parents oldest first, one a coefficient.
 * @param hashes go into the weights' header with the recipe.
 * @throws AppError as `planMerge`, and `read-failed`; from `chunks` as `mergeBlocks`.
 */
export async function mergeToFiles(
  parents: readonly Checkpoint[],
  request: MergeRequest,
  hashes: ParentHashes,
  signal: AbortSignal,
): Promise<readonly MergedFile[]> {
  const plan = planMerge(parents, request.recipe.coefficients, request.dtype);
  const newest = parents.at(-1)!;
  const companions = await Promise.all(
    COMPANIONS.map(async (name) => ({ name, bytes: await newest.readFile(name, signal) })),
  );
  const shards = planShards([...plan.merged, ...plan.copied], request.maxShardBytes);
  const index = encodeShardIndex(shards);
  return [
    textFile("config.json", encodeConfig(newest.config, request.dtype)),
    ...companions.flatMap(({ name, bytes }) => (bytes === null ? [] : [bytesFile(name, bytes)])),
    textFile("mergekit.yml", encodeMergekitConfig(request)),
    ...shards.map((shard) => weightsFile(shard, plan, parents, request, hashes, signal)),
    ...(index === null ? [] : [textFile("model.safetensors.index.json", index)]),
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
  shard: Shard,
  plan: MergePlan,
  parents: readonly Checkpoint[],
  request: MergeRequest,
  hashes: ParentHashes,
  signal: AbortSignal,
): MergedFile {
  const layout = encodeSafetensorsHead(shard.specs, {
    format: "pt",
    mergescope: encodeRecipe(request, hashes),
  });
  const copied = new Set(plan.copied.map(({ name }) => name));
  async function* chunks() {
    yield layout.head;
    for (const tensor of layout.tensors) {
      throwIfCancelled(signal);
      if (copied.has(tensor.name)) yield await parents.at(-1)!.readTensor(tensor.name, signal);
      else yield* mergeBlocks(plan, parents, tensor, request, signal);
    }
  }
  return { name: shard.name, byteLength: layout.fileBytes, chunks };
}

/** What was merged, for whoever finds the file alone. */
function encodeRecipe({ recipe, dtype, arithmetic }: MergeRequest, hashes: ParentHashes): string {
  const parents = recipe.parents.map((name, i) => ({
    name,
    weight: recipe.coefficients[i] ?? 0,
    sha256: hashes[i] ?? {},
  }));
  return JSON.stringify({ version: 1, method: "linear", parents, arithmetic, dtype });
}
