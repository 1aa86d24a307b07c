/** Opening checkpoints, whole and in shards. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { concatBytes } from "../base/bytes.ts";
import type { FileSet } from "../storage/byteSource.ts";
import { createFileSet, createMemorySource } from "../storage/memory.ts";
import { createNodeFileSet } from "../storage/nodeFile.ts";
import { encodeSafetensorsHead } from "./encode.ts";
import { openCheckpoint } from "./open.ts";
import { type TensorSpec, tensorBytes } from "./tensor.ts";

const { signal } = new AbortController();
const tinyPythia = createNodeFileSet(join(import.meta.dirname, "../runtime/fixtures/tinyPythia"));

/** A weights file whose tensors' bytes all have the given values. */
function weightsOf(tensors: readonly (TensorSpec & { readonly fill: number })[]): Uint8Array {
  const layout = encodeSafetensorsHead(tensors, { format: "pt" });
  const fills = new Map(tensors.map(({ name, fill }) => [name, fill]));
  return concatBytes([
    layout.head,
    ...layout.tensors.map((tensor) => new Uint8Array(tensorBytes(tensor)).fill(fills.get(tensor.name)!)),
  ]);
}

function folderOf(files: Readonly<Record<string, Uint8Array | string>>): FileSet {
  const sources = Object.entries(files).map(([path, content]) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return [path, createMemorySource(path, bytes)] as const;
  });
  return createFileSet("folder", new Map(sources));
}

const A = { name: "a", dtype: "F16", shape: [4], fill: 1 } as const;
const B = { name: "b", dtype: "F32", shape: [2, 3], fill: 2 } as const;
const MASK = { name: "mask", dtype: "U8", shape: [9], fill: 3 } as const;
const ONE = folderOf({ "config.json": `{"x":1}`, "model.safetensors": weightsOf([A, B, MASK]) });

describe("opening", () => {
  test("reads what transformers saved, one weight at a time", async () => {
    const checkpoint = await openCheckpoint(tinyPythia, signal);
    expect(checkpoint.config).toMatchObject({ model_type: "gpt_neox", hidden_size: 32 });
    expect(checkpoint.tokenizer).toBeNull();
    const weight = await checkpoint.readWeight("gpt_neox.final_layer_norm.weight", signal);
    expect(weight.dtype).toBe("float16");
    expect(weight.bytes.byteLength).toBe(64);
    expect(await checkpoint.readFile("nothing.json", signal)).toBeNull();
    await expect(checkpoint.readWeight("no.such", signal)).rejects.toMatchObject({ tag: "not-found" });
    const stopped = checkpoint.readWeight("embed_out.weight", AbortSignal.abort());
    await expect(stopped).rejects.toMatchObject({ tag: "cancelled" });
  });

  test("reads shards through their index as if they were one file", async () => {
    const index = { metadata: {}, weight_map: { a: "one.safetensors", b: "two.safetensors" } };
    const files = {
      "config.json": "{}",
      "tokenizer.json": `{"t":1}`,
      "one.safetensors": weightsOf([A]),
      "two.safetensors": weightsOf([B]),
    };
    const open = (map: unknown, more: Record<string, Uint8Array | string> = {}) =>
      openCheckpoint(
        folderOf({ ...files, "model.safetensors.index.json": JSON.stringify(map), ...more }),
        signal,
      );
    const checkpoint = await open(index);
    expect(checkpoint.tensors.map(({ name, file }) => [name, file])).toEqual([
      ["a", "one.safetensors"],
      ["b", "two.safetensors"],
    ]);
    expect(checkpoint.tokenizer).toEqual({ t: 1 });
    expect((await checkpoint.readWeight("b", signal)).bytes).toEqual(new Uint8Array(24).fill(2));
    await expect(open({ weight_map: { a: "../one.safetensors" } })).rejects.toMatchObject({
      tag: "bad-format",
    });
    await expect(open({ weight_map: { a: "one.safetensors", c: "one.safetensors" } })).rejects.toThrow(
      /2 tensors/,
    );
    await expect(open(index, { "two.safetensors": weightsOf([A, B]) })).rejects.toThrow(/does not place "a"/);
    await expect(open({ weight_map: { a: "three.safetensors" } })).rejects.toMatchObject({
      tag: "not-found",
    });
  });

  test("says what is missing or cannot be read", async () => {
    const tag = async (files: FileSet) =>
      openCheckpoint(files, signal).then(
        () => null,
        (thrown) => thrown,
      );
    expect(await tag(folderOf({}))).toMatchObject({
      tag: "not-found",
      message: "folder holds no config.json.",
    });
    expect(await tag(folderOf({ "config.json": "{}" }))).toMatchObject({ tag: "not-found" });
    expect(await tag(folderOf({ "config.json": "{" }))).toMatchObject({ tag: "bad-format" });
    const pickled = folderOf({ "config.json": "{}", "pytorch_model.bin": "x" });
    expect(await tag(pickled)).toMatchObject({ tag: "unsupported", fields: { file: "pytorch_model.bin" } });
    const masks = await openCheckpoint(ONE, signal);
    await expect(masks.readWeight("mask", signal)).rejects.toThrow(/stored as uint8/);
    expect(await masks.readTensor("mask", signal)).toEqual(new Uint8Array(9).fill(3));
  });
});
