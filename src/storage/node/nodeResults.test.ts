import { mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMemoryResults } from "../results/resultStore.ts";
import { createNodeResults, resultsFolder } from "./nodeResults.ts";

const key = (digit: string) => digit.repeat(64);
const bytes = (length: number, value = 1) => new Uint8Array(length).fill(value);

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mergescope-results-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe.each(["memory", "disk"] as const)("results in %s", (kind) => {
  const open = (limit?: number) =>
    kind === "memory" ? createMemoryResults(limit) : createNodeResults(join(folder, "items"), limit);

  it("gives back what was written last, and nothing for what is not there", async () => {
    const store = open();
    expect(await store.read(key("a"))).toBeNull();
    expect(await store.stored()).toEqual({ entries: 0, usedBytes: 0 });
    await store.write(key("a"), bytes(10, 1));
    await store.write(key("a"), bytes(7, 2));
    await store.write(key("b"), bytes(5, 3));
    expect(await store.read(key("a"))).toEqual(bytes(7, 2));
    expect(await store.stored()).toEqual({ entries: 2, usedBytes: 12 });
    await store.clear();
    expect(await store.read(key("a"))).toBeNull();
  });
});

describe("results on disk", () => {
  it("lets the oldest go when there is no room", async () => {
    await createNodeResults(folder).write(key("a"), bytes(60));
    await utimes(join(folder, key("a")), 1, 1);
    await createNodeResults(folder).write(key("b"), bytes(30));
    const store = createNodeResults(folder, 100);
    await store.write(key("c"), bytes(30));
    expect(await readdir(folder)).toEqual([key("b"), key("c")]);
  });

  it("refuses a key that is no hash, so that none leads out of the folder", async () => {
    const store = createNodeResults(folder);
    await expect(store.read("../secret")).rejects.toThrow("not the key");
    await expect(store.write("../secret", bytes(1))).rejects.toThrow("not the key");
  });

  it("lies where the environment says", () => {
    expect(resultsFolder({ MERGESCOPE_CACHE: "/x" })).toBe(join("/x", "items"));
    expect(resultsFolder({ XDG_CACHE_HOME: "/y" })).toBe(join("/y", "mergescope", "items"));
  });
});
