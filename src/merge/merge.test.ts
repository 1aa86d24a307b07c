/** Methods, plans and merged files, on a small model that transformers saved. */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { concatBytes } from "../base/bytes.ts";
import { float16Bits, float16Value } from "../base/float16.ts";
import { encodeSafetensorsHead } from "../checkpoint/encode.ts";
import { readSafetensorsHeader } from "../checkpoint/formats/safetensors.ts";
import type { Checkpoint } from "../checkpoint/open.ts";
import type { TensorSpec } from "../checkpoint/tensor.ts";
import type { ExportDtype } from "../domain/export.ts";
import { collectFile, type MergedFile, type MergeRequest, mergeToFiles } from "./execute.ts";
import { openFiles, openFolder } from "./fixtures/files.ts";
import { linear } from "./methods/linear.ts";
import { findMergeMethod, MERGE_METHODS } from "./methods/table.ts";
import { uniform } from "./methods/uniform.ts";
import { planMerge } from "./plan.ts";

const { signal } = new AbortController();
const FIXTURE = join(import.meta.dirname, "../runtime/fixtures/tinyPythia");
const HEAD = "embed_out.weight";
const MASK = "gpt_neox.layers.0.attention.bias";
const TOKENIZER = { model: { vocab: { a: 0, b: 1 } }, added_tokens: [{ content: "<end>", id: 2 }] };

/** The fixture with its weights changed, a mask, a stranger and a tokenizer added. */
async function variant(name: string, change: (value: number, index: number) => number): Promise<Checkpoint> {
  const base = await openFolder(FIXTURE);
  const config = (await base.readFile("config.json", signal))!;
  const extra: TensorSpec[] = [
    { name: MASK, dtype: "U8", shape: [6] },
    { name: "stranger", dtype: "F32", shape: [1] },
  ];
  const layout = encodeSafetensorsHead([...base.tensors, ...extra], { format: "pt" });
  const parts: Uint8Array[] = [layout.head];
  for (const tensor of layout.tensors) {
    if (tensor.name === MASK) parts.push(new Uint8Array(6).fill(name.length));
    else if (tensor.name === "stranger") parts.push(new Uint8Array(4));
    else {
      const halves = new Uint16Array((await base.readTensor(tensor.name, signal)).buffer);
      const changed = halves.map((bits, i) => float16Bits(change(float16Value(bits), i)));
      parts.push(new Uint8Array(changed.buffer));
    }
  }
  const files = new Map([
    ["config.json", config],
    ["model.safetensors", concatBytes(parts)],
    ["tokenizer.json", new TextEncoder().encode(JSON.stringify(TOKENIZER))],
  ]);
  return openFiles(name, files);
}

const PROVENANCE = { version: "0.0.0", sha256: [], derived: null };

function requestOf(
  coefficients: readonly number[],
  dtype: ExportDtype = "float16",
  more: Partial<MergeRequest> = {},
): MergeRequest {
  const recipe = { parents: ["older", "newer"], coefficients };
  return { recipe, dtype, arithmetic: "fp32", maxShardBytes: 5e9, ...more };
}

const weightsOf = (files: readonly MergedFile[]) => files.find(({ name }) => name === "model.safetensors")!;

let older: Checkpoint;
let newer: Checkpoint;
beforeAll(async () => {
  older = await variant("older", (value) => value);
  newer = await variant("the newer", (value, index) => value * 1.01 + ((index % 7) - 3) * 1e-3);
});

async function halvesOf(checkpoint: Checkpoint, name: string): Promise<number[]> {
  const { bytes } = await checkpoint.readWeight(name, signal);
  return Array.from(new Uint16Array(bytes.buffer), float16Value);
}

describe("methods", () => {
  test("describe themselves, once each", () => {
    expect(new Set(MERGE_METHODS.map(({ name }) => name)).size).toBe(MERGE_METHODS.length);
    expect(() => findMergeMethod("magic")).toThrow(
      expect.objectContaining({
        tag: "usage",
        advice: expect.stringContaining("linear, uniform, lawa, greedy"),
      }),
    );
  });

  test("linear: λ is the weight of the newer; weights must make 1", () => {
    expect(linear.coefficients(2, { lambda: 0.75 })).toEqual([0.25, 0.75]);
    expect(linear.coefficients(3, { weights: [0.25, 0.25, 0.5] })).toEqual([0.25, 0.25, 0.5]);
    expect(() => linear.coefficients(3, { weights: [1, 1, 2] })).toThrow(
      expect.objectContaining({ advice: "In the same proportions: 0.25,0.25,0.5." }),
    );
    const misuses = [
      {},
      { lambda: 1, weights: [1, 1] },
      { lambda: Number.NaN },
      { weights: [1] },
      { weights: [1, -1] },
    ];
    for (const options of misuses) {
      expect(() => linear.coefficients(2, options)).toThrow(expect.objectContaining({ tag: "usage" }));
    }
    expect(() => linear.coefficients(3, { lambda: 0.5 })).toThrow(/exactly two|cannot weigh 3/);
  });

  test("uniform: the mean", () => {
    expect(uniform.coefficients(4, {})).toEqual([0.25, 0.25, 0.25, 0.25]);
  });
});

describe("a plan", () => {
  test("merges parameters, copies buffers, leaves strangers out, skips parents of weight 0", () => {
    const plan = planMerge([older, newer], [0, 1], "float16");
    expect(plan.terms).toEqual([{ parent: 1, coefficient: 1 }]);
    expect(plan.merged).toHaveLength(28);
    expect(plan.copied.map(({ name }) => name)).toEqual([MASK]);
    expect(plan.leftOut).toEqual(["stranger"]);
    expect(plan.recipe).toEqual({ parents: ["older", "the newer"], coefficients: [0, 1] });
  });

  test("refuses parents that do not fit, by name", () => {
    const plan = (changed: object) => () =>
      planMerge([{ ...older, ...changed }, newer], [0.5, 0.5], "float16");
    const config = newer.config as Record<string, unknown>;
    expect(plan({ config: { ...config, layer_norm_eps: 1e-6 } })).toThrow(
      "older and the newer cannot be merged: normEps is 0.000001 in the one and 0.00001 in the other.",
    );
    const other = (vocab: object) => ({ tokenizer: { ...TOKENIZER, model: { vocab } } });
    expect(plan(other({ a: 1, b: 0 }))).toThrow(/tokenizers give "a" different ids/);
    expect(plan(other({ a: 0 }))).toThrow(/know 2 and 3 tokens/);
    expect(plan({ tokenizer: null })).not.toThrow();
    const without = older.tensors.filter(({ name }) => name !== HEAD);
    expect(plan({ tensors: without })).toThrow(`Weight "${HEAD}" of older is missing.`);
    const reshaped = { name: HEAD, dtype: "F16", shape: [32, 120] } as const;
    expect(plan({ tensors: [...without, reshaped] })).toThrow(/has shape \[32,120\], not \[120,32\]/);
    expect(plan({ config: { ...config, model_type: "mamba" } })).toThrow(/mamba/);
  });

  test("refuses coefficients that do not make 1", () => {
    for (const coefficients of [[0.5], [0.5, 0.6], [Number.NaN, 1]]) {
      expect(() => planMerge([older, newer], coefficients, "float16")).toThrow(/do not merge 2 checkpoints/);
    }
  });
});

describe("a merged checkpoint", () => {
  async function merged(lambda: number, dtype: "float16" | "bfloat16" | "float32", parents = [older, newer]) {
    const files = await mergeToFiles(parents, requestOf([1 - lambda, lambda], dtype), PROVENANCE, signal);
    const contents = await Promise.all(
      files.map(async (file) => [file.name, await collectFile(file)] as const),
    );
    for (const [i, [, bytes]] of contents.entries()) expect(bytes.byteLength).toBe(files[i]!.byteLength);
    return { files: new Map(contents), checkpoint: await openFiles("merged", new Map(contents)) };
  }

  test("has the weights the plain formula gives, to the bit", async () => {
    const { checkpoint } = await merged(0.87, "float16");
    for (const name of [HEAD, "gpt_neox.layers.1.attention.dense.bias"]) {
      const [a, b] = [await halvesOf(older, name), await halvesOf(newer, name)];
      const [ca, cb] = [Math.fround(1 - 0.87), Math.fround(0.87)];
      const plain = a.map((value, i) => {
        const sum = Math.fround(Math.fround(ca * value) + Math.fround(cb * b[i]!));
        return float16Value(float16Bits(sum));
      });
      expect(await halvesOf(checkpoint, name)).toEqual(plain);
    }
  });

  test("carries the newer parent's buffers, tokenizer and configuration", async () => {
    const { files, checkpoint } = await merged(0.5, "bfloat16");
    expect(await checkpoint.readTensor(MASK, signal)).toEqual(new Uint8Array(6).fill("the newer".length));
    expect(checkpoint.tensors.some(({ name }) => name === "stranger")).toBe(false);
    expect(checkpoint.tokenizer).toEqual(TOKENIZER);
    expect(checkpoint.config).toEqual({ ...(newer.config as object), dtype: "bfloat16" });
    expect([...files.keys()]).toEqual(["model.safetensors", "tokenizer.json", "mergekit.yml", "config.json"]);
  });

  test("at λ = 0 and 1 is a parent, to the bit", async () => {
    for (const [lambda, parent] of [
      [0, older],
      [1, newer],
    ] as const) {
      const { checkpoint } = await merged(lambda, "float16");
      expect(await checkpoint.readWeight(HEAD, signal)).toEqual(await parent.readWeight(HEAD, signal));
    }
  });

  test("in float32 keeps what float16 would round away", async () => {
    const { checkpoint } = await merged(0.5, "float32");
    const { bytes } = await checkpoint.readWeight(HEAD, signal);
    const [a, b] = [await halvesOf(older, HEAD), await halvesOf(newer, HEAD)];
    expect([...new Float32Array(bytes.buffer)]).toEqual(
      a.map((value, i) => Math.fround(0.5 * value + 0.5 * b[i]!)),
    );
  });

  test("comes in shards as in one file, with an index that transformers reads", async () => {
    const whole = await merged(0.25, "float16");
    const files = await mergeToFiles(
      [older, newer],
      requestOf([0.75, 0.25], "float16", { maxShardBytes: 9000 }),
      PROVENANCE,
      signal,
    );
    const contents = new Map(
      await Promise.all(files.map(async (file) => [file.name, await collectFile(file)] as const)),
    );
    const shards = [...contents.keys()].filter((name) => name.endsWith(".safetensors"));
    expect(shards.length).toBeGreaterThan(2);
    expect(shards[1]).toBe(`model-00002-of-0000${shards.length}.safetensors`);
    const index = JSON.parse(new TextDecoder().decode(contents.get("model.safetensors.index.json")));
    const tensorBytes = whole.checkpoint.tensors.map(({ startByte, endByte }) => endByte - startByte);
    expect(index.metadata.total_size).toBe(tensorBytes.reduce((sum, bytes) => sum + bytes, 0));
    const sharded = await openFiles("sharded", contents);
    expect(sharded.tensors.map(({ name }) => name).sort()).toEqual(
      whole.checkpoint.tensors.map(({ name }) => name).sort(),
    );
    for (const { name } of whole.checkpoint.tensors)
      expect(await sharded.readTensor(name, signal)).toEqual(await whole.checkpoint.readTensor(name, signal));
  });

  test("says what it was made of, and how mergekit makes it", async () => {
    const request = {
      ...requestOf([0.13, 0.87]),
      recipe: { parents: ["hf:org/run@step1", "b"], coefficients: [0.13, 0.87] },
    };
    const sha256 = [{ "model.safetensors": "ab" }, { "model.safetensors": "cd" }];
    const files = await mergeToFiles(
      [older, newer],
      request,
      { version: "1.2.3", sha256, derived: null },
      signal,
    );
    const text = async (name: string) =>
      new TextDecoder().decode(await collectFile(files.find((file) => file.name === name)!));
    expect(parse(await text("mergekit.yml"))).toEqual({
      merge_method: "linear",
      models: [
        { model: "org/run@step1", parameters: { weight: 0.13 } },
        { model: "b", parameters: { weight: 0.87 } },
      ],
      parameters: { normalize: false },
      dtype: "float32",
      out_dtype: "float16",
    });
    const bytes = await collectFile(weightsOf(files));
    const source = {
      name: "model.safetensors",
      byteLength: bytes.byteLength,
      read: async (a: number, b: number) => bytes.slice(a, b),
    };
    const { metadata } = await readSafetensorsHeader(source);
    expect(metadata.format).toBe("pt");
    expect(JSON.parse(metadata.mergescope_recipe ?? "")).toEqual({
      mergescope: "1.2.3",
      method: "linear",
      arithmetic: "fp32",
      dtype: "float16",
      parents: [
        { name: "hf:org/run@step1", coefficient: 0.13, sha256: sha256[0] },
        { name: "b", coefficient: 0.87, sha256: sha256[1] },
      ],
    });
  });

  test("names the parent, tensor and element where a weight is no number, wherever it lies", async () => {
    for (const bad of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const broken = await variant("broken", (value, index) => (index === 31 ? bad : value));
      for (const arithmetic of ["fp32", "mergekit"] as const) {
        const request = { ...requestOf([0.5, 0.5], "bfloat16", { arithmetic }) };
        const files = await mergeToFiles([older, broken], request, PROVENANCE, signal);
        await expect(collectFile(weightsOf(files))).rejects.toMatchObject({
          tag: "numerics",
          message: expect.stringMatching(
            /^"gpt_neox.+" cannot be merged: its element 31 in broken is NaN or infinite\.$/,
          ),
          fields: { index: 31, checkpoint: "broken" },
        });
      }
    }
  });

  test("is refused where float16 cannot hold it, and stops when told to", async () => {
    const huge = await variant("huge", () => 65_504);
    const parents = [huge, huge];
    const files = await mergeToFiles(parents, requestOf([-1, 2]), PROVENANCE, signal);
    expect((await collectFile(weightsOf(files))).byteLength).toBe(weightsOf(files).byteLength);
    const tooMuch = await variant("too much", (value) => (value > 0 ? 65_504 : -65_504));
    const over = await mergeToFiles([older, tooMuch], requestOf([-0.5, 1.5]), PROVENANCE, signal);
    await expect(collectFile(weightsOf(over))).rejects.toMatchObject({ tag: "numerics" });
    const stop = new AbortController();
    const stopped = await mergeToFiles(parents, requestOf([0, 1]), PROVENANCE, stop.signal);
    let chunks = 0;
    const reading = async () => {
      for await (const chunk of weightsOf(stopped).chunks()) {
        chunks += chunk.byteLength > 0 ? 1 : 0;
        if (chunks === 3) stop.abort();
      }
    };
    await expect(reading()).rejects.toMatchObject({ tag: "cancelled" });
    expect(chunks).toBe(3);
  });
});
