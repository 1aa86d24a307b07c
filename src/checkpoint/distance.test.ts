/** Distances: exact when everything is sampled, close on a sample, bounded always. */
import { describe, expect, test } from "vitest";
import { concatBytes } from "../base/bytes.ts";
import { encodeFloat16 } from "../base/float16.ts";
import { createFileSet, createMemorySource } from "../storage/memory.ts";
import { compareSamples, findNonFinite, readSample } from "./distance.ts";
import { type DistancePlan, type ModelPlace, planDistance } from "./distancePlan.ts";
import { encodeSafetensorsHead } from "./encode.ts";
import { type Checkpoint, openCheckpoint } from "./open.ts";

const { signal } = new AbortController();
const ALL = { bytes: 1e12, reads: 1e6 };

function createDraw(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

type Shapes = Readonly<Record<string, readonly number[]>>;

/** An embedding, layers of two matrices, a bias and a norm each, a final norm, a head. */
function shapesOf(layers: number, width: number): Shapes {
  const shapes: Record<string, readonly number[]> = { embed: [8 * width, width], head: [8 * width, width] };
  for (let layer = 0; layer < layers; layer++) {
    shapes[`${layer}.attention.weight`] = [width, width];
    shapes[`${layer}.attention.bias`] = [width];
    shapes[`${layer}.mlp.weight`] = [4 * width, width];
    shapes[`${layer}.norm.weight`] = [width];
  }
  return { ...shapes, "final.norm": [width] };
}

function placeOf(name: string): ModelPlace {
  if (name === "embed") return { layer: null, part: "embedding" };
  if (name === "head") return { layer: null, part: "head" };
  if (name === "final.norm") return { layer: null, part: "norm" };
  const [layer, part] = name.split(".");
  return { layer: Number(layer), part: part as ModelPlace["part"] };
}

function open(
  values: ReadonlyMap<string, Float32Array<ArrayBuffer>>,
  shapes: Shapes,
  dtype: "F32" | "F16" = "F32",
): Promise<Checkpoint> {
  const layout = encodeSafetensorsHead(
    Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype })),
    {},
  );
  const bodies = layout.tensors.map(({ name }) => {
    const numbers = values.get(name)!;
    if (dtype === "F32") return new Uint8Array(numbers.buffer);
    const patterns = new Uint16Array(numbers.length);
    encodeFloat16(numbers, patterns);
    return new Uint8Array(patterns.buffer);
  });
  const text = (content: string) => createMemorySource("config.json", new TextEncoder().encode(content));
  const weights = createMemorySource("model.safetensors", concatBytes([layout.head, ...bodies]));
  const files = new Map([
    ["config.json", text("{}")],
    ["model.safetensors", weights],
  ]);
  return openCheckpoint(createFileSet("folder", files), signal);
}

function randomValues(shapes: Shapes, draw: () => number, scale = 1) {
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const length = shape.reduce((product, extent) => product * extent, 1);
      return [name, Float32Array.from({ length }, () => scale * (draw() + draw() - 1))];
    }),
  );
}

/** Layer l moves by 0.01·(l + 1) of noise, everything else by 0.02. */
async function makePair(layers: number, width: number) {
  const shapes = shapesOf(layers, width);
  const draw = createDraw(7);
  const older = randomValues(shapes, draw);
  const newer = new Map(
    [...older].map(([name, numbers]) => {
      const { layer } = placeOf(name);
      const step = layer === null ? 0.02 : 0.01 * (layer + 1);
      return [name, numbers.map((value) => value + step * (draw() + draw() - 1))];
    }),
  );
  return {
    shapes,
    older,
    newer,
    checkpoints: [await open(older, shapes), await open(newer, shapes)] as const,
  };
}

async function distances(older: Checkpoint, newer: Checkpoint, plan: DistancePlan) {
  return compareSamples(plan, await readSample(older, plan, signal), await readSample(newer, plan, signal));
}

/** Over all weights of a part, straight from the definition. */
function exact(
  older: ReadonlyMap<string, Float32Array>,
  newer: ReadonlyMap<string, Float32Array>,
  place: ModelPlace,
) {
  let [oo, nn, on, dd] = [0, 0, 0, 0];
  for (const [name, numbers] of older) {
    const own = placeOf(name);
    if (own.layer !== place.layer || own.part !== place.part) continue;
    for (const [i, o] of numbers.entries()) {
      const n = newer.get(name)![i]!;
      oo += o * o;
      nn += n * n;
      on += o * n;
      dd += (n - o) ** 2;
    }
  }
  return { relative: Math.sqrt(dd / oo), cosine: on / Math.sqrt(oo * nn) };
}

describe("the plan", () => {
  const tensors = (layers: number, width: number) =>
    Object.entries(shapesOf(layers, width)).map(([name, shape]) => ({ name, shape, dtype: "F16" as const }));

  test.each([
    [2, 16, 2e6, 40],
    [24, 256, 2e6, 40],
    [24, 256, 2e6, 64],
    [80, 64, 1e5, 40],
    [3, 64, 999, 40],
    [6, 64, 2e6, 3],
  ])("of %i layers of width %i stays within %i bytes and %i reads", (layers, width, bytes, reads) => {
    const all = tensors(layers, width);
    const plan = planDistance(all, placeOf, { bytes, reads }, createDraw(1));
    // The ranges outside the layers are always wanted: nine of them.
    expect(plan.ranges.length).toBeLessThanOrEqual(Math.max(9, reads));
    const sizes = plan.ranges.map(({ startElement, endElement }) => endElement - startElement);
    expect(2 * sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(bytes);
    for (const { name, startElement, endElement } of plan.ranges) {
      const length = all.find((tensor) => tensor.name === name)!.shape.reduce((a, b) => a * b, 1);
      expect(startElement).toBeGreaterThanOrEqual(0);
      expect(endElement).toBeGreaterThan(startElement);
      expect(endElement).toBeLessThanOrEqual(length);
    }
  });

  test("takes every layer's attention and MLP before any norm, and leaves layers out evenly when it must", () => {
    const layersOf = (reads: number, part: string) =>
      planDistance(tensors(24, 64), placeOf, { bytes: 1e6, reads }, createDraw(1))
        .parts.filter(({ place }) => place.part === part && place.layer !== null)
        .map(({ place }) => place.layer);
    const every = Array.from({ length: 24 }, (_, layer) => layer);
    expect(layersOf(64, "attention")).toEqual(every);
    expect(layersOf(64, "mlp")).toEqual(every);
    expect(layersOf(64, "norm")).toEqual([]);
    expect(layersOf(90, "norm")).toEqual(every);
    const some = layersOf(40, "mlp");
    expect(some).toEqual(layersOf(40, "attention"));
    expect([some.length, some[0], some.at(-1)]).toEqual([15, 0, 23]);
    const gaps = some.slice(1).map((layer, i) => layer! - some[i]!);
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
  });

  test("is the same for the same seed, elsewhere for another, and never leaves a tensor's first rows alone", () => {
    const plan = (seed: number) =>
      planDistance(tensors(4, 64), placeOf, { bytes: 2e4, reads: 40 }, createDraw(seed)).ranges;
    expect(plan(1)).toEqual(plan(1));
    expect(plan(1)).not.toEqual(plan(2));
    const embedding = plan(1).filter(({ name }) => name === "embed");
    expect(embedding).toHaveLength(4);
    const quarter = (8 * 64 * 64) / 4;
    expect(embedding.map(({ startElement }) => Math.floor(startElement / quarter))).toEqual([0, 1, 2, 3]);
  });

  test("stands in the model's order, whatever the file's", () => {
    const shuffled = tensors(2, 8).toReversed();
    const { parts, sampledShare } = planDistance(shuffled, placeOf, ALL, createDraw(1));
    expect(parts.map(({ place }) => `${place.layer} ${place.part}`)).toEqual([
      "null embedding",
      ...["0 attention", "0 mlp", "0 norm", "1 attention", "1 mlp", "1 norm"],
      ...["null norm", "null head"],
    ]);
    expect(sampledShare).toBe(1);
  });
});

describe("reading", () => {
  test("everything gives the exact numbers", async () => {
    const { older, newer, checkpoints } = await makePair(3, 16);
    const plan = planDistance(checkpoints[0].tensors, placeOf, ALL, createDraw(1));
    const parts = await distances(...checkpoints, plan);
    expect(parts).toHaveLength(3 * 3 + 3);
    for (const { layer, part, relative, cosine } of parts) {
      const truth = exact(older, newer, { layer, part });
      expect(relative).toBeCloseTo(truth.relative, 12);
      expect(cosine).toBeCloseTo(truth.cosine, 12);
    }
  });

  test("a sample comes close", async () => {
    const { older, newer, checkpoints } = await makePair(4, 128);
    const plan = planDistance(checkpoints[0].tensors, placeOf, { bytes: 2e5, reads: 40 }, createDraw(3));
    const parts = await distances(...checkpoints, plan);
    expect(plan.sampledShare).toBeLessThan(0.1);
    expect(parts).toHaveLength(4 * 3 + 3);
    for (const { layer, part, relative, cosine } of parts) {
      const truth = exact(older, newer, { layer, part });
      expect(relative! / truth.relative).toBeGreaterThan(0.9);
      expect(relative! / truth.relative).toBeLessThan(1.1);
      expect(1 - cosine!).toBeLessThan(1.3 * (1 - truth.cosine));
    }
  });

  test("number formats may differ; the same numbers are at distance 0 exactly", async () => {
    const shapes = shapesOf(2, 16);
    const values = randomValues(shapes, createDraw(5));
    const coarse = new Map([...values].map(([name, v]) => [name, v.map((x) => Math.round(x * 512) / 512)]));
    const pair = [await open(coarse, shapes, "F16"), await open(coarse, shapes, "F32")] as const;
    const plan = planDistance(pair[0].tensors, placeOf, { bytes: 4000, reads: 40 }, createDraw(1));
    const parts = await distances(...pair, plan);
    for (const { relative, cosine } of parts) expect([relative, cosine]).toEqual([0, 1]);
  });

  test("zeros have no angle, and infinities are counted, not summed", async () => {
    const shapes = { "0.norm.weight": [4], "0.mlp.weight": [4], "1.mlp.weight": [2], "2.mlp.weight": [2] };
    const values = (norm: number[], mlp: number[], one: number[]) =>
      open(
        new Map([
          ["0.norm.weight", Float32Array.from(norm)],
          ["0.mlp.weight", Float32Array.from(mlp)],
          ["1.mlp.weight", Float32Array.from(one)],
          ["2.mlp.weight", Float32Array.from([Number.NaN, Number.NaN])],
        ]),
        shapes,
      );
    const older = await values([0, 0, 0, 0], [3, 4, Number.NaN, 1], [0, 0]);
    const newer = await values([1, 0, 0, 0], [3, 4, 1, Number.POSITIVE_INFINITY], [0, 0]);
    const plan = planDistance(older.tensors, placeOf, ALL, createDraw(1));
    const [left, right] = [await readSample(older, plan, signal), await readSample(newer, plan, signal)];
    const parts = compareSamples(plan, left, right);
    expect(parts).toEqual([
      { layer: 0, part: "mlp", relative: 0, cosine: 1 },
      { layer: 0, part: "norm", relative: null, cosine: null },
      { layer: 1, part: "mlp", relative: 0, cosine: null },
    ]);
    expect(findNonFinite(plan, left)).toEqual(
      expect.arrayContaining([
        { name: "0.mlp.weight", count: 1, sampled: 4 },
        { name: "2.mlp.weight", count: 2, sampled: 2 },
      ]),
    );
    expect(findNonFinite(plan, right)).toHaveLength(2);
    await expect(readSample(older, plan, AbortSignal.abort())).rejects.toMatchObject({ tag: "cancelled" });
  });
});
