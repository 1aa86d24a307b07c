/** The header reader against files that lie, and the writer against the reader. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createMemorySource } from "../../storage/memory.ts";
import { encodeSafetensorsHead } from "../encode.ts";
import { readSafetensorsHeader } from "./safetensors.ts";

/** A file with this header text and so many bytes of tensors. */
function fileOf(header: string | Uint8Array, dataBytes: number, claimedLength?: bigint) {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.byteLength + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, claimedLength ?? BigInt(json.byteLength), true);
  bytes.set(json, 8);
  return createMemorySource("test.safetensors", bytes);
}

const entry = (dtype: string, shape: readonly number[], start: number, end: number) =>
  JSON.stringify({ dtype, shape, data_offsets: [start, end] });

test("a good file gives its tensors in the order of their bytes", async () => {
  const header = `{"b":${entry("F16", [3], 8, 14)}, "__metadata__":{"format":"pt"}, "a":${entry("F32", [2, 1], 0, 8)}, "none":${entry("I64", [0, 4], 8, 8)}, "one":${entry("BF16", [], 14, 16)}}   `;
  const { tensors, metadata } = await readSafetensorsHeader(fileOf(header, 16));
  const start = 8 + header.length;
  expect(metadata).toEqual({ format: "pt" });
  expect(tensors.map(({ name, startByte, endByte }) => [name, startByte - start, endByte - start])).toEqual([
    ["a", 0, 8],
    ["none", 8, 8],
    ["b", 8, 14],
    ["one", 14, 16],
  ]);
});

const lies: readonly [string, ReturnType<typeof fileOf>, RegExp][] = [
  ["an empty file", createMemorySource("x", new Uint8Array(0)), /0 bytes, too few/],
  ["a header longer than the file", fileOf("{}", 0, 3n), /claims 3 bytes, more than the 2/],
  ["a header length of 2^64 - 1", fileOf("{}", 0, 2n ** 64n - 1n), /claims 18446744073709551615 bytes/],
  ["no JSON", fileOf("{", 0), /not JSON/],
  ["broken UTF-8", fileOf(Uint8Array.of(0x7b, 0xff, 0x7d), 0), /not JSON/],
  ["an array", fileOf("[]", 0), /not a JSON object/],
  ["leading space", fileOf(" {}", 0), /not a JSON object/],
  ["a missing field", fileOf(`{"a":{"dtype":"F32","shape":[1]}}`, 4), /entry of tensor "a" is wrong/],
  [
    "an extra field",
    fileOf(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, 4),
    /entry of tensor "a"/,
  ],
  ["a negative extent", fileOf(`{"a":${entry("F32", [-1], 0, 4)}}`, 4), /entry of tensor "a"/],
  ["a fractional offset", fileOf(`{"a":${entry("F32", [1], 0.5, 4.5)}}`, 5), /entry of tensor "a"/],
  ["metadata that is not text", fileOf(`{"__metadata__":{"a":1}}`, 0), /its metadata is wrong/],
  ["too few bytes for the shape", fileOf(`{"a":${entry("F32", [3], 0, 8)}}`, 8), /needs 12/],
  [
    "a shape whose product overflows",
    fileOf(`{"a":${entry("F32", [2 ** 52, 2 ** 52], 0, 8)}}`, 8),
    /has 8 bytes/,
  ],
  ["end before start", fileOf(`{"a":${entry("F32", [1], 8, 4)}}`, 8), /has -4 bytes/],
  [
    "a tensor past the end",
    fileOf(`{"a":${entry("F32", [4], 0, 16)}}`, 12),
    /4 bytes past the end of the file/,
  ],
  [
    "an overlap",
    fileOf(`{"a":${entry("U8", [4], 0, 4)},"b":${entry("U8", [4], 2, 6)}}`, 6),
    /"b" at byte \d+ overlaps/,
  ],
  [
    "a gap",
    fileOf(`{"a":${entry("U8", [4], 0, 4)},"b":${entry("U8", [4], 5, 9)}}`, 9),
    /"b" at byte \d+ lies behind a gap of 1 bytes/,
  ],
  [
    "an unaligned tensor",
    fileOf(`{"a":${entry("U8", [1], 0, 1)},"b":${entry("F32", [1], 1, 5)}}`, 5),
    /"b" at byte \d+ is not aligned: F32 begins at a multiple of 4/,
  ],
  ["a header of 10 GB", fileOf("{}", 0, 10_000_000_000n), /claims 10000000000 bytes/],
  ["a name without end", fileOf(JSON.stringify({ ["a".repeat(5_000_000)]: {} }), 0), /5000000 characters/],
  ["endless dimensions", fileOf(`{"a":${entry("U8", Array(65).fill(1), 0, 1)}}`, 1), /entry of tensor "a"/],
  ["a rest", fileOf(`{"a":${entry("U8", [4], 0, 4)}}`, 6), /2 bytes at its end/],
  [
    "a name twice",
    fileOf(`{"a":${entry("U8", [4], 0, 4)},"\\u0061":${entry("U8", [4], 0, 4)}}`, 4),
    /names a tensor twice/,
  ],
];

describe("a lying file is refused in words:", () => {
  test.each(lies)("%s", async (_, file, message) => {
    await expect(readSafetensorsHeader(file)).rejects.toMatchObject({ tag: "bad-format" });
    await expect(readSafetensorsHeader(file)).rejects.toThrow(message);
  });
});

test("an unknown number format is unsupported, by name", async () => {
  const file = fileOf(`{"a":${entry("F4", [2], 0, 1)}}`, 1);
  await expect(readSafetensorsHeader(file)).rejects.toMatchObject({
    tag: "unsupported",
    fields: { dtype: "F4" },
  });
});

test("colons, braces and quotes inside names count for nothing", async () => {
  const header = JSON.stringify({ 'a":{': { dtype: "U8", shape: [1], data_offsets: [0, 1] } });
  expect((await readSafetensorsHeader(fileOf(header, 1))).tensors[0]?.name).toBe('a":{');
});

test("what is written is read back, aligned", async () => {
  const specs = [
    { name: "half", dtype: "F16", shape: [3] },
    { name: "mask", dtype: "U8", shape: [5] },
    { name: "whole", dtype: "F32", shape: [2, 2] },
  ] as const;
  const layout = encodeSafetensorsHead(specs, { format: "pt" });
  const file = new Uint8Array(layout.fileBytes);
  file.set(layout.head);
  const read = await readSafetensorsHeader(createMemorySource("written", file));
  expect(read).toEqual({ tensors: layout.tensors, metadata: { format: "pt" } });
  expect(layout.head.byteLength % 8).toBe(0);
  expect(read.tensors.map(({ name }) => name)).toEqual(["whole", "half", "mask"]);
  expect(read.tensors[0]?.startByte).toBe(layout.head.byteLength);
});

test("a file that transformers saved", async () => {
  const bytes = readFileSync(
    join(import.meta.dirname, "../../runtime/fixtures/tinyPythia/model.safetensors"),
  );
  const { tensors, metadata } = await readSafetensorsHeader(createMemorySource("tinyPythia", bytes));
  expect(metadata).toEqual({ format: "pt" });
  expect(tensors).toHaveLength(28);
  expect(tensors.find(({ name }) => name === "embed_out.weight")).toMatchObject({
    dtype: "F16",
    shape: [120, 32],
  });
});
