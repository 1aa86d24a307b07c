/**
 * Every reader against damaged files, blindly and structure by structure, seeded. Whatever is in a file, a reader either
 * gives tensors that lie in it or refuses in one of the ways a person can be told; it never reads outside of the file,
 * nor much at once, nor for long.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { concatBytes } from "../base/bytes.ts";
import type { ByteSource } from "../storage/byteSource.ts";
import { createFileSet, createMemorySource } from "../storage/memory.ts";
import {
  fields,
  type Lies,
  type Op,
  type Part,
  type PickledTensor,
  pickleOf,
  sparseSource,
  statePickle,
  tensorOp,
  textOp,
  zipPieces,
} from "./fixtures/builders.ts";
import { checkTensors, fuzz, guarded, inputsTried } from "./fixtures/fuzz.ts";
import { type Dice, damageBytes, damageJson, damageList, EDGE_NUMBERS } from "./fixtures/mutate.ts";
import { parsePickle } from "./formats/pickle.ts";
import { readSafetensorsHeader } from "./formats/safetensors.ts";
import { readTorchTensors } from "./formats/torchBin.ts";
import { locateZipEntries, readZipDirectory } from "./formats/zip.ts";
import { openCheckpoint } from "./open.ts";

const { signal } = new AbortController();
/** A hole that only a reader who believes what it is told would read. */
const HOLE = 50e9;

const folder = join(import.meta.dirname, "fixtures/torch");
const load = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const BINS = [
  "float32.bin",
  "shared.bin",
  "dtypes.bin",
  "parameter.bin",
  "protocol4.bin",
  "pytorch_model.bin",
].map(load);
const SAFETENSORS = load("model.safetensors");

afterAll(() => console.info(`fuzz: ${inputsTried()} damaged inputs`));

async function readBin(source: ByteSource): Promise<void> {
  checkTensors(await readTorchTensors(guarded(source)), source.byteLength);
}

async function readHeader(source: ByteSource): Promise<void> {
  checkTensors((await readSafetensorsHeader(guarded(source))).tensors, source.byteLength);
}

describe("safetensors", () => {
  const headerBytes = Number(new DataView(SAFETENSORS.buffer).getBigUint64(0, true));
  const header: unknown = JSON.parse(new TextDecoder().decode(SAFETENSORS.subarray(8, 8 + headerBytes)));
  const small = {
    a: { dtype: "F16", shape: [2, 3], data_offsets: [0, 12] },
    b: { dtype: "U8", shape: [5], data_offsets: [12, 17] },
  };

  test("damaged bytes", { timeout: 120_000 }, async () => {
    const found = await fuzz(1, 15_000, (dice) =>
      readHeader(
        createMemorySource("x", damageBytes(dice, SAFETENSORS.subarray(0, dice.pick([300, 1000, 15_276])))),
      ),
    );
    expect(found.refusals).toBeGreaterThan(5);
  });

  test("damaged headers of the right length", { timeout: 120_000 }, async () => {
    const found = await fuzz(2, 25_000, (dice) => {
      const damaged = damageJson(
        dice,
        dice.below(8) === 0 ? header : { __metadata__: { format: "pt" }, ...small },
      );
      const json = new TextEncoder().encode(JSON.stringify(damaged));
      const claimed = dice.below(10) === 0 ? dice.pick(EDGE_NUMBERS) : json.byteLength;
      return readHeader(sparseSource("x", [fields([8, claimed]), json, dice.pick([17, 17, 17, HOLE])]));
    });
    expect(found.successes).toBeGreaterThan(100);
    expect(found.refusals).toBeGreaterThan(10);
  });
});

const T: PickledTensor = {
  name: "t",
  storageClass: "HalfStorage",
  storage: "0",
  storageElements: 12,
  offset: 0,
  shape: [3, 4],
  strides: [4, 1],
};
const U: PickledTensor = {
  ...T,
  name: "u",
  storageClass: "ByteStorage",
  storage: "1",
  storageElements: 9,
  shape: [9],
  strides: [1],
};
const GLOBALS = new Set(["collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch.HalfStorage"]);

/** A state dictionary's operations, damaged one by one. */
function damagedPickle(dice: Dice): Uint8Array {
  const ops: readonly Op[] = [
    0x7d,
    0x28,
    ...textOp("t"),
    ...tensorOp(T),
    0x71,
    0,
    ...textOp("u"),
    0x68,
    0,
    0x75,
    0x2e,
  ];
  const damaged = damageList(dice, ops, (op) =>
    typeof op === "number"
      ? dice.pick([
          0x28,
          0x52,
          0x62,
          0x63,
          0x68,
          0x71,
          0x74,
          0x75,
          0x7d,
          0x86,
          0x93,
          0x94,
          0x8a,
          dice.below(256),
        ])
      : damageBytes(dice, op),
  );
  return pickleOf(...damaged);
}

describe("pickles", () => {
  test("damaged bytes", { timeout: 120_000 }, async () => {
    const pickle = statePickle([T, U]);
    const found = await fuzz(3, 15_000, (dice) => {
      parsePickle("x", damageBytes(dice, pickle), GLOBALS);
    });
    expect(found.refusals).toBeGreaterThan(5);
  });

  test("damaged operations", { timeout: 120_000 }, async () => {
    const found = await fuzz(4, 20_000, (dice) => {
      parsePickle("x", damagedPickle(dice), GLOBALS);
    });
    expect(found.successes).toBeGreaterThan(100);
    expect(found.refusals).toBeGreaterThan(12);
  });
});

/** A header that lies in one field or two. */
function lies(dice: Dice): Lies {
  const number = () => dice.pick([dice.pick(EDGE_NUMBERS), dice.below(400)]);
  return Object.assign(
    {},
    ...Array.from({ length: 1 + dice.below(2) }, () =>
      dice.pick<Lies>([
        { name: dice.pick(["x/data/0", "", "x/data.pkl", "../x", "\u00e9", "y/data.pkl"]) },
        { flags: dice.pick([0, 1, 8, 0x2000, 0xffff]) },
        { method: dice.pick([1, 8, 9, 0xffff]) },
        { storedBytes: number() },
        { unpackedBytes: number() },
        { headerByte: number() },
        { extraBytes: Math.min(number(), 0xffff) },
      ]),
    ),
  );
}

function damagedArchive(dice: Dice, pickle: Uint8Array): ByteSource {
  const parts: readonly Part[] = [
    { name: "x/data.pkl", data: pickle },
    { name: "x/byteorder", data: new TextEncoder().encode("little") },
    { name: "x/data/0", data: 24 },
    { name: "x/data/1", data: 9 },
    ...(dice.below(4) === 0 ? [{ name: "x/hole", data: HOLE }] : []),
  ];
  const damaged = damageList(dice, parts, (part) =>
    dice.pick([
      { ...part, local: lies(dice) },
      { ...part, central: lies(dice) },
      { ...part, data: dice.below(64) },
    ]),
  );
  const number = () => dice.pick(EDGE_NUMBERS);
  const end = dice.pick([
    {},
    {},
    {},
    { entries: number() },
    { directoryBytes: number() },
    { directoryByte: number() },
    { directoryBytes: number(), directoryByte: number() },
  ]);
  return sparseSource("x", zipPieces(damaged, end));
}

describe("zip archives", () => {
  test("with lying headers", { timeout: 120_000 }, async () => {
    const pickle = statePickle([T, U]);
    const found = await fuzz(5, 8_000, async (dice) => {
      const source = guarded(damagedArchive(dice, pickle));
      const directory = await readZipDirectory(source);
      const extents = await locateZipEntries(source, [...directory.values()]);
      const ordered = extents.toSorted((a, b) => a.startByte - b.startByte || a.endByte - b.endByte);
      for (const [index, { startByte, endByte }] of ordered.entries()) {
        const after = ordered[index + 1]?.startByte ?? source.byteLength;
        if (!(0 < startByte && startByte <= endByte && endByte <= after)) throw new Error("overlap");
      }
    });
    expect(found.successes).toBeGreaterThan(100);
    expect(found.refusals).toBeGreaterThan(5);
  });
});

describe("PyTorch files", () => {
  test("damaged bytes", { timeout: 120_000 }, async () => {
    const found = await fuzz(6, 10_000, (dice) =>
      readBin(createMemorySource("x", damageBytes(dice, dice.pick(BINS)))),
    );
    expect(found.successes).toBeGreaterThan(100);
    expect(found.refusals).toBeGreaterThan(15);
  });

  test("lying headers around damaged pickles", { timeout: 120_000 }, async () => {
    const found = await fuzz(7, 6_000, (dice) => {
      const pickle = dice.below(2) === 0 ? damagedPickle(dice) : statePickle([T, U]);
      return readBin(damagedArchive(dice, pickle));
    });
    expect(found.refusals).toBeGreaterThan(15);
  });

  test("tensors that lie", { timeout: 120_000 }, async () => {
    const found = await fuzz(8, 6_000, (dice) => {
      const edge = () => dice.pick([dice.pick(EDGE_NUMBERS), dice.below(16)]);
      const damage = (tensor: PickledTensor): PickledTensor => ({
        ...tensor,
        ...dice.pick<Partial<PickledTensor>>([
          { offset: edge() },
          { shape: damageList(dice, tensor.shape, edge) },
          { shape: [edge(), edge()], strides: [edge(), 1] },
          { strides: damageList(dice, tensor.strides, edge) },
          { storageElements: edge() },
          { storage: dice.pick(["0", "1", "2", "../data.pkl", ""]) },
          { storageClass: dice.pick(["FloatStorage", "BoolStorage", "_utils", "ComplexFloatStorage"]) },
          { name: dice.pick(["t", "u", ""]) },
        ]),
      });
      const data = statePickle(damageList(dice, [T, U], damage));
      const parts = [
        { name: "x/data.pkl", data },
        { name: "x/data/0", data: 24 },
        { name: "x/data/1", data: 9 },
      ];
      return readBin(sparseSource("x", zipPieces(parts)));
    });
    expect(found.successes).toBeGreaterThan(100);
    expect(found.refusals).toBeGreaterThan(5);
  });
});

describe("checkpoints", () => {
  const shard = (...names: readonly string[]) => {
    const entries = names.map((name, i) => [
      name,
      { dtype: "U8", shape: [5], data_offsets: [5 * i, 5 * i + 5] },
    ]);
    const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
    return concatBytes([fields([8, json.byteLength]), json, new Uint8Array(5 * names.length)]);
  };
  const bin = (...names: readonly string[]) => {
    const data = statePickle(names.map((name) => ({ ...T, name })));
    const storage = { name: "x/data/0", data: new Uint8Array(24) };
    const pieces = zipPieces([{ name: "x/data.pkl", data }, storage]);
    return concatBytes(pieces.filter((piece) => typeof piece !== "number"));
  };
  const kinds = [
    { suffix: "safetensors", index: "model.safetensors.index.json", write: shard },
    { suffix: "bin", index: "pytorch_model.bin.index.json", write: bin },
  ].map((kind) => ({ ...kind, a: kind.write("a"), b: kind.write("b"), both: kind.write("a", "b") }));

  test("damaged indexes, configurations and shards", { timeout: 120_000 }, async () => {
    const found = await fuzz(9, 12_000, async (dice) => {
      const kind = dice.pick(kinds);
      const [one, two] = [`one.${kind.suffix}`, `two.${kind.suffix}`];
      const map = { weight_map: { a: one, b: two } };
      const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
      const target = dice.pick([
        "index",
        "index",
        "index bytes",
        "config",
        "tokenizer",
        "shard",
        "both",
        "none",
      ]);
      const spoil = (when: string, bytes: Uint8Array) => (target === when ? damageBytes(dice, bytes) : bytes);
      const contents: Readonly<Record<string, Uint8Array>> = {
        "config.json": spoil("config", text({ model_type: "gpt_neox" })),
        "tokenizer.json": spoil("tokenizer", text({ model: {} })),
        [kind.index]: spoil("index bytes", text(target === "index" ? damageJson(dice, map) : map)),
        [one]: spoil("shard", kind.a),
        [two]: target === "both" ? kind.both : kind.b,
      };
      const sources = Object.entries(contents).map(
        ([path, bytes]) => [path, guarded(createMemorySource(path, bytes))] as const,
      );
      const checkpoint = await openCheckpoint(createFileSet("x", new Map(sources)), signal);
      for (const { name, bytes } of checkpoint.files) {
        checkTensors(
          checkpoint.tensors.filter(({ file }) => file === name),
          bytes,
        );
      }
      const names = checkpoint.tensors.map(({ name }) => name);
      if (new Set(names).size !== names.length) throw new Error(`twice: ${names}`);
      await Promise.all(names.map((name) => checkpoint.readTensor(name, signal)));
    });
    expect(found.successes).toBeGreaterThan(500);
    expect(found.refusals).toBeGreaterThan(15);
  });
});
