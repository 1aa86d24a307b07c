import { expect, test } from "vitest";
import { createBatchArrays } from "./batchArrays.ts";
import { packRows, TINY } from "./fixtures/tiny.ts";

const BATCH = packRows([[{ tokens: [3, 1] }, { tokens: [4], parent: 0, startPosition: 2 }]], 4);

test("gives the graph its inputs", () => {
  const arrays = new Map(createBatchArrays(TINY)(BATCH).map((array) => [array.name, array]));
  expect(arrays.get("tokens")).toMatchObject({ data: Int32Array.from([3, 1, 4, 0]), shape: [1, 4] });
  expect(arrays.get("positions")!.data).toEqual(BigInt64Array.from([0n, 1n, 2n, 0n]));
  expect(arrays.get("columns")!.data).toEqual(Float32Array.from([0, 1, 2, 3]));
  expect(arrays.get("targetLogits")!.data).toEqual(
    Int32Array.from(BATCH.targetTokens, (token, i) => 23 * i + token),
  );
});

test.each([
  ["a token below 0", { tokens: Int32Array.from([3, -1, 4, 0]) }, "mismatch"],
  ["a target past the vocabulary", { targetTokens: Int32Array.from([1, 2, 23]) }, "mismatch"],
  ["too few positions", { positions: new Int32Array(3) }, "internal"],
  ["a scored place outside the rows", { scoredPlaces: Int32Array.from([0, 1, 4]) }, "internal"],
  ["a target at no scored place", { targetPlaces: Int32Array.from([0, 1, 3]) }, "internal"],
  [
    "a segment that fp32 cannot tell from its neighbour",
    { segments: new Int32Array(4).fill(2 ** 24) },
    "internal",
  ],
] as const)("refuses %s", (_, change, tag) => {
  expect(() => createBatchArrays(TINY)({ ...BATCH, ...change })).toThrow(expect.objectContaining({ tag }));
});

test("refuses more logits than the graph can count", () => {
  const scoredPlaces = new Int32Array(100);
  const config = { ...TINY, vocabularySize: 2 ** 25 };
  expect(() => createBatchArrays(config)({ ...BATCH, scoredPlaces })).toThrow(
    expect.objectContaining({ tag: "out-of-memory" }),
  );
});
