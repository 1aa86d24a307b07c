/**
 * Opens a checkpoint in Hugging Face layout: configuration and tokenizer as JSON, and the list of its tensors; weights
 * are read one tensor at a time, later. Runs everywhere; knows no model and no disk.
 */
import * as v from "valibot";
import { describeBytes } from "../base/bytes.ts";
import { AppError } from "../base/errors.ts";
import type { ByteSource, FileSet } from "../storage/byteSource.ts";
import { readSafetensorsHeader } from "./formats/safetensors.ts";
import { DTYPES, type TensorInfo } from "./tensor.ts";

/** The weights file, or the index of several. */
export const WEIGHTS_FILE = "model.safetensors";
const INDEX_FILE = "model.safetensors.index.json";
const PICKLED_FILES = ["pytorch_model.bin", "pytorch_model.bin.index.json"];
const CONFIG_FILE = "config.json";
const TOKENIZER_FILE = "tokenizer.json";
const TOKENIZER_CONFIG_FILE = "tokenizer_config.json";

/** Files of text besides the weights are never this long. */
const MAX_TEXT_BYTES = 100_000_000;

/** Number formats that weights can have here. */
const WEIGHT_DTYPES = { F32: "float32", F16: "float16", BF16: "bfloat16" } as const;

/** A checkpoint whose tensors are known and not yet read. */
export interface Checkpoint {
  /** What a person would call it. */
  readonly name: string;
  /** `config.json`, parsed, unchecked. */
  readonly config: unknown;
  /** `tokenizer.json`, parsed, unchecked; `null` when there is none. */
  readonly tokenizer: unknown;
  /** `tokenizer_config.json`, parsed, unchecked; `null` when there is none. */
  readonly tokenizerConfig: unknown;
  /** In the order of their bytes, file after file. */
  readonly tensors: readonly CheckpointTensor[];
  /** The weights files. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /**
   * A weight's bytes, little-endian, row-major.
   * @throws AppError `not-found` for an unknown name, `unsupported` for a number format weights cannot have here,
   * `read-failed`, `cancelled`.
   */
  readWeight(
    name: string,
    signal: AbortSignal,
  ): Promise<{
    readonly dtype: "float32" | "float16" | "bfloat16";
    readonly bytes: Uint8Array<ArrayBuffer>;
  }>;
  /**
   * A part of a weight: elements `startElement` up to `endElement` (exclusive) in row-major order.
   * @throws AppError as `readWeight`; `internal` for elements the weight does not have.
   */
  readElements(
    name: string,
    startElement: number,
    endElement: number,
    signal: AbortSignal,
  ): Promise<{
    readonly dtype: "float32" | "float16" | "bfloat16";
    readonly bytes: Uint8Array<ArrayBuffer>;
  }>;
  /** Any tensor's bytes as they stand. @throws AppError `not-found`, `read-failed`, `cancelled`. */
  readTensor(name: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** A small file of the folder as it stands, or `null`. @throws AppError `read-failed`, `cancelled`. */
  readFile(path: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null>;
}

/** A tensor and the file it lies in. */
export type CheckpointTensor = TensorInfo & { readonly file: string };

type WeightsFile = {
  readonly name: string;
  readonly source: ByteSource;
  readonly tensors: readonly TensorInfo[];
};

/**
 * Opens the checkpoint in a folder: one weights file or several with an index. Reads headers, not weights.
 * @throws AppError `not-found` without a configuration or weights, `unsupported` for pickled weights only,
 * `bad-format`, `read-failed`, `cancelled`.
 */
export async function openCheckpoint(files: FileSet, signal: AbortSignal): Promise<Checkpoint> {
  const [config, tokenizer, tokenizerConfig] = await Promise.all(
    [CONFIG_FILE, TOKENIZER_FILE, TOKENIZER_CONFIG_FILE].map((path) => readJson(files, path, signal)),
  );
  if (config === null) {
    throw missing(files, `no ${CONFIG_FILE}`, "Choose a folder that holds a model, or name its config.json.");
  }
  const weights = await openWeights(files, signal);
  const tensors = weights.flatMap((file) => file.tensors.map((tensor) => ({ ...tensor, file: file.name })));
  const sources = new Map(weights.map((file) => [file.name, file.source]));
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const find = (name: string) => findTensor(files.name, byName, name);
  const readTensor = async (name: string, during: AbortSignal) => {
    const { file, startByte, endByte } = find(name);
    return sources.get(file)!.read(startByte, endByte, during);
  };
  return {
    name: files.name,
    config,
    tokenizer,
    tokenizerConfig,
    tensors,
    files: weights.map(({ name, source }) => ({ name, bytes: source.byteLength })),
    readTensor,
    async readWeight(name, during) {
      const dtype = weightDtype(files.name, find(name));
      return { dtype, bytes: await readTensor(name, during) };
    },
    async readElements(name, startElement, endElement, during) {
      const tensor = find(name);
      const dtype = weightDtype(files.name, tensor);
      const size = DTYPES[tensor.dtype].bytes;
      const [start, end] = [startElement, endElement].map((element) => tensor.startByte + element * size);
      return { dtype, bytes: await sources.get(tensor.file)!.read(start!, end!, during) };
    },
    readFile: (path, during) => readWhole(files, path, during),
  };
}

async function openWeights(files: FileSet, signal: AbortSignal): Promise<readonly WeightsFile[]> {
  const single = await files.open(WEIGHTS_FILE, signal);
  if (single !== null) {
    return [{ name: WEIGHTS_FILE, source: single, ...(await readSafetensorsHeader(single, signal)) }];
  }
  const index = await readJson(files, INDEX_FILE, signal);
  if (index !== null) return openShards(files, index, signal);
  for (const path of PICKLED_FILES) {
    if ((await files.open(path, signal)) === null) continue;
    throw new AppError("unsupported", `${files.name} has its weights only as ${path}, a PyTorch pickle.`, {
      advice: "Save it as safetensors first: model.save_pretrained(folder).",
      fields: { checkpoint: files.name, file: path },
    });
  }
  throw missing(files, `no ${WEIGHTS_FILE}`, "Check the path, or that the download is complete.");
}

/** A shard's name comes from a stranger's file: it must be a plain file name. */
const indexSchema = v.looseObject({
  weight_map: v.record(v.string(), v.pipe(v.string(), v.regex(/^[\w-][\w.-]*\.safetensors$/))),
});

async function openShards(
  files: FileSet,
  index: unknown,
  signal: AbortSignal,
): Promise<readonly WeightsFile[]> {
  const parsed = v.safeParse(indexSchema, index);
  if (!parsed.success) throw badIndex(files, parsed.issues[0].message);
  const places = Object.entries(parsed.output.weight_map);
  const shards: WeightsFile[] = [];
  for (const name of new Set(places.map(([, file]) => file))) {
    const source = await files.open(name, signal);
    if (source === null) throw missing(files, `no ${name}`, `${INDEX_FILE} names it: get the missing file.`);
    shards.push({ name, source, ...(await readSafetensorsHeader(source, signal)) });
  }
  checkShards(files, new Map(places), shards);
  return shards;
}

/** The index and the shards' headers must tell the same story. */
function checkShards(
  files: FileSet,
  places: ReadonlyMap<string, string>,
  shards: readonly WeightsFile[],
): void {
  let found = 0;
  for (const { name, tensors } of shards) {
    for (const tensor of tensors) {
      if (places.get(tensor.name) !== name)
        throw badIndex(files, `it does not place "${tensor.name}" in ${name}`);
      found++;
    }
  }
  if (found !== places.size)
    throw badIndex(files, `it names ${places.size} tensors, the files hold ${found}`);
}

function badIndex(files: FileSet, why: string): AppError {
  return new AppError("bad-format", `${INDEX_FILE} of ${files.name} is not usable: ${why}.`, {
    advice: "Get the checkpoint again from where it was published.",
    fields: { checkpoint: files.name },
  });
}

function missing(files: FileSet, what: string, advice: string): AppError {
  return new AppError("not-found", `${files.name} holds ${what}.`, {
    advice,
    fields: { checkpoint: files.name },
  });
}

function findTensor(
  checkpoint: string,
  byName: ReadonlyMap<string, CheckpointTensor>,
  name: string,
): CheckpointTensor {
  const tensor = byName.get(name);
  if (tensor !== undefined) return tensor;
  throw new AppError("not-found", `${checkpoint} has no tensor "${name}".`, {
    advice: "Its configuration and its weights may be of different models.",
    fields: { checkpoint, tensor: name },
  });
}

function weightDtype(checkpoint: string, tensor: TensorInfo): "float32" | "float16" | "bfloat16" {
  const { dtype, name } = tensor;
  if (dtype === "F32" || dtype === "F16" || dtype === "BF16") return WEIGHT_DTYPES[dtype];
  throw new AppError("unsupported", `Weight "${name}" of ${checkpoint} is stored as ${DTYPES[dtype].name}.`, {
    advice: "Weights can be float32, float16 or bfloat16: convert the checkpoint.",
    fields: { checkpoint, tensor: name, dtype },
  });
}

async function readWhole(
  files: FileSet,
  path: string,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const source = await files.open(path, signal);
  if (source === null) return null;
  if (source.byteLength > MAX_TEXT_BYTES) {
    const size = describeBytes(source.byteLength);
    throw new AppError("bad-format", `${source.name} has ${size}, far more than such a file needs.`, {
      fields: { file: source.name, bytes: source.byteLength },
    });
  }
  return source.read(0, source.byteLength, signal);
}

async function readJson(files: FileSet, path: string, signal: AbortSignal): Promise<unknown> {
  const bytes = await readWhole(files, path, signal);
  if (bytes === null) return null;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AppError("bad-format", `${path} of ${files.name} is not JSON.`, {
      advice: "Get the file again from where the model was published.",
      fields: { checkpoint: files.name, file: path },
      cause,
    });
  }
}
