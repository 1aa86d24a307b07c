/**
 * Opens a checkpoint in Hugging Face layout: configuration and tokenizer as JSON, and the list of its tensors; weights
 * are read one tensor at a time, later. Runs everywhere; knows no model and no disk.
 */
import { AppError } from "../base/errors.ts";
import type { FileSet } from "../storage/byteSource.ts";
import { readJson, readJsonObject, readSmallFile } from "./smallFiles.ts";
import { DTYPES, type TensorInfo, tensorElements } from "./tensor.ts";
import { missing, openWeightsFiles } from "./weightsFiles.ts";

export { WEIGHTS_FILE } from "./weightsFiles.ts";

const CONFIG_FILE = "config.json";
const TOKENIZER_FILE = "tokenizer.json";
const TOKENIZER_CONFIG_FILE = "tokenizer_config.json";

/** Number formats that weights can have here. */
const WEIGHT_DTYPES = { F32: "float32", F16: "float16", BF16: "bfloat16" } as const;

/** A checkpoint whose tensors are known and not yet read. */
export interface Checkpoint {
  /** What a person would call it. */
  readonly name: string;
  /** `config.json`, parsed; an object, otherwise unchecked. */
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

/**
 * Opens the checkpoint in a folder: one weights file or several with an index, safetensors rather than PyTorch pickles
 * where there are both. Reads headers, not weights; `acceptConfig` sees the configuration before a weights file is touched,
 * and refuses by throwing.
 * @throws AppError `not-found` without a configuration or weights, `unsupported` for what a file may hold but cannot be
 * read here, `bad-format`, `read-failed`, `cancelled`.
 */
export async function openCheckpoint(
  files: FileSet,
  signal: AbortSignal,
  acceptConfig: (config: unknown) => void = () => undefined,
): Promise<Checkpoint> {
  const [config, tokenizer, tokenizerConfig] = await Promise.all([
    readJsonObject(files, CONFIG_FILE, signal),
    readJson(files, TOKENIZER_FILE, signal),
    readJson(files, TOKENIZER_CONFIG_FILE, signal),
  ]);
  if (config === null) {
    throw missing(files, `no ${CONFIG_FILE}`, "Choose a folder that holds a model, or name its config.json.");
  }
  acceptConfig(config);
  const weights = await openWeightsFiles(files, signal);
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
      checkElements(files.name, tensor, startElement, endElement);
      const size = DTYPES[tensor.dtype].bytes;
      const startByte = tensor.startByte + startElement * size;
      const endByte = tensor.startByte + endElement * size;
      return { dtype, bytes: await sources.get(tensor.file)!.read(startByte, endByte, during) };
    },
    readFile: (path, during) => readSmallFile(files, path, during),
  };
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

/** Whoever asks has the tensor's shape: elements that are not in it are a defect of ours. */
function checkElements(
  checkpoint: string,
  tensor: TensorInfo,
  startElement: number,
  endElement: number,
): void {
  const elements = tensorElements(tensor);
  const whole = Number.isInteger(startElement) && Number.isInteger(endElement);
  if (whole && 0 <= startElement && startElement <= endElement && endElement <= elements) return;
  throw new AppError(
    "internal",
    `Elements ${startElement} to ${endElement} of "${tensor.name}" of ${checkpoint} were asked for, but it has ${elements}.`,
    { fields: { checkpoint, tensor: tensor.name, startElement, endElement, elements } },
  );
}
