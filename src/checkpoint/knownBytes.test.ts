/** The computed masks against those that PyTorch saved, from any byte on. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createMemorySource } from "../storage/memory.ts";
import { readSafetensorsHeader } from "./formats/safetensors.ts";
import { readTorchTensors } from "./formats/torchBin.ts";
import { knownExtents } from "./knownBytes.ts";
import type { Dtype } from "./tensor.ts";

const folder = join(import.meta.dirname, "fixtures/torch");

test.each(["pytorch_model.bin", "model.safetensors", "bool.bin"])("in %s", async (file) => {
  const bytes = new Uint8Array(readFileSync(join(folder, file)));
  const source = createMemorySource(file, bytes);
  const found = file.endsWith(".bin")
    ? await readTorchTensors(source)
    : (await readSafetensorsHeader(source)).tensors;
  const extents = knownExtents({ tensors: found.map((tensor) => ({ ...tensor, file })) }).get(file) ?? [];
  expect(extents).toHaveLength(file === "bool.bin" ? 1 : 2);
  for (const { startByte, endByte, fill } of extents) {
    for (let from = startByte; from < endByte; from++) {
      for (const to of [from, from + 1, Math.floor((from + endByte) / 2), endByte]) {
        const out = new Uint8Array(to - from).fill(7);
        fill(from, out);
        expect(out).toEqual(bytes.subarray(from, to));
      }
    }
  }
});

test("only what is a mask is known, each byte once", () => {
  const mask = { dtype: "U8" as Dtype, file: "f", startByte: 100, endByte: 109 };
  const extentsOf = (...tensors: { name: string; shape: number[]; dtype?: Dtype }[]) =>
    knownExtents({ tensors: tensors.map((tensor) => ({ ...mask, ...tensor })) });
  const layer = { name: "layers.0.attention.bias", shape: [1, 1, 3, 3] };
  expect(extentsOf(layer, { ...layer, name: "layers.1.attention.bias" }).get("f")).toHaveLength(1);
  expect(extentsOf({ ...layer, name: "layers.0.attention.dense.bias" }).size).toBe(0);
  expect(extentsOf({ ...layer, name: "crossattention.bias" }).size).toBe(0);
  expect(extentsOf({ ...layer, shape: [1, 1, 9, 1] }).size).toBe(0);
  expect(extentsOf({ ...layer, shape: [3, 3] }).size).toBe(0);
  expect(extentsOf({ ...layer, dtype: "F16" }).size).toBe(0);
});
