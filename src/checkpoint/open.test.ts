/** Opening checkpoints, whole and in shards. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { concatBytes } from "../base/bytes.ts";
import type { FileSet } from "../storage/byteSource.ts";
import { createFileSet, createMemorySource } from "../storage/memory.ts";
import { createNodeFileSet } from "../storage/node/nodeFile.ts";
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
    const whole = await checkpoint.readWeight("embed_out.weight", signal);
    const part = await checkpoint.readElements("embed_out.weight", 33, 40, signal);
    expect(part).toEqual({ dtype: "float16", bytes: whole.bytes.slice(66, 80) });
    for (const [start, end] of [
      [-1, 4],
      [4, 3],
      [0, 120 * 32 + 1],
      [0.5, 1],
      [0, Number.NaN],
    ] as const) {
      const outside = checkpoint.readElements("embed_out.weight", start, end, signal);
      await expect(outside).rejects.toMatchObject({ tag: "internal" });
    }
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
    expect(await tag(pickled)).toMatchObject({ tag: "bad-format", fields: { file: "pytorch_model.bin" } });
    const page = folderOf({ "config.json": "\n<!DOCTYPE html><title>Sign in</title>" });
    expect(await tag(page)).toMatchObject({
      tag: "bad-format",
      message: "config.json of folder is an HTML page, not JSON.",
    });
    expect(await tag(folderOf({ "config.json": "[]" }))).toMatchObject({ tag: "bad-format" });
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1000\n";
    for (const name of ["model.safetensors", "pytorch_model.bin"]) {
      expect(await tag(folderOf({ "config.json": "{}", [name]: pointer }))).toMatchObject({
        tag: "bad-format",
        message: `${name} is a Git LFS pointer, not weights.`,
      });
    }
    const masks = await openCheckpoint(ONE, signal);
    await expect(masks.readWeight("mask", signal)).rejects.toThrow(/stored as uint8/);
    expect(await masks.readTensor("mask", signal)).toEqual(new Uint8Array(9).fill(3));
  });
});

/** The files of a fixture folder whose names fit, with a configuration. */
function torchFolder(names: RegExp): FileSet {
  const all = createNodeFileSet(join(import.meta.dirname, "fixtures/torch"));
  return {
    name: "torch",
    open: async (path, during) =>
      path === "config.json" || names.test(path) ? all.open(path, during) : null,
  };
}

describe("PyTorch files", () => {
  const variants = {
    "one safetensors file": /^model\.safetensors$/,
    "safetensors shards": /^model.*(of-00002\.safetensors|index\.json)$/,
    "one pickle": /^pytorch_model\.bin$/,
    "pickle shards": /^pytorch_model.*(of-00002\.bin|index\.json)$/,
  };

  test("give the same tensors as safetensors, whole and in shards", async () => {
    const contents = await Promise.all(
      Object.values(variants).map(async (names) => {
        const checkpoint = await openCheckpoint(torchFolder(names), signal);
        const tensors = checkpoint.tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
        return Promise.all(
          tensors.map(async ({ name, dtype, shape }) => {
            return { name, dtype, shape, bytes: await checkpoint.readTensor(name, signal) };
          }),
        );
      }),
    );
    expect(contents[0]).toHaveLength(34);
    for (const content of contents.slice(1)) expect(content).toEqual(contents[0]);
  });

  test("are read only where there are no safetensors", async () => {
    const filesOf = async (names: RegExp) =>
      (await openCheckpoint(torchFolder(names), signal)).files.map(({ name }) => name);
    expect(await filesOf(/./)).toEqual(["model.safetensors"]);
    expect(await filesOf(/of-00002|index|pytorch/)).toEqual([
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
    ]);
    expect(await filesOf(/pytorch/)).toEqual(["pytorch_model.bin"]);
  });

  test("in shards must fit their index", async () => {
    const open = (weight_map: unknown) =>
      openCheckpoint(
        folderOf({
          "config.json": "{}",
          "pytorch_model.bin.index.json": JSON.stringify({ weight_map }),
          "float32.bin": readFileSync(join(import.meta.dirname, "fixtures/torch/float32.bin")),
        }),
        signal,
      );
    const good = await open({ weight: "float32.bin", bias: "float32.bin" });
    expect(good.tensors.map(({ name }) => name)).toEqual(["weight", "bias"]);
    await expect(open({ weight: "float32.bin" })).rejects.toThrow(/does not place "bias" in float32\.bin/);
    for (const name of ["../float32.bin", "/etc/passwd.bin", ".bin", "a/b.bin", "float32.safetensors"]) {
      await expect(open({ weight: name })).rejects.toMatchObject({ tag: "bad-format" });
    }
    await expect(open({ weight: "other.bin" })).rejects.toMatchObject({ tag: "not-found" });
  });
});
