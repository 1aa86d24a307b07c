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

/** The longest header read: 200,000 tensors' worth. The format's own library takes four times as much. */
const MAX_HEADER_BYTES = 25_000_000;

/** More than any framework knows; names and shapes are said in errors. */
const MAX_DIMENSIONS = 64;
const MAX_NAME_LENGTH = 4096;

const METADATA_KEY = "__metadata__";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const entrySchema = v.strictObject({
  dtype: v.pipe(v.string(), v.maxLength(16)),
  shape: v.pipe(v.array(count), v.maxLength(MAX_DIMENSIONS)),
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
  for (let at = 0; at < json.length; at++) {
    const mark = json[at];
    if (mark === "{" || mark === "[") depth++;
    else if (mark === "}" || mark === "]") depth--;
    else if (mark === ":" && depth === 1) keys++;
    else if (mark === '"') at = stringEnd(json, at);
  }
  return keys;
}

/** The place of the quote that ends the string beginning at `start`. */
function stringEnd(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at;
}

function parseTensor(file: string, name: string, value: unknown, dataStart: number): TensorInfo {
  if (name.length > MAX_NAME_LENGTH) throw bad(file, `a tensor's name has ${name.length} characters`);
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
    const needs = `its shape [${shape}] in ${dtype} needs ${tensorBytes(tensor)}`;
    throw badTensor(file, tensor, `has ${end - start} bytes, but ${needs}`);
  }
  if (start % DTYPES[dtype].bytes !== 0) {
    throw badTensor(file, tensor, `is not aligned: ${dtype} begins at a multiple of ${DTYPES[dtype].bytes}`);
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
      throw badTensor(name, tensor, `ends ${missing} past the end of the file; it may be cut short`);
    }
    if (tensor.startByte < at) throw badTensor(name, tensor, "overlaps the one before it");
    if (tensor.startByte > at) {
      throw badTensor(name, tensor, `lies behind a gap of ${tensor.startByte - at} bytes`);
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

function badTensor(file: string, { name, startByte }: TensorInfo, why: string): AppError {
  return bad(file, `tensor "${name}" at byte ${startByte} ${why}`, undefined, { tensor: name, startByte });
}

function bad(
  file: string,
  why: string,
  cause?: unknown,
  fields: Readonly<Record<string, string | number>> = {},
): AppError {
  return new AppError("bad-format", `${file} is not a usable safetensors file: ${why}.`, {
    advice: "Get the file again from where it was published.",
    fields: { file, ...fields },
    ...(cause === undefined ? {} : { cause }),
  });
}
