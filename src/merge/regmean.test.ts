/**
 * RegMean in its two halves, each against plain PyTorch (tools/golden/regmean): Gram matrices that onnxruntime sums up on the
 * device, and the solution from them. Whole merges by the command line have a test of their own; this one tells the halves apart.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Checkpoint } from "../checkpoint/open.ts";
import { type ModelConfig, parseModelConfig } from "../model/config.ts";
import { encodeGramGraph } from "../model/gramGraph.ts";
import { parameterTable } from "../model/parameterTable.ts";
import type { Backend } from "../runtime/backend.ts";
import { packRows, TINY, TINY_LLAMA } from "../runtime/fixtures/tiny.ts";
import type { PackedBatch } from "../runtime/languageModel.ts";
import { createNodeBackend } from "../runtime/ortNode.ts";
import { decodeWeight } from "./decodeWeight.ts";
import { openFolder } from "./fixtures/files.ts";
import { regmean } from "./methods/regmean.ts";

type Sampled = {
  readonly places: readonly number[];
  readonly values: readonly number[];
  readonly norm: number;
  readonly largest: number;
};
type ByWeight<T = Sampled> = Readonly<Record<string, T>>;
/** `spread`: how far PyTorch's own merge is off when it runs the models in fp32. */
type Merged = Sampled & { readonly spread: number; readonly largestOfParents: number };
type Grams = ReadonlyMap<string, Float32Array>;
const golden: {
  readonly steps: readonly number[];
  readonly rows: readonly (readonly number[])[];
  /** One a checkpoint. */
  readonly grams: readonly ByWeight[];
  readonly merged: readonly { readonly offDiagonal: 0.9 | 0.5; readonly weights: ByWeight<Merged> }[];
  /** One system, whole. */
  readonly small: {
    readonly shape: readonly [number, number];
    readonly grams: readonly (readonly number[])[];
    readonly weights: readonly (readonly number[])[];
    readonly merged: Readonly<Record<"0.9" | "0.5", readonly number[]>>;
  };
} = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/regmean.json"), "utf8"));

/**
 * Largest difference in parts of a tensor's largest element, and of norms; the reference is in double precision throughout.
 * Reached: Grams 1.7e-7; merged weights 7.3e-8 where the spread is below 1e-6, else at most a fifth of it; the solution 3e-8.
 */
const GRAMS = 5e-7;
/** Of merged weights, besides the spread: where an input is nearly always 0, fp32 lacks the digits its column rests on. */
const MERGED = 5e-7;
/** Of a solution from the same Grams: ours is rounded to fp32 once. */
const SOLUTION = 1e-7;

const { signal } = new AbortController();
const job = { signal, onBatch: () => undefined };
const tokens = golden.rows.flat().length;
let backend: Backend;
let config: ModelConfig;
let parents: readonly Checkpoint[];
let measured: readonly Grams[];

/** Each row a batch by itself, as padding would be counted. */
const batchesOf = (rows: readonly (readonly number[])[]): readonly PackedBatch[] =>
  rows.map((row) => packRows([[{ tokens: [...row] }]], row.length));

async function measure(checkpoint: Checkpoint, batches: readonly PackedBatch[]) {
  const resident = await backend.createModel(config);
  await resident.mixer.load("one", checkpoint, signal, () => undefined);
  await resident.mixer.mix(["one"], [1]);
  const found = await resident.statistics.grams(batches, job);
  await resident.dispose();
  return found;
}

/** How far from the reference, in parts of its largest element; norms, in parts of the norm. */
function distance(found: Float32Array, { places, values, norm, largest }: Sampled): number {
  const elements = places.map((place, i) => Math.abs(found[place]! - values[i]!) / largest);
  const squares = found.reduce((sum, value) => sum + value * value, 0);
  return Math.max(...elements, Math.abs(Math.sqrt(squares) / norm - 1));
}

beforeAll(async () => {
  backend = await createNodeBackend(1);
  parents = await Promise.all(
    golden.steps.map((step) => openFolder(join(import.meta.dirname, `../../public/demo/step${step}`))),
  );
  config = parseModelConfig(parents[0]!.config);
  const all: Grams[] = [];
  for (const parent of parents) all.push((await measure(parent, batchesOf(golden.rows))).grams);
  measured = all;
});
afterAll(() => backend.dispose());

describe("Gram matrices", () => {
  test("are those of forward hooks on every linear layer, the head's among them", () => {
    for (const [i, expected] of golden.grams.entries()) {
      expect([...measured[i]!.keys()].sort()).toEqual(Object.keys(expected).sort());
      for (const [name, sampled] of Object.entries(expected))
        expect(distance(measured[i]!.get(name)!, sampled), name).toBeLessThan(GRAMS);
    }
  });

  test("count every token once, and are symmetric", async () => {
    const rows = golden.rows.slice(0, 3);
    const found = await measure(parents[0]!, batchesOf(rows));
    expect(found.tokens).toBe(rows.flat().length);
    for (const gram of found.grams.values()) {
      const size = Math.sqrt(gram.length);
      const largest = gram.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const skew = gram.map((value, at) => value - gram[(at % size) * size + Math.floor(at / size)]!);
      expect(skew.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / largest).toBeLessThan(1e-6);
    }
  });

  test("of rows side by side are those of rows one after another", async () => {
    const rows = golden.rows.slice(4).map((row) => row.slice(0, 20));
    const apart = await measure(parents[0]!, batchesOf(rows));
    const together = await measure(parents[0]!, [
      packRows(
        rows.map((row) => [{ tokens: [...row] }]),
        20,
      ),
    ]);
    expect(together.tokens).toBe(apart.tokens);
    for (const [name, gram] of together.grams) {
      const other = apart.grams.get(name)!;
      const largest = other.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const worst = gram.reduce((most, value, at) => Math.max(most, Math.abs(value - other[at]!)), 0);
      expect(worst / largest, name).toBeLessThan(GRAMS);
    }
  });
});

describe("the graph", () => {
  const layersOf = (model: ModelConfig) => encodeGramGraph(model).grams.map(({ weights }) => [...weights]);

  test.each([
    ["Pythia", TINY],
    ["Llama", TINY_LLAMA],
  ] as const)("has one Gram for every linear layer of %s, of its inputs' size", (_, model) => {
    const { grams } = encodeGramGraph(model);
    const shapes = new Map(parameterTable(model).map(({ name, shape }) => [name, shape]));
    const [embedding] = shapes.keys();
    const linear = [...shapes].filter(([name, shape]) => shape.length === 2 && name !== embedding);
    const covered = grams.flatMap(({ weights }) => weights);
    if (!model.tiedHead) expect(covered.toSorted()).toEqual(linear.map(([name]) => name).sort());
    for (const { size, weights } of grams)
      for (const name of weights) expect(shapes.get(name)![1], name).toBe(size);
  });

  test("layers that read the same values share a Gram", () => {
    const first = layersOf(TINY_LLAMA).filter((weights) => weights[0]!.includes("layers.0."));
    const short = first.map((weights) => weights.map((name) => name.split(".").at(-2)!).sort());
    expect(short).toContainEqual(["k_proj", "q_proj", "v_proj"]);
    expect(short).toContainEqual(["gate_proj", "up_proj"]);
  });
});

describe.each(golden.merged)("with off-diagonals times $offDiagonal", ({ offDiagonal, weights }) => {
  const options = { "off-diagonal": offDiagonal };

  test("the solution from the same Grams is that of a dense solver in double precision", () => {
    const { shape, grams, merged } = golden.small;
    const given = golden.small.weights.map((values) => Float32Array.from(values));
    const ours = regmean.mergeTensor(
      { name: "w", shape, parents: given, base: null },
      grams.map((values) => Float32Array.from(values)),
      options,
    );
    const expected = merged[`${offDiagonal}`];
    const largest = Math.max(...expected.map(Math.abs));
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - ours[i]!)));
    expect(worst / largest).toBeLessThan(SOLUTION);
  });

  test("merged checkpoints are as near to double precision as PyTorch's in fp32", async () => {
    const shapes = new Map(parameterTable(config).map(({ name, shape }) => [name, shape]));
    for (const [name, expected] of Object.entries(weights)) {
      const tensors = parents.map(async (parent) => decodeWeight(await parent.readWeight(name, signal)));
      const merged = regmean.mergeTensor(
        { name, shape: shapes.get(name)!, parents: await Promise.all(tensors), base: null },
        measured.map((grams) => grams.get(name)!),
        options,
      );
      expect(distance(merged, expected), name).toBeLessThan(MERGED + expected.spread);
    }
  });
});

describe("what follows from the formula", () => {
  /** Two outputs, three inputs. */
  const older = Float32Array.of(1, 2, 3, -1, 0.5, 4);
  const newer = Float32Array.of(2, -2, 1, 3, 0.25, -4);
  const merge = (
    given: readonly Float32Array[],
    statistics: readonly Float32Array[] | null,
    offDiagonal: number,
  ) =>
    regmean.mergeTensor({ name: "w", shape: [2, 3], parents: given, base: null }, statistics, {
      "off-diagonal": offDiagonal,
    });
  const gram = Float32Array.of(2, 0.5, 0.1, 0.5, 1, -0.2, 0.1, -0.2, 3);

  test("without Grams it is the plain mean", () => {
    expect([...merge([older, newer], null, 0.9)]).toEqual(
      [...older].map((value, i) => (value + newer[i]!) / 2),
    );
  });

  test("equal Grams give the plain mean, equal checkpoints themselves", () => {
    const mean = merge([older, newer], [gram, gram], 1);
    for (const [i, value] of mean.entries()) expect(value).toBeCloseTo((older[i]! + newer[i]!) / 2, 6);
    const same = merge([older, older], [gram, gram.map((value) => 3 * value)], 1);
    for (const [i, value] of same.entries()) expect(value).toBeCloseTo(older[i]!, 6);
  });

  test("without off-diagonals every input is weighed by its own squares", () => {
    const other = Float32Array.of(1, 0, 0, 0, 4, 0, 0, 0, 0.5);
    const merged = merge([older, newer], [gram, other], 0);
    for (const [at, value] of merged.entries()) {
      const input = at % 3;
      const [a, b] = [gram[input * 4]!, other[input * 4]!];
      expect(value).toBeCloseTo((a * older[at]! + b * newer[at]!) / (a + b), 6);
    }
  });

  test.each([0.9, 1])("an input that no row uses keeps the mean, off-diagonals times %s", (offDiagonal) => {
    const unused = Float32Array.of(2, 0, 0.1, 0, 0, 0, 0.1, 0, 3);
    const merged = merge([older, newer], [unused, unused], offDiagonal);
    for (const [at, value] of merged.entries()) expect(value).toBeCloseTo((older[at]! + newer[at]!) / 2, 6);
    const nothing = new Float32Array(9);
    expect([...merge([older, older], [nothing, nothing], offDiagonal)]).toEqual([...older]);
  });
});

test("the golden rows are of one to as many tokens as the model reads", () => {
  expect(tokens).toBeGreaterThan(100);
  expect(Math.max(...golden.rows.map(({ length }) => length))).toBeLessThanOrEqual(config.maxPositions);
});
