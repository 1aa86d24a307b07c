/**
 * Reading the safetensors format: eight bytes of header length (little-endian), a JSON header that gives every tensor
 * a format, a shape and a place, then the tensors' bytes without gaps. Files come from strangers: nothing is believed
 * before it is checked, and no tensor is read to do so. Runs everywhere; knows no model.
 */
import * as v from "valibot";
import { describeBytes } from "../../base/bytes.ts";
import { AppError } from "../../base/errors.ts";
import type { ByteSource } from "../../storage/byteSource.ts";
import { DTYPES, isDtype, type TensorInfo, tensorBytes } from "../tensor.ts";

/** A header as read: tensors in the order of their bytes, places counted from the start of the file. */
export type SafetensorsHeader = {
  readonly tensors: readonly TensorInfo[];
  readonly metadata: Readonly<Record<string, string>>;
};

/** The longest header read, as in the format's own library. */
const MAX_HEADER_BYTES = 100_000_000;

const METADATA_KEY = "__metadata__";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const entrySchema = v.strictObject({
  dtype: v.string(),
  shape: v.array(count),
  data_offsets: v.strictTuple([count, count]),
});
const metadataSchema = v.record(v.string(), v.string());

/**
 * The header of a safetensors file.
 * @throws AppError `bad-format` naming what does not fit, `unsupported` for an unknown number format, `read-failed`.
 */
export async function readSafetensorsHeader(
  source: ByteSource,
  signal?: AbortSignal,
): Promise<SafetensorsHeader> {
  if (source.byteLength < 8)
    throw bad(source.name, `it has ${source.byteLength} bytes, too few for a header`);
  const lengthBytes = await source.read(0, 8, signal);
  const headerBytes = new DataView(lengthBytes.buffer).getBigUint64(0, true);
  const limit = Math.min(MAX_HEADER_BYTES, source.byteLength - 8);
  if (headerBytes > BigInt(limit)) {
    throw bad(source.name, `its header claims ${headerBytes} bytes, more than the ${limit} there can be`);
  }
  const bytes = await source.read(8, 8 + Number(headerBytes), signal);
  return parseSafetensorsHeader(source.name, bytes, source.byteLength);
}

/**
 * The header from its JSON bytes; `name` is the file's, `fileBytes` its whole length.
 * @throws as `readSafetensorsHeader`.
 */
export function parseSafetensorsHeader(
  name: string,
  headerBytes: Uint8Array,
  fileBytes: number,
): SafetensorsHeader {
  const entries = parseEntries(name, headerBytes);
  const dataStart = 8 + headerBytes.byteLength;
  let metadata: Readonly<Record<string, string>> = {};
  const tensors: TensorInfo[] = [];
  for (const [key, value] of entries) {
    if (key === METADATA_KEY) metadata = parsePart(metadataSchema, name, "its metadata", value);
    else tensors.push(parseTensor(name, key, value, dataStart));
  }
  // Tensors without elements take no place: of two that start together, the empty one comes first.
  tensors.sort((a, b) => a.startByte - b.startByte || a.endByte - b.endByte);
  checkPlaces(name, tensors, dataStart, fileBytes);
  return { tensors, metadata };
}

function parseEntries(name: string, headerBytes: Uint8Array): readonly (readonly [string, unknown])[] {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(headerBytes);
    json = JSON.parse(text);
  } catch (cause) {
    throw bad(name, "its header is not JSON", cause);
  }
  if (!text.startsWith("{") || typeof json !== "object" || json === null) {
    throw bad(name, "its header is not a JSON object");
  }
  const entries = Object.entries(json);
  if (countKeys(text) !== entries.length) throw bad(name, "its header names a tensor twice");
  return entries;
}

/** Keys of the outermost object of a valid JSON text; unlike `JSON.parse`, repeated ones count. */
function countKeys(json: string): number {
  let keys = 0;
  let depth = 0;
  for (const [mark] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (mark === "{" || mark === "[") depth++;
    else if (mark === "}" || mark === "]") depth--;
    else if (mark === ":" && depth === 1) keys++;
  }
  return keys;
}

function parseTensor(file: string, name: string, value: unknown, dataStart: number): TensorInfo {
  const { dtype, shape, data_offsets } = parsePart(entrySchema, file, `the entry of tensor "${name}"`, value);
  if (!isDtype(dtype)) {
    throw new AppError("unsupported", `Tensor "${name}" of ${file} has the unknown number format ${dtype}.`, {
      advice: `Known are ${Object.keys(DTYPES).join(", ")}.`,
      fields: { file, tensor: name, dtype },
    });
  }
  const [start, end] = data_offsets;
  const tensor = { name, dtype, shape, startByte: dataStart + start, endByte: dataStart + end };
  if (end - start !== tensorBytes(tensor)) {
    throw bad(
      file,
      `tensor "${name}" has ${end - start} bytes, but its shape [${shape}] in ${dtype} needs ${tensorBytes(tensor)}`,
    );
  }
  return tensor;
}

/** Tensors must lie end to end from the header to the end of the file: no overlap, no gap, no rest. */
function checkPlaces(
  name: string,
  tensors: readonly TensorInfo[],
  dataStart: number,
  fileBytes: number,
): void {
  let at = dataStart;
  for (const tensor of tensors) {
    if (tensor.endByte > fileBytes) {
      const missing = describeBytes(tensor.endByte - fileBytes);
      throw bad(
        name,
        `tensor "${tensor.name}" ends ${missing} past the end of the file; it may be cut short`,
      );
    }
    if (tensor.startByte < at) throw bad(name, `tensor "${tensor.name}" overlaps the one before it`);
    if (tensor.startByte > at) {
      throw bad(name, `there is a gap of ${tensor.startByte - at} bytes before tensor "${tensor.name}"`);
    }
    at = tensor.endByte;
  }
  if (at !== fileBytes) throw bad(name, `${fileBytes - at} bytes at its end belong to no tensor`);
}

function parsePart<S extends v.GenericSchema>(
  schema: S,
  file: string,
  part: string,
  value: unknown,
): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw bad(file, `${part} is wrong: ${result.issues[0].message}`);
}

function bad(name: string, why: string, cause?: unknown): AppError {
  return new AppError("bad-format", `${name} is not a usable safetensors file: ${why}.`, {
    advice: "Get the file again from where it was published.",
    fields: { file: name },
    ...(cause === undefined ? {} : { cause }),
  });
}
