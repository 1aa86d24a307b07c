/**
 * The files of a folder that hold its weights: one, or several with an index, as safetensors or as PyTorch pickles. Reads
 * headers, not weights. Runs everywhere.
 */
import * as v from "valibot";
import { AppError } from "../base/errors.ts";
import type { ByteSource, FileSet } from "../storage/byteSource.ts";
import { readSafetensorsHeader } from "./formats/safetensors.ts";
import { readTorchTensors } from "./formats/torchBin.ts";
import { mapConcurrently } from "./parallel.ts";
import { IMPOSTOR_ADVICE, impostor, readJsonObject } from "./smallFiles.ts";
import type { TensorInfo } from "./tensor.ts";

/** The weights file, or the index of several. */
export const WEIGHTS_FILE = "model.safetensors";

/** A weights file and the tensors in it, in the order of their bytes. */
export type WeightsFile = {
  readonly name: string;
  readonly source: ByteSource;
  readonly tensors: readonly TensorInfo[];
};

type Format = {
  /** All weights in one file. */
  readonly single: string;
  readonly index: string;
  /** A shard's name comes from a stranger's file: it must be a plain file name. */
  readonly shard: RegExp;
  readonly readTensors: (source: ByteSource, signal: AbortSignal) => Promise<readonly TensorInfo[]>;
};

/** In the order of preference: where both are published they hold the same. */
const FORMATS: readonly Format[] = [
  {
    single: WEIGHTS_FILE,
    index: "model.safetensors.index.json",
    shard: /^[\w-][\w.-]{0,200}\.safetensors$/,
    readTensors: async (source, signal) => (await readSafetensorsHeader(source, signal)).tensors,
  },
  {
    single: "pytorch_model.bin",
    index: "pytorch_model.bin.index.json",
    shard: /^[\w-][\w.-]{0,200}\.bin$/,
    readTensors: readTorchTensors,
  },
];

/**
 * The weights files of a folder.
 * @throws AppError `not-found` without weights or without a shard that an index names, `bad-format`, `unsupported`,
 * `read-failed`, `cancelled`.
 */
export async function openWeightsFiles(files: FileSet, signal: AbortSignal): Promise<readonly WeightsFile[]> {
  for (const format of FORMATS) {
    const single = await files.open(format.single, signal);
    if (single !== null) return [await openWeightsFile(format, format.single, single, signal)];
    const index = await readJsonObject(files, format.index, signal);
    if (index !== null) return openShards(files, format, index, signal);
  }
  const names = FORMATS.map(({ single }) => single).join(" or ");
  throw missing(files, `no ${names}`, "Check the path, or that the download is complete.");
}

/** The error of a folder that lacks something. */
export function missing(files: FileSet, what: string, advice: string): AppError {
  return new AppError("not-found", `${files.name} holds ${what}.`, {
    advice,
    fields: { checkpoint: files.name },
  });
}

async function openWeightsFile(
  format: Format,
  name: string,
  source: ByteSource,
  signal: AbortSignal,
): Promise<WeightsFile> {
  try {
    return { name, source, tensors: await format.readTensors(source, signal) };
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.tag !== "bad-format") throw thrown;
    const found = impostor(await source.read(0, Math.min(200, source.byteLength), signal));
    if (found === null) throw thrown;
    throw new AppError("bad-format", `${source.name} is ${found}, not weights.`, {
      advice: IMPOSTOR_ADVICE,
      fields: { file: source.name },
      cause: thrown,
    });
  }
}

async function openShards(
  files: FileSet,
  format: Format,
  index: object,
  signal: AbortSignal,
): Promise<readonly WeightsFile[]> {
  const schema = v.looseObject({
    weight_map: v.record(v.string(), v.pipe(v.string(), v.regex(format.shard))),
  });
  const parsed = v.safeParse(schema, index);
  if (!parsed.success) throw badIndex(files, format, parsed.issues[0].message);
  const places = new Map(Object.entries(parsed.output.weight_map));
  const shards = await mapConcurrently([...new Set(places.values())], async (name) => {
    const source = await files.open(name, signal);
    if (source === null)
      throw missing(files, `no ${name}`, `${format.index} names it: get the missing file.`);
    return openWeightsFile(format, name, source, signal);
  });
  checkShards(files, format, places, shards);
  return shards;
}

/** The index and the shards' headers must tell the same story; a name is then in one shard only. */
function checkShards(
  files: FileSet,
  format: Format,
  places: ReadonlyMap<string, string>,
  shards: readonly WeightsFile[],
): void {
  const held = new Set<string>();
  for (const { name: file, tensors } of shards) {
    for (const { name, startByte } of tensors) {
      held.add(name);
      if (places.get(name) === file) continue;
      const why = `it does not place "${name}" in ${file}, which holds it at byte ${startByte}`;
      throw badIndex(files, format, why, { file, tensor: name, startByte });
    }
  }
  for (const [name, file] of places) {
    if (held.has(name)) continue;
    const counts = `it names ${places.size} tensors, the files hold ${held.size}`;
    throw badIndex(files, format, `${counts}: "${name}" is not in ${file}`, { file, tensor: name });
  }
}

function badIndex(
  files: FileSet,
  format: Format,
  why: string,
  fields: Readonly<Record<string, string | number>> = {},
): AppError {
  return new AppError("bad-format", `${format.index} of ${files.name} is not usable: ${why}.`, {
    advice: "Get the checkpoint again from where it was published.",
    fields: { checkpoint: files.name, ...fields },
  });
}
