/**
 * The merge of two shipped checkpoints against mergekit's `linear` in fp32, stored as fp16; tools/golden wrote the
 * hashes. Version 0.1.4 sums products as we do. Version 0.1.5 fuses each multiplication with its addition, which moves
 * a few results by one step of fp16; a plain fused twin shows that nothing else differs.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { concatBytes, sha256Hex } from "../base/bytes.ts";
import { decodeFloat16, encodeBfloat16, float16Bits, float16Value } from "../base/float16.ts";
import { encodeSafetensorsHead } from "../checkpoint/encode.ts";
import type { Checkpoint } from "../checkpoint/open.ts";
import { collectFile, mergeToFiles } from "./execute.ts";
import { openFiles, openFolder } from "./fixtures/files.ts";

type Golden = {
  readonly lambda: number;
  readonly parents: readonly [number, number];
  readonly parentSha256: readonly string[];
  readonly runs: Readonly<
    Record<
      "0.1.4" | "0.1.5",
      {
        readonly sha256: Readonly<Record<string, string>>;
        /** Only in 0.1.4's run. */
        readonly float16Sha256?: Readonly<Record<string, string>>;
        readonly bfloat16Sha256?: Readonly<Record<string, string>>;
        readonly againstFormula: { readonly elements: number; readonly differing: number };
      }
    >
  >;
};

const golden: Golden = JSON.parse(
  readFileSync(join(import.meta.dirname, "fixtures/mergekitLinear.json"), "utf8"),
);
const { signal } = new AbortController();
const names = Object.keys(golden.runs["0.1.4"].sha256);
const request = {
  recipe: { parents: ["older", "newer"], coefficients: [1 - golden.lambda, golden.lambda] },
  dtype: "float16",
  arithmetic: "fp32",
  maxShardBytes: 5e9,
} as const;
const PROVENANCE = { version: "0.0.0", sha256: [], derived: null };
let parents: readonly [Checkpoint, Checkpoint];
let merged: Checkpoint;

beforeAll(async () => {
  const [older, newer] = await Promise.all(
    golden.parents.map((step) => openFolder(join(import.meta.dirname, `../../public/demo/step${step}`))),
  );
  parents = [older!, newer!];
  const files = await mergeToFiles(parents, request, PROVENANCE, signal);
  const contents = files.map(async (file) => [file.name, await collectFile(file)] as const);
  merged = await openFiles("merged", new Map(await Promise.all(contents)));
});

async function patternsOf(checkpoint: Checkpoint, name: string): Promise<Uint16Array<ArrayBuffer>> {
  return new Uint16Array((await checkpoint.readWeight(name, signal)).bytes.buffer);
}

/** (1−λ)·a rounded to fp32, then λ·b + that, rounded to fp32 once: λ·b is exact in double precision. */
async function fusedMerge(name: string): Promise<Uint16Array<ArrayBuffer>> {
  const [a, b] = await Promise.all(parents.map((parent) => patternsOf(parent, name)));
  const [ca, cb] = [Math.fround(1 - golden.lambda), Math.fround(golden.lambda)];
  return a!.map((bits, i) => {
    const first = Math.fround(ca * float16Value(bits));
    return float16Bits(Math.fround(first + cb * float16Value(b![i]!)));
  });
}

test("the goldens are of the checkpoints that are shipped", async () => {
  const hashes = parents.map(async (parent) =>
    sha256Hex((await parent.readFile("model.safetensors", signal))!),
  );
  expect(await Promise.all(hashes)).toEqual(golden.parentSha256);
  expect(merged.tensors.map(({ name }) => name).sort()).toEqual(names);
});

test("every tensor has the bytes that mergekit 0.1.4 gives", async () => {
  for (const name of names) {
    const { bytes } = await merged.readWeight(name, signal);
    expect({ name, sha256: await sha256Hex(bytes) }).toEqual({
      name,
      sha256: golden.runs["0.1.4"].sha256[name],
    });
  }
});

test("mergekit 0.1.5 differs by the fused multiply-add and nothing else", async () => {
  const run = golden.runs["0.1.5"];
  let differing = 0;
  for (const name of names) {
    const fused = await fusedMerge(name);
    expect({ name, sha256: await sha256Hex(new Uint8Array(fused.buffer)) }).toEqual({
      name,
      sha256: run.sha256[name],
    });
    const ours = await patternsOf(merged, name);
    const steps = ours.map((bits, i) => Math.abs(bits - fused[i]!));
    expect(steps.filter((step) => step > 1)).toHaveLength(0);
    differing += steps.filter((step) => step > 0).length;
  }
  expect(differing).toBe(run.againstFormula.differing);
  expect(differing / run.againstFormula.elements).toBeLessThan(1e-4);
});

function inBfloat16Bits(float16: Uint16Array): Uint8Array {
  const [values, halves] = [new Float32Array(float16.length), new Uint16Array(float16.length)];
  decodeFloat16(float16, values);
  encodeBfloat16(values, halves);
  return new Uint8Array(halves.buffer);
}

/** A checkpoint with the same weights in bfloat16. */
async function inBfloat16(checkpoint: Checkpoint): Promise<Checkpoint> {
  const specs = checkpoint.tensors.map(({ name, shape }) => ({ name, shape, dtype: "BF16" as const }));
  const layout = encodeSafetensorsHead(specs, { format: "pt" });
  const parts: Uint8Array[] = [layout.head];
  for (const { name } of layout.tensors) parts.push(inBfloat16Bits(await patternsOf(checkpoint, name)));
  const config = new TextEncoder().encode(JSON.stringify(checkpoint.config));
  const files = [
    ["config.json", config],
    ["model.safetensors", concatBytes(parts)],
  ] as const;
  return openFiles(checkpoint.name, new Map(files));
}

test.each(["float16", "bfloat16"] as const)(
  "mergekit's own arithmetic in %s is reproduced to the bit",
  async (dtype) => {
    const expected = golden.runs["0.1.4"][`${dtype}Sha256`]!;
    const given = dtype === "float16" ? parents : await Promise.all(parents.map(inBfloat16));
    const files = await mergeToFiles(
      given,
      { ...request, dtype, arithmetic: "mergekit" },
      PROVENANCE,
      signal,
    );
    const contents = files.map(async (file) => [file.name, await collectFile(file)] as const);
    const checkpoint = await openFiles("as mergekit", new Map(await Promise.all(contents)));
    const hashes = await Promise.all(
      names.map(
        async (name) => [name, await sha256Hex((await checkpoint.readWeight(name, signal)).bytes)] as const,
      ),
    );
    expect(Object.fromEntries(hashes)).toEqual(expected);
  },
);
