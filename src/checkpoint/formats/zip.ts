/**
 * Where the entries of a zip archive lie in its file. Entries must be stored as they are, neither compressed nor
 * encrypted: then an entry is a range of the file, and nothing is ever unpacked. zip.js reads the central directory; what it
 * reads is bounded here, and no two entries may share a byte. Runs everywhere; knows no pickle.
 */
import {
  type Entry,
  WARNING_TRAILING_CENTRAL_DIRECTORY_DATA,
  ZipReader,
} from "@zip.js/zip.js/lib/zip-core-reader.js";
import { describeBytes } from "../../base/bytes.ts";
import { AppError } from "../../base/errors.ts";
import type { ByteSource } from "../../storage/byteSource.ts";
import type { Extent } from "../../storage/hub/hubFiles.ts";
import { mapConcurrently } from "../parallel.ts";

/** An entry as the central directory has it. */
export type ZipEntry = {
  readonly name: string;
  /** Of its local header; the entry's bytes come some way behind it. */
  readonly headerByte: number;
  readonly byteLength: number;
  /** Where the next entry or the directory begins: this one must end before. */
  readonly limitByte: number;
};

/** The entries of an archive, by name. */
export type ZipDirectory = ReadonlyMap<string, ZipEntry>;

/** A central directory of 50,000 entries takes about 5 MB. */
const MAX_ENTRIES = 50_000;
const MAX_READ_BYTES = 16_000_000;
/** All that finding and reading the directory may ask for: it looks at some places twice. */
const MAX_TOTAL_BYTES = 4 * MAX_READ_BYTES;

/** The directory of an ordinary file lies in its last bytes. */
const TAIL_BYTES = 262_144;

const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_HEADER_BYTES = 30;
const ENCRYPTED_FLAG = 1;
/** Local headers this close to each other are read together: a small read costs a round trip as a large one does. */
const MAX_GAP_BYTES = 32_768;
const MAX_GROUP_BYTES = 262_144;

const utf8 = new TextEncoder();

/**
 * The directory of an archive.
 * @throws AppError `bad-format` for what is no archive, overlapping entries, duplicate names or absurd sizes,
 * `unsupported` for compressed or encrypted entries, `read-failed`, `cancelled`.
 */
export async function readZipDirectory(source: ByteSource, signal?: AbortSignal): Promise<ZipDirectory> {
  const zip = new ZipReader(createBoundedReader(source, signal), { maxAppendedDataSize: 0 });
  const names = new Set<string>();
  const entries: Omit<ZipEntry, "limitByte">[] = [];
  try {
    for await (const entry of zip.getEntriesGenerator()) {
      if (entries.length === MAX_ENTRIES)
        throw badZip(source.name, `it has more than ${MAX_ENTRIES} entries`);
      checkEntry(source, entry, names);
      names.add(entry.filename);
      entries.push({ name: entry.filename, headerByte: entry.offset, byteLength: entry.uncompressedSize });
    }
    checkWarnings(source, zip.warnings ?? []);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw badZip(source.name, `its directory cannot be read (${why})`, { cause: thrown });
  }
  return placeEntries(source, entries, zip.directoryOffset ?? source.byteLength);
}

/**
 * The bytes of some entries, found by their local headers, in the order asked for.
 * @throws AppError `bad-format` where a local header does not fit the directory, `read-failed`, `cancelled`.
 */
export async function locateZipEntries(
  source: ByteSource,
  entries: readonly ZipEntry[],
  signal?: AbortSignal,
): Promise<readonly Extent[]> {
  const extents = new Map<ZipEntry, Extent>();
  await mapConcurrently(groupHeaders(entries), async (group) => {
    const startByte = group[0]!.headerByte;
    const bytes = await source.read(startByte, headerEnd(group.at(-1)!), signal);
    for (const entry of group) {
      const header = bytes.subarray(entry.headerByte - startByte, headerEnd(entry) - startByte);
      extents.set(entry, parseLocalHeader(source.name, entry, header));
    }
  });
  return entries.map((entry) => extents.get(entry)!);
}

/** The file as zip.js wants it. It looks at the end again and again: that is read once. */
function createBoundedReader(source: ByteSource, signal: AbortSignal | undefined) {
  const size = source.byteLength;
  const tailByte = Math.max(0, size - TAIL_BYTES);
  let tail: Uint8Array | null = null;
  let totalBytes = 0;
  return {
    /** Part of the type that zip.js asks for; not read where there is random access. */
    readable: new ReadableStream(),
    size,
    async readUint8Array(offset: number, length: number): Promise<Uint8Array> {
      const startByte = Math.min(Math.max(offset, 0), size);
      const endByte = Math.min(startByte + length, size);
      totalBytes += endByte - startByte;
      if (endByte - startByte > MAX_READ_BYTES || totalBytes > MAX_TOTAL_BYTES) {
        throw badZip(source.name, `its directory claims ${describeBytes(endByte - startByte)}, far too much`);
      }
      if (startByte < tailByte) return source.read(startByte, endByte, signal);
      tail ??= await source.read(tailByte, size, signal);
      return tail.slice(startByte - tailByte, endByte - tailByte);
    },
  };
}

/**
 * What another reader might understand otherwise is refused. Every PyTorch file has zip64 records behind its directory, needed or not:
 * they are the one oddity that is let through.
 */
function checkWarnings(source: ByteSource, warnings: readonly { readonly reason: string }[]): void {
  const odd = warnings.find(({ reason }) => reason !== WARNING_TRAILING_CENTRAL_DIRECTORY_DATA);
  if (odd !== undefined) throw badZip(source.name, `its directory is ambiguous (${odd.reason})`);
}

function checkEntry(source: ByteSource, entry: Entry, names: ReadonlySet<string>): void {
  const { filename, offset, compressedSize, uncompressedSize, compressionMethod, encrypted } = entry;
  const fields = { entry: filename, startByte: offset };
  if (names.has(filename)) throw badZip(source.name, `it names "${filename}" twice`, { fields });
  if (encrypted || compressionMethod !== 0) {
    const how = encrypted ? "encrypted" : "compressed";
    throw new AppError("unsupported", `Entry "${filename}" of ${source.name} is ${how}.`, {
      advice: "Save the checkpoint again with torch.save, which stores entries as they are.",
      fields: { file: source.name, ...fields },
    });
  }
  if (compressedSize !== uncompressedSize) {
    const sizes = `${compressedSize} bytes stored and ${uncompressedSize} unpacked`;
    throw badZip(source.name, `entry "${filename}" claims ${sizes}, though it is not compressed`, { fields });
  }
}

/** Gives every entry the place where it must end, so that no two can overlap. */
function placeEntries(
  source: ByteSource,
  entries: readonly Omit<ZipEntry, "limitByte">[],
  directoryByte: number,
): ZipDirectory {
  const ordered = entries.toSorted((a, b) => a.headerByte - b.headerByte);
  const directory = new Map<string, ZipEntry>();
  for (const [index, entry] of ordered.entries()) {
    const limitByte = ordered[index + 1]?.headerByte ?? directoryByte;
    const placed = { ...entry, limitByte };
    if (!(headerEnd(placed) + entry.byteLength <= limitByte)) throw overlapping(source.name, placed);
    directory.set(entry.name, placed);
  }
  return directory;
}

/** Entries in groups whose local headers are read at once, in the order of the file. */
function groupHeaders(entries: readonly ZipEntry[]): readonly (readonly ZipEntry[])[] {
  const groups: ZipEntry[][] = [];
  for (const entry of entries.toSorted((a, b) => a.headerByte - b.headerByte)) {
    const group = groups.at(-1);
    const joins =
      group !== undefined &&
      entry.headerByte - headerEnd(group.at(-1)!) <= MAX_GAP_BYTES &&
      headerEnd(entry) - group[0]!.headerByte <= MAX_GROUP_BYTES;
    if (joins) group.push(entry);
    else groups.push([entry]);
  }
  return groups;
}

/** The end of the part of the local header whose length is known: all but the extra field. */
function headerEnd(entry: { readonly name: string; readonly headerByte: number }): number {
  return entry.headerByte + LOCAL_HEADER_BYTES + utf8.encode(entry.name).byteLength;
}

function parseLocalHeader(file: string, entry: ZipEntry, header: Uint8Array): Extent {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const name = utf8.encode(entry.name);
  const agrees =
    view.getUint32(0, true) === LOCAL_SIGNATURE &&
    (view.getUint16(6, true) & ENCRYPTED_FLAG) === 0 &&
    view.getUint16(8, true) === 0 &&
    view.getUint16(26, true) === name.byteLength &&
    name.every((byte, index) => header[LOCAL_HEADER_BYTES + index] === byte);
  if (!agrees) {
    const why = `at byte ${entry.headerByte} there is no header of entry "${entry.name}" as its directory has it`;
    throw badZip(file, why, { fields: { entry: entry.name, startByte: entry.headerByte } });
  }
  const startByte = headerEnd(entry) + view.getUint16(28, true);
  const endByte = startByte + entry.byteLength;
  if (endByte > entry.limitByte) throw overlapping(file, entry);
  return { startByte, endByte };
}

function overlapping(file: string, entry: ZipEntry): AppError {
  const why = `entry "${entry.name}" at byte ${entry.headerByte} runs into what follows it at byte ${entry.limitByte}`;
  return badZip(file, why, { fields: { entry: entry.name, startByte: entry.headerByte } });
}

function badZip(
  file: string,
  why: string,
  details: { readonly fields?: Readonly<Record<string, string | number>>; readonly cause?: unknown } = {},
): AppError {
  return new AppError("bad-format", `${file} is not a usable PyTorch file: ${why}.`, {
    advice: "It may be cut short or damaged: get the file again from where it was published.",
    fields: { file, ...details.fields },
    ...(details.cause === undefined ? {} : { cause: details.cause }),
  });
}
