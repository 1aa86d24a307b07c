/** Reports of checkpoints, and which of several are the same. */
import { describe, expect, test } from "vitest";
import { concatBytes, sha256Hex } from "../base/bytes.ts";
import type { ByteSource, FileSet } from "../storage/byteSource.ts";
import { createFileSet, createMemorySource } from "../storage/memory.ts";
import { encodeSafetensorsHead } from "./encode.ts";
import { type Candidate, findIdentical } from "./identical.ts";
import { type CheckpointFacts, type ExpectedTensors, hashFiles, inspectCheckpoint } from "./inspect.ts";
import { type Checkpoint, openCheckpoint } from "./open.ts";
import { type TensorSpec, tensorBytes } from "./tensor.ts";

const { signal } = new AbortController();

type Filled = TensorSpec & { readonly fill: number };

/** A weights file whose tensors' bytes all have the given values. */
function weightsOf(tensors: readonly Filled[], metadata = {}): Uint8Array<ArrayBuffer> {
  const layout = encodeSafetensorsHead(tensors, metadata);
  const fills = new Map(tensors.map(({ name, fill }) => [name, fill]));
  return concatBytes([
    layout.head,
    ...layout.tensors.map((tensor) => new Uint8Array(tensorBytes(tensor)).fill(fills.get(tensor.name)!)),
  ]);
}

function folderOf(weights: Uint8Array, more: Readonly<Record<string, string>> = {}): FileSet {
  const texts = Object.entries({ "config.json": "{}", ...more }).map(
    ([path, text]) => [path, createMemorySource(path, new TextEncoder().encode(text))] as const,
  );
  const path = "model.safetensors";
  return createFileSet("folder", new Map([...texts, [path, createMemorySource(path, weights)]]));
}

const A = { name: "a", dtype: "F16", shape: [4], fill: 1 } as const;
const B = { name: "b", dtype: "F32", shape: [2, 3], fill: 2 } as const;
const MASK = { name: "mask", dtype: "U8", shape: [9], fill: 3 } as const;

const EXPECTED: ExpectedTensors = {
  architecture: "test",
  parameters: [A, B],
  vocabularySize: 10,
  roleOf: (name) => (name === "mask" ? "buffer" : name === "a" || name === "b" ? "parameter" : "unknown"),
};
const FACTS: CheckpointFacts = {
  name: "disk:folder",
  place: "disk",
  commit: null,
  step: 3,
  bytesToFetch: 0,
  skippedBytes: 9,
  hashes: new Map(),
};

const hashWhole = async (source: ByteSource) => sha256Hex(await source.read(0, source.byteLength));

describe("the report", () => {
  test("counts weights, names buffers, hashes files", async () => {
    const files = folderOf(weightsOf([A, B, MASK]), { "tokenizer.json": "{}" });
    const checkpoint = await openCheckpoint(files, signal);
    const hashes = await hashFiles(checkpoint, files, hashWhole, signal);
    const bytes = checkpoint.files[0]!.bytes;
    expect(inspectCheckpoint(checkpoint, EXPECTED, { ...FACTS, hashes })).toEqual({
      name: "disk:folder",
      place: "disk",
      commit: null,
      step: 3,
      architecture: "test",
      parameters: 10,
      dtype: "float32 and float16",
      files: [{ name: "model.safetensors", bytes, sha256: await sha256Hex(weightsOf([A, B, MASK])) }],
      bytes,
      bytesToFetch: 0,
      skippedBytes: 9,
      tensors: 3,
      skipped: ["mask"],
      warnings: ["Weights are stored in 2 number formats: float32, float16."],
    });
  });

  test("a vouched hash is taken as it is, and nothing is hashed that may not be", async () => {
    const files = folderOf(weightsOf([A]));
    const checkpoint = await openCheckpoint(files, signal);
    const vouched: FileSet = {
      name: "hub",
      async open(path) {
        const source = await files.open(path);
        return source === null ? null : { ...source, sha256: "ab" };
      },
    };
    expect([...(await hashFiles(checkpoint, vouched, hashWhole, signal)).values()]).toEqual(["ab"]);
    expect(await hashFiles(checkpoint, files, null, signal)).toEqual(new Map());
  });

  const warningsOf = async (tensors: readonly Filled[], tokenizer: string | null) => {
    const more = tokenizer === null ? {} : { "tokenizer.json": tokenizer };
    const checkpoint = await openCheckpoint(folderOf(weightsOf(tensors), more), signal);
    return inspectCheckpoint(checkpoint, EXPECTED, FACTS).warnings;
  };

  test("warns of missing, misshapen and unknown tensors", async () => {
    const odd = [
      { ...A, shape: [2, 2] },
      { ...B, name: "c" },
    ];
    expect(await warningsOf(odd, "{}")).toEqual([
      `Weight "a" has shape [2,2], the configuration needs [4].`,
      `Weight "b" is missing.`,
      `Tensor "c" is not part of the architecture and will be left out.`,
    ]);
    const many = Array.from({ length: 30 }, (_, i) => ({ ...A, name: `x${i}` }));
    const warnings = await warningsOf(many, "{}");
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toBe("And 12 more.");
  });

  test("warns of weights and tokenizers that cannot be used", async () => {
    const even = [A, { ...B, dtype: "F16" as const }];
    expect(await warningsOf(even, null)).toEqual(["There is no tokenizer.json: text cannot be evaluated."]);
    const vocab = { model: { vocab: { a: 0, b: 9 } }, added_tokens: [{ id: 10, content: "c" }] };
    expect(await warningsOf(even, JSON.stringify(vocab))).toEqual([
      "The tokenizer has 11 tokens, the model only 10: text cannot be evaluated.",
    ]);
    expect(await warningsOf(even, JSON.stringify({ ...vocab, added_tokens: [] }))).toEqual([]);
    for (const hostile of ["[]", "3", `{"model":{"vocab":{"a":"x","b":null}},"added_tokens":[null,3]}`])
      expect(await warningsOf(even, hostile)).toEqual([]);
    expect((await warningsOf([A, { ...B, dtype: "F64" }], "{}"))[0]).toMatch(/stored as float64/);
  });
});

describe("identical checkpoints", () => {
  /** A candidate, and how many bytes of its weights were read. */
  async function make(
    tensors: readonly Filled[],
    options: Partial<Candidate> & { readonly title?: string } = {},
  ) {
    const checkpoint = await openCheckpoint(
      folderOf(weightsOf(tensors, { title: options.title ?? "" })),
      signal,
    );
    const counter = { bytes: 0, reads: 0, largest: 0 };
    const counting: Checkpoint = {
      ...checkpoint,
      async readElements(...where) {
        const read = await checkpoint.readElements(...where);
        counter.bytes += read.bytes.byteLength;
        counter.reads++;
        counter.largest = Math.max(counter.largest, read.bytes.byteLength);
        return read;
      },
    };
    const weights = checkpoint.tensors.filter(({ name }) => name !== "mask");
    const candidate: Candidate = { checkpoint: counting, weights, hashes: new Map(), far: false, ...options };
    return { candidate, counter };
  }

  const C = { ...A, name: "c" };
  const find = async (made: readonly { readonly candidate: Candidate }[]) =>
    findIdentical(
      made.map(({ candidate }) => candidate),
      signal,
    );

  test("are found by their weights, whatever their order in the file, its metadata and masks", async () => {
    const made = await Promise.all([
      make([A, C]),
      make([A, { ...C, fill: 9 }]),
      make([C, A], { title: "other" }),
      make([A]),
      make([{ ...A, fill: 0 }, C]),
      make([A, C, MASK]),
      make([A, { ...C, dtype: "BF16" }]),
      make([]),
      make([]),
    ]);
    expect(await find(made)).toEqual({
      identical: [
        [0, 2],
        [0, 5],
        [2, 5],
      ],
      alike: [],
    });
  });

  test("are found by hashes without reading a byte", async () => {
    const hashes = (sha256: string) => ({ hashes: new Map([["model.safetensors", sha256]]), far: true });
    const made = await Promise.all(
      ["aa", "bb", "aa"].map((sha256, i) => make([{ ...A, fill: i % 2 }], hashes(sha256))),
    );
    expect(await find([made[0]!, made[2]!])).toEqual({ identical: [[0, 1]], alike: [] });
    expect(made.map(({ counter }) => counter.reads)).toEqual([0, 0, 0]);
    expect((await find(made)).identical).toEqual([[0, 2]]);
    // One of the two stands for both when the third is told apart.
    expect(made.map(({ counter }) => counter.reads)).toEqual([1, 1, 0]);
  });

  test("differing hashes do not make differing weights", async () => {
    const hashes = (sha256: string) => ({ hashes: new Map([["model.safetensors", sha256]]) });
    const made = [await make([A, C], hashes("aa")), await make([C, A], hashes("bb"))];
    expect((await find(made)).identical).toEqual([[0, 1]]);
  });

  const LARGE = { name: "large", dtype: "F16", shape: [8 * 2 ** 20], fill: 5 } as const;

  test("different ones cost one small read each, however many they are", async () => {
    const made = await Promise.all([1, 2, 3, 4, 5].map((fill) => make([{ ...A, fill }, LARGE])));
    expect(await find(made)).toEqual({ identical: [], alike: [] });
    expect(made.map(({ counter }) => counter)).toEqual(made.map(() => ({ bytes: 8, reads: 1, largest: 8 })));
  });

  test("where small tensors have not moved, a block of a large one tells", async () => {
    const made = await Promise.all([1, 2].map((fill) => make([A, C, { ...LARGE, fill }])));
    expect((await find(made)).identical).toEqual([]);
    expect(made[0]!.counter).toEqual({ bytes: 8 + 2 ** 20, reads: 2, largest: 2 ** 20 });
  });

  test("near ones are compared to the end, far ones for a while, both in blocks", async () => {
    const near = await Promise.all([1, 2].map(() => make([A, LARGE])));
    expect(await find(near)).toEqual({ identical: [[0, 1]], alike: [] });
    expect(near[0]!.counter).toMatchObject({ bytes: 8 + 16 * 2 ** 20, largest: 2 ** 20 });
    const far = await Promise.all([true, false].map((isFar) => make([A, LARGE], { far: isFar })));
    expect(await find(far)).toEqual({ identical: [], alike: [[0, 1]] });
    expect(far[1]!.counter.bytes).toBeLessThanOrEqual(8 * 2 ** 20);
    expect(far[1]!.counter.reads).toBeLessThanOrEqual(24);
  });

  test("weights that cannot be read are not compared, and a stop is heard", async () => {
    const wide = await Promise.all([1, 2].map(() => make([{ ...A, dtype: "F64" }])));
    expect(await find(wide)).toEqual({ identical: [], alike: [] });
    const made = await Promise.all([make([A]), make([A])]);
    const stopped = findIdentical(
      made.map(({ candidate }) => candidate),
      AbortSignal.abort(),
    );
    await expect(stopped).rejects.toMatchObject({ tag: "cancelled" });
  });
});
