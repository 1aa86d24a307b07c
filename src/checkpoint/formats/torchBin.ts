/**
 * Reading what `torch.save` writes of a dictionary of tensors: a zip archive with a pickle that describes the tensors and one
 * entry for each storage, the bytes that one tensor or several lie in. Only the pickle is read; the tensors' places are
 * checked against the storages' entries. Runs everywhere; knows no model.
 */
import * as v from "valibot";
import { AppError } from "../../base/errors.ts";
import type { ByteSource } from "../../storage/byteSource.ts";
import type { Extent } from "../../storage/hub/hubFiles.ts";
import { DTYPES, type Dtype, type TensorInfo, tensorBytes, tensorElements } from "../tensor.ts";
import { MAX_PICKLE_BYTES, type PickleValue, parsePickle } from "./pickle.ts";
import { locateZipEntries, readZipDirectory, type ZipDirectory, type ZipEntry } from "./zip.ts";

/** The storage classes by the number format they stand for. */
const STORAGES: ReadonlyMap<string, Dtype> = new Map([
  ["torch.DoubleStorage", "F64"],
  ["torch.FloatStorage", "F32"],
  ["torch.HalfStorage", "F16"],
  ["torch.BFloat16Storage", "BF16"],
  ["torch.LongStorage", "I64"],
  ["torch.IntStorage", "I32"],
  ["torch.ShortStorage", "I16"],
  ["torch.CharStorage", "I8"],
  ["torch.ByteStorage", "U8"],
  ["torch.BoolStorage", "BOOL"],
]);
const TENSOR = "torch._utils._rebuild_tensor_v2";
const PARAMETER = "torch._utils._rebuild_parameter";
/** Every name a pickle may mention. */
const GLOBALS: ReadonlySet<string> = new Set([
  "collections.OrderedDict",
  TENSOR,
  PARAMETER,
  ...STORAGES.keys(),
]);

const ZIP_START = [0x50, 0x4b, 0x03, 0x04];
/** A pickle of protocol 2 that begins with a long number: what torch.save wrote before version 1.6. */
const LEGACY_START = [0x80, 0x02, 0x8a, 0x0a];

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const record = <K extends string, E extends v.ObjectEntries>(kind: K, entries: E) =>
  v.object({ kind: v.literal(kind), ...entries });
/** PyTorch itself knows no tensor of more dimensions. */
const extents = record("tuple", { items: v.pipe(v.array(count), v.maxLength(64)) });
const storageSchema = record("persistent", {
  id: record("tuple", {
    items: v.strictTuple([
      v.literal("storage"),
      record("global", { name: v.string() }),
      v.string(),
      v.string(),
      count,
    ]),
  }),
});
/**
 * Hooks never come with weights. The schemas look at a bounded number of items: a pickle can refer to one long list from
 * a hundred thousand places.
 */
const noHooks = record("dict", {
  items: v.custom<readonly []>((items) => Array.isArray(items) && items.length === 0),
});
/** Storage, offset, shape, strides, whether it wants a gradient, hooks. */
const tensorArgs = [storageSchema, count, extents, extents, v.boolean(), noHooks] as const;
const tensorSchema = record("call", {
  name: v.literal(TENSOR),
  // Newer files may add flags, such as a conjugation not carried out: none may be set.
  args: v.union([v.strictTuple(tensorArgs), v.strictTuple([...tensorArgs, v.null()])]),
});
const parameterSchema = record("call", {
  name: v.literal(PARAMETER),
  args: v.strictTuple([v.unknown(), v.boolean(), noHooks]),
});

/** A tensor as its pickle describes it, before its storage is found. */
type Described = {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** The storage's name, its length and where in it the tensor begins, in elements. */
  readonly storage: string;
  readonly storageElements: number;
  readonly startElement: number;
};

/**
 * The tensors of a PyTorch file, in the order of their bytes; several may share bytes.
 * @throws AppError `bad-format` naming what does not fit, `unsupported` for files written before PyTorch 1.6, on
 * big-endian machines, for anything but contiguous tensors, and for pickles with more in them; `read-failed`, `cancelled`.
 */
export async function readTorchTensors(
  source: ByteSource,
  signal?: AbortSignal,
): Promise<readonly TensorInfo[]> {
  await checkStart(source, signal);
  const directory = await readZipDirectory(source, signal);
  const pickles = [...directory.values()].filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1) throw bad(source, `it holds ${pickles.length} data.pkl`);
  const prefix = pickle.name.slice(0, pickle.name.indexOf("/") + 1);
  await checkByteOrder(source, directory.get(`${prefix}byteorder`), signal);
  const bytes = await readEntry(source, pickle, MAX_PICKLE_BYTES, signal);
  const described = describeTensors(source, parsePickle(source.name, bytes, GLOBALS));
  const storages = await locateStorages(source, directory, prefix, described, signal);
  return described
    .map((tensor) => placeTensor(source, tensor, storages.get(tensor.storage)!))
    .sort((a, b) => a.startByte - b.startByte || a.endByte - b.endByte);
}

async function checkStart(source: ByteSource, signal?: AbortSignal): Promise<void> {
  if (source.byteLength < ZIP_START.length) throw bad(source, `it has only ${source.byteLength} bytes`);
  const start = await source.read(0, ZIP_START.length, signal);
  if (ZIP_START.every((byte, index) => start[index] === byte)) return;
  if (!LEGACY_START.every((byte, index) => start[index] === byte)) throw bad(source, "it is no zip archive");
  throw new AppError("unsupported", `${source.name} is in the format of PyTorch before version 1.6.`, {
    advice: "Save it again: torch.save(torch.load(file, weights_only=True), file), or use safetensors.",
    fields: { file: source.name },
  });
}

async function checkByteOrder(source: ByteSource, entry?: ZipEntry, signal?: AbortSignal): Promise<void> {
  if (entry === undefined) return;
  const order = new TextDecoder().decode(await readEntry(source, entry, 16, signal));
  if (order === "little") return;
  if (order !== "big") throw bad(source, `"${entry.name}" names no byte order`, { entry: entry.name });
  throw new AppError("unsupported", `${source.name} has its numbers in big-endian byte order.`, {
    advice: "Load it with PyTorch on a machine of today and save it again.",
    fields: { file: source.name },
  });
}

async function readEntry(source: ByteSource, entry: ZipEntry, maxBytes: number, signal?: AbortSignal) {
  if (entry.byteLength > maxBytes) {
    throw bad(source, `"${entry.name}" has ${entry.byteLength} bytes, far too many`, {
      entry: entry.name,
      startByte: entry.headerByte,
    });
  }
  const [extent] = await locateZipEntries(source, [entry], signal);
  return source.read(extent!.startByte, extent!.endByte, signal);
}

function describeTensors(source: ByteSource, value: PickleValue): readonly Described[] {
  if (value === null || typeof value !== "object" || value.kind !== "dict") {
    throw notTensors(source, "is not a dictionary");
  }
  const names = new Set<string>();
  return value.items.map(([name, item]) => {
    if (typeof name !== "string") throw notTensors(source, "has a key that is no text");
    if (names.has(name)) throw bad(source, `it names tensor "${name}" twice`, { tensor: name });
    names.add(name);
    return describeTensor(source, name, item);
  });
}

function describeTensor(source: ByteSource, name: string, value: PickleValue): Described {
  const parameter = v.safeParse(parameterSchema, value);
  const parsed = v.safeParse(tensorSchema, parameter.success ? parameter.output.args[0] : value);
  if (!parsed.success) throw notTensors(source, `holds "${name}", which is not a plain tensor`, name);
  const [storage, startElement, { items: shape }, { items: strides }] = parsed.output.args;
  const [, { name: storageClass }, key, , storageElements] = storage.id.items;
  const dtype = STORAGES.get(storageClass);
  if (dtype === undefined) throw notTensors(source, `gives tensor "${name}" no number format`, name);
  if (!isContiguous(shape, strides)) {
    const layout = `shape [${shape}] with strides [${strides}]`;
    throw new AppError("unsupported", `Tensor "${name}" of ${source.name} is not contiguous: ${layout}.`, {
      advice: "Save it again with tensor.contiguous(), or use safetensors.",
      fields: { file: source.name, tensor: name },
    });
  }
  return { name, dtype, shape, storage: key, storageElements, startElement };
}

/** Whether the elements lie in row-major order without gaps; where there is one index or none, a stride says nothing. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  if (shape.length !== strides.length) return false;
  if (shape.includes(0)) return true;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis] ?? 1;
  }
  return true;
}

async function locateStorages(
  source: ByteSource,
  directory: ZipDirectory,
  prefix: string,
  described: readonly Described[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Extent>> {
  const entries = new Map<string, ZipEntry>();
  for (const { name, storage } of described) {
    const path = `${prefix}data/${storage}`;
    const entry = directory.get(path);
    if (entry === undefined)
      throw bad(source, `tensor "${name}" lies in "${path}", which is not there`, { tensor: name });
    entries.set(storage, entry);
  }
  const located = await locateZipEntries(source, [...entries.values()], signal);
  return new Map([...entries.keys()].map((storage, index) => [storage, located[index]!]));
}

function placeTensor(source: ByteSource, tensor: Described, storage: Extent): TensorInfo {
  const { name, dtype, shape, storageElements, startElement } = tensor;
  const size = DTYPES[dtype].bytes;
  const fields = { tensor: name, startByte: storage.startByte };
  if (storageElements * size !== storage.endByte - storage.startByte) {
    const bytes = storage.endByte - storage.startByte;
    throw bad(
      source,
      `the storage of tensor "${name}" at byte ${storage.startByte} has ${bytes} bytes, not ${storageElements} elements of ${dtype}`,
      fields,
    );
  }
  // The shape's product may be far beyond exact integers: compared, it is still too large.
  if (!(startElement + tensorElements(tensor) <= storageElements)) {
    throw bad(
      source,
      `tensor "${name}" of shape [${shape}] from element ${startElement} on does not fit its storage of ${storageElements} elements at byte ${storage.startByte}`,
      fields,
    );
  }
  const startByte = storage.startByte + startElement * size;
  return { name, dtype, shape, startByte, endByte: startByte + tensorBytes(tensor) };
}

function notTensors(source: ByteSource, why: string, tensor?: string): AppError {
  return new AppError("unsupported", `The pickle in ${source.name} ${why}.`, {
    advice:
      "Only a plain dictionary of tensors can be read: save model.state_dict() alone, or use safetensors.",
    fields: tensor === undefined ? { file: source.name } : { file: source.name, tensor },
  });
}

function bad(
  source: ByteSource,
  why: string,
  fields: Readonly<Record<string, string | number>> = {},
): AppError {
  return new AppError("bad-format", `${source.name} is not a usable PyTorch file: ${why}.`, {
    advice: "Get the file again from where it was published.",
    fields: { file: source.name, ...fields },
  });
}
