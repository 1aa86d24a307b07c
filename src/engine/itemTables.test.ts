import { describe, expect, it } from "vitest";
import type { ItemScore } from "../evaluate/itemScores.ts";
import { createMemoryResults } from "../storage/results/resultStore.ts";
import { createItemTables, tableKey } from "./itemTables.ts";

const scores = (...logprobs: readonly number[]): ItemScore => ({
  kind: "scores",
  scores: logprobs.map((logprob, i) => ({ logprob, tokens: i + 1, greedy: i === 0 })),
});

describe("item tables", () => {
  it("come back to the bit from a store, and grow", async () => {
    const store = createMemoryResults();
    const first = createItemTables(store);
    await first.add("k", new Map([[3, scores(-1 / 3, -Math.PI)]]));
    await first.add("k", new Map<number, ItemScore>([[1, { kind: "generated", text: "é 雪 \u0000" }]]));
    const again = await createItemTables(store).read("k");
    expect(again).toEqual(
      new Map<number, ItemScore>([
        [3, scores(-1 / 3, -Math.PI)],
        [1, { kind: "generated", text: "é 雪 \u0000" }],
      ]),
    );
    expect((await first.kept()).tables).toBe(1);
    expect((await first.clear()).tables).toBe(0);
    expect((await first.read("k")).size).toBe(0);
  });

  it("that are damaged count as none", async () => {
    const store = createMemoryResults();
    await createItemTables(store).add("k", new Map([[0, scores(-1)]]));
    const bytes = (await store.read("k"))!;
    for (let end = 0; end < bytes.byteLength; end += 3) {
      await store.write("k", bytes.slice(0, end));
      expect((await createItemTables(store).read("k")).size).toBe(0);
    }
    const flipped = bytes.slice();
    flipped[bytes.byteLength - 6]! ^= 1;
    await store.write("k", flipped);
    expect((await createItemTables(store).read("k")).size).toBe(0);
  });

  it("outlive a store that fails", async () => {
    const broken = { ...createMemoryResults(), write: () => Promise.reject(new Error("full")) };
    const tables = createItemTables(broken);
    await tables.add("k", new Map([[0, scores(-1)]]));
    expect((await tables.read("k")).size).toBe(1);
  });
});

describe("a table's key", () => {
  const subject = {
    parents: [
      { content: "aa", coefficient: 0.25 },
      { content: "bb", coefficient: 0.75 },
    ],
    arithmetic: "node float32",
    rows: "r",
    tokens: "t",
  };

  it("names everything the scores depend on, and nothing else", async () => {
    const key = await tableKey(subject);
    const others = [
      { ...subject, parents: [...subject.parents].reverse() },
      { ...subject, parents: [{ content: "aa", coefficient: 0.26 }, subject.parents[1]!] },
      { ...subject, arithmetic: "wasm float32" },
      { ...subject, rows: "s" },
      { ...subject, tokens: "u" },
    ];
    for (const other of others) expect(await tableKey(other)).not.toBe(key);
    const withIdle = { ...subject, parents: [...subject.parents, { content: "cc", coefficient: 0 }] };
    expect(await tableKey(withIdle)).toBe(key);
  });
});
