/** The division into files, as huggingface_hub's own code divides the same sizes. */
import { expect, test } from "vitest";
import { encodeShardIndex, planShards } from "./shards.ts";

const specs = [6, 6, 2, 6, 2, 2].map((elements, i) => ({
  name: `t${i}`,
  dtype: "U8" as const,
  shape: [elements],
}));
const divided = (maxShardBytes: number) =>
  planShards(specs, maxShardBytes).map((shard) => shard.specs.map(({ name }) => name).join(" "));

test("tensors stay in order, and a file is closed when the next would not fit", () => {
  expect(divided(10)).toEqual(["t0", "t1 t2", "t3 t4 t5"]);
  expect(planShards(specs, 10).map(({ name }) => name)).toEqual([
    "model-00001-of-00003.safetensors",
    "model-00002-of-00003.safetensors",
    "model-00003-of-00003.safetensors",
  ]);
});

test("a tensor larger than a file has its own, before the one that is being filled", () => {
  expect(divided(5)).toEqual(["t0", "t1", "t3", "t2 t4", "t5"]);
});

test("what fits in one file is one, without an index", () => {
  const shards = planShards(specs, 24);
  expect(shards.map(({ name }) => name)).toEqual(["model.safetensors"]);
  expect(encodeShardIndex(shards, 24)).toBeNull();
});

test("the index names every tensor's file, sorted", () => {
  const index = JSON.parse(encodeShardIndex(planShards(specs.toReversed(), 10), 20) ?? "");
  expect(index.metadata).toEqual({ total_parameters: 20, total_size: 24 });
  expect(Object.keys(index.weight_map)).toEqual(["t0", "t1", "t2", "t3", "t4", "t5"]);
  expect(index.weight_map.t0).toBe("model-00003-of-00003.safetensors");
});
