/** Archives that are larger than they can be read, and archives that lie. */
import { describe, expect, test } from "vitest";
import type { ByteSource } from "../../storage/byteSource.ts";
import { type EndLies, type Part, sparseSource, zipPieces } from "../fixtures/builders.ts";
import { locateZipEntries, readZipDirectory } from "./zip.ts";

const A: Part = { name: "x/a", data: Uint8Array.of(1, 2, 3) };
const B: Part = { name: "x/b", data: Uint8Array.of(4, 5) };
const archive = (parts: readonly Part[], end?: EndLies) => sparseSource("test.bin", zipPieces(parts, end));

async function locate(source: ByteSource, ...names: readonly string[]) {
  const directory = await readZipDirectory(source);
  return locateZipEntries(
    source,
    names.map((name) => directory.get(name)!),
  );
}

test("entries are found, also behind five gigabytes", async () => {
  const source = archive([A, { name: "x/large", data: 5_000_000_000 }, B]);
  const [b, large, a] = await locate(source, "x/b", "x/large", "x/a");
  expect(await source.read(a!.startByte, a!.endByte)).toEqual(A.data);
  expect(await source.read(b!.startByte, b!.endByte)).toEqual(B.data);
  expect(large!.endByte - large!.startByte).toBe(5_000_000_000);
  expect(b!.startByte).toBeGreaterThan(5_000_000_000);
});

test("headers near each other are read at once", async () => {
  const parts = Array.from(
    { length: 40 },
    (_, i): Part => ({ name: `x/${i}`, data: i === 20 ? 400_000 : 1000 }),
  );
  const source = archive(parts);
  const reads: [number, number][] = [];
  const counting: ByteSource = {
    ...source,
    read(startByte, endByte) {
      reads.push([startByte, endByte]);
      return source.read(startByte, endByte);
    },
  };
  const extents = await locate(counting, ...parts.map(({ name }) => name));
  expect(extents.map(({ startByte, endByte }) => endByte - startByte)).toEqual(parts.map(({ data }) => data));
  // The end of the file holds directory and all; then the headers before and behind the large entry.
  expect(reads).toHaveLength(3);
});

const lies: readonly [string, ByteSource, RegExp][] = [
  ["no archive", sparseSource("x", [1000]), /directory cannot be read/],
  ["a file cut short", sparseSource("x", zipPieces([A, B]).slice(0, -1)), /directory cannot be read/],
  ["bytes before it", sparseSource("x", [7, ...zipPieces([A, B])]), /ambiguous|cannot be read/],
  ["bytes behind it", sparseSource("x", [...zipPieces([A, B]), 7]), /ambiguous|cannot be read/i],
  ["a name twice", archive([A, B, A]), /names "x\/a" twice/],
  [
    "two entries in one place",
    archive([A, { ...B, central: { headerByte: 0 } }]),
    /"x\/[ab]" at byte 0 runs into/,
  ],
  ["an entry in an entry", archive([A, { ...B, central: { headerByte: 5 } }]), /"x\/a" at byte 0 runs into/],
  [
    "an entry longer than the file",
    archive([A, { ...B, central: { storedBytes: 1e12, unpackedBytes: 1e12 } }]),
    /"x\/b" at byte 36 runs into/,
  ],
  [
    "a bomb",
    archive([{ ...A, central: { unpackedBytes: 2 ** 40 } }]),
    /claims 3 bytes stored and 1099511627776/,
  ],
  [
    "a directory of three gigabytes",
    archive([A, { name: "x/hole", data: 5e9 }], { directoryBytes: 3e9, directoryByte: 2e9 }),
    /claims 3\.0 GB, far too much/,
  ],
  ["more entries than there are", archive([A], { entries: 2 ** 40 }), /cannot be read/],
  [
    "more entries than anyone needs",
    archive(Array.from({ length: 50_001 }, (_, i) => ({ name: `${i}`, data: 0 }))),
    /more than 50000 entries/,
  ],
];

describe("refused in words:", () => {
  test.each(lies)("%s", async (_, source, message) => {
    await expect(readZipDirectory(source)).rejects.toMatchObject({ tag: "bad-format" });
    await expect(readZipDirectory(source)).rejects.toThrow(message);
  });

  test("what would have to be unpacked", async () => {
    const packed = readZipDirectory(archive([{ ...A, central: { method: 8 } }]));
    await expect(packed).rejects.toMatchObject({
      tag: "unsupported",
      message: `Entry "x/a" of test.bin is compressed.`,
    });
    const locked = readZipDirectory(archive([{ ...A, central: { flags: 0x801 } }]));
    await expect(locked).rejects.toMatchObject({
      tag: "unsupported",
      message: `Entry "x/a" of test.bin is encrypted.`,
    });
  });

  test.each([{ name: "x/c" }, { method: 8 }, { flags: 0x801 }])("a local header with %j", async (local) => {
    await expect(locate(archive([A, { ...B, local }]), "x/b")).rejects.toThrow(
      /at byte 36 there is no header/,
    );
  });

  test("a local header that moves its entry into the next", async () => {
    await expect(locate(archive([{ ...A, local: { extraBytes: 1 } }, B]), "x/a")).rejects.toThrow(
      /runs into/,
    );
  });
});
