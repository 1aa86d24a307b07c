import { describe, expect, test } from "vitest";
import { parameterCount } from "../model/parameterTable.ts";
import { createCpuMixer } from "./cpuMixer.ts";
import { randomWeights, readerOf, TINY } from "./fixtures/tiny.ts";
import { createJobQueue } from "./jobQueue.ts";
import type { WeightDtype, WeightReader } from "./weights.ts";

const never = new AbortController().signal;
const ignore = () => undefined;
const wide = { ...TINY, intermediateSize: 301 };
const MERGED_BYTES = 4 * parameterCount(wide);

/** Σ cᵢ·xᵢ for one element: fp32 products, added in order. */
function mixPlainly(coefficients: readonly number[], values: readonly number[]): number {
  let sum = 0;
  for (const [i, value] of values.entries())
    sum = Math.fround(sum + Math.fround(Math.fround(coefficients[i]!) * value));
  return sum;
}

/** Random weights in a format. */
function stored(seed: number, dtype: WeightDtype): WeightReader {
  return readerOf(randomWeights(wide, seed), dtype);
}

describe("createCpuMixer", () => {
  test("mixes parents of every format as the plain sum does", async () => {
    const mixer = createCpuMixer(wide, createJobQueue());
    const dtypes = ["float32", "float16", "bfloat16"] as const;
    const single = new Map<string, ReadonlyMap<string, Float32Array>>();
    for (const [i, dtype] of dtypes.entries()) {
      await mixer.load(dtype, stored(i, dtype), never, ignore);
      await mixer.mix([dtype], [1]);
      single.set(dtype, new Map([...mixer.merged].map(([name, values]) => [name, values.slice()])));
    }
    const exact = randomWeights(wide, 0).get("embed_out.weight")!;
    expect(single.get("float32")!.get("embed_out.weight")).toEqual(exact);
    for (const [names, coefficients] of [
      [
        ["float32", "float16"],
        [0.87, 0.13],
      ],
      [
        ["bfloat16", "float32"],
        [1.7, -0.7],
      ],
      [
        [...dtypes, "float16"],
        [0.1, 0.2, 0.3, 0.4],
      ],
    ] as const) {
      await mixer.mix(names, coefficients);
      for (const name of mixer.merged.keys()) {
        const sources = names.map((parent) => single.get(parent)!.get(name)!);
        const plain = Float32Array.from(sources[0]!, (_, i) =>
          mixPlainly(
            coefficients,
            sources.map((source) => source[i]!),
          ),
        );
        expect(await mixer.readMixed(name)).toEqual(plain);
      }
    }
  });

  test("mixes from readers what it mixes from parents that it keeps, and keeps none", async () => {
    const mixer = createCpuMixer(wide, createJobQueue());
    const readers = [stored(3, "float16"), stored(4, "bfloat16"), stored(5, "float32")];
    const coefficients = [0.5, 0.75, -0.25];
    for (const [i, reader] of readers.entries()) await mixer.load(`${i}`, reader, never, ignore);
    await mixer.mix(["0", "1", "2"], coefficients);
    const kept = new Map([...mixer.merged].map(([name, values]) => [name, values.slice()]));
    for (const i of readers.keys()) mixer.drop(`${i}`);
    for (const values of mixer.merged.values()) values.fill(7);
    const read: number[] = [];
    await mixer.mixFrom(readers, coefficients, never, (bytes) => read.push(bytes));
    expect(new Map(mixer.merged)).toEqual(kept);
    expect(mixer.liveBytes).toBe(MERGED_BYTES);
    expect(read.at(-1)).toBe(2 * MERGED_BYTES);
    await expect(mixer.mixFrom(readers, [1], never, ignore)).rejects.toMatchObject({ tag: "usage" });
  });

  test("keeps 16-bit parents as they are: the widened values are those of the patterns", async () => {
    const mixer = createCpuMixer(wide, createJobQueue());
    await mixer.load("half", stored(5, "float16"), never, ignore);
    expect(mixer.liveBytes).toBe(MERGED_BYTES + MERGED_BYTES / 2);
    await mixer.mix(["half"], [1]);
    const original = randomWeights(wide, 5).get("embed_out.weight")!;
    const halved = await mixer.readMixed("embed_out.weight");
    for (let i = 0; i < original.length; i++)
      expect(Math.abs(halved[i]! - original[i]!)).toBeLessThanOrEqual(
        2 ** -11 * Math.max(2 ** -14, Math.abs(original[i]!)),
      );
  });

  test("twenty mixes end at the bytes they began with, in the arrays they began with", async () => {
    const mixer = createCpuMixer(wide, createJobQueue());
    expect(mixer.liveBytes).toBe(MERGED_BYTES);
    await mixer.load("a", stored(1, "float16"), never, ignore);
    await mixer.load("b", stored(2, "float32"), never, ignore);
    const before = [mixer.liveBytes, ...mixer.merged.values()];
    for (let i = 0; i < 20; i++) await mixer.mix(["a", "b"], [i / 20, 1 - i / 20]);
    const after = [mixer.liveBytes, ...mixer.merged.values()];
    expect(after.every((entry, i) => entry === before[i])).toBe(true);
    expect(mixer.liveBytes).toBe(2.5 * MERGED_BYTES);
    mixer.drop("a");
    mixer.drop("b");
    expect(mixer.liveBytes).toBe(MERGED_BYTES);
    expect(mixer.has("a")).toBe(false);
  });

  test("tells how many bytes are loaded", async () => {
    const mixer = createCpuMixer(wide, createJobQueue());
    const loaded: number[] = [];
    await mixer.load("a", stored(1, "bfloat16"), never, (bytes) => loaded.push(bytes));
    expect(loaded.length).toBe(mixer.merged.size);
    expect(loaded.at(-1)).toBe(MERGED_BYTES / 2);
  });

  test("a load that fails or is stopped leaves nothing behind", async () => {
    const mixer = createCpuMixer(wide, createJobQueue());
    const whole = readerOf(randomWeights(wide, 1));
    const short: WeightReader = {
      async readWeight(name, signal) {
        const weight = await whole.readWeight(name, signal);
        return name === "embed_out.weight" ? { ...weight, bytes: weight.bytes.slice(4) } : weight;
      },
    };
    await expect(mixer.load("a", short, never, ignore)).rejects.toMatchObject({
      tag: "mismatch",
      fields: { tensor: "embed_out.weight" },
    });
    const stop = new AbortController();
    await expect(mixer.load("a", whole, stop.signal, () => stop.abort())).rejects.toMatchObject({
      tag: "cancelled",
    });
    expect([mixer.has("a"), mixer.liveBytes]).toEqual([false, MERGED_BYTES]);
  });

  test("does not keep the file that a tensor was a view of", async () => {
    const mixer = createCpuMixer(wide, createJobQueue());
    const own = stored(1, "float16");
    const view: WeightReader = {
      async readWeight(name, signal) {
        const { dtype, bytes } = await own.readWeight(name, signal);
        const file = new Uint8Array(1_000_003);
        file.set(bytes, 3);
        return { dtype, bytes: file.subarray(3, 3 + bytes.byteLength) };
      },
    };
    await mixer.load("view", view, never, ignore);
    await mixer.load("whole", stored(1, "float16"), never, ignore);
    await mixer.mix(["view", "whole"], [1, -1]);
    for (const name of mixer.merged.keys())
      expect((await mixer.readMixed(name)).every((value) => value === 0)).toBe(true);
  });

  test("refuses parents that are not there and coefficients that are not numbers", async () => {
    const mixer = createCpuMixer(wide, createJobQueue());
    await mixer.load("a", stored(1, "float32"), never, ignore);
    await expect(mixer.mix(["a", "b"], [0.5, 0.5])).rejects.toMatchObject({ tag: "not-found" });
    await expect(mixer.mix(["a"], [Number.NaN])).rejects.toMatchObject({ tag: "usage" });
    await expect(mixer.mix(["a"], [0.5, 0.5])).rejects.toMatchObject({ tag: "usage" });
    await expect(mixer.readMixed("nothing")).rejects.toMatchObject({ tag: "not-found" });
  });
});
