import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ByteSource } from "./byteSource.ts";
import { createBlobSource } from "./file.ts";
import { createFileSet, createMemorySource } from "./memory.ts";
import { createNodeFileSet, openNodeFile } from "./node/nodeFile.ts";

const CONTENT = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "storage-"));
  await writeFile(join(folder, "data.bin"), CONTENT);
});
afterAll(() => rm(folder, { recursive: true }));

const kinds: readonly [string, () => Promise<ByteSource | null>][] = [
  ["memory", async () => createMemorySource("memory", CONTENT)],
  ["blob", async () => createBlobSource("blob", new Blob([CONTENT]))],
  ["disk", () => openNodeFile(join(folder, "data.bin"))],
];

describe.each(kinds)("a source in %s", (_, make) => {
  test("keeps the contract", async () => {
    const source = (await make())!;
    expect(source.byteLength).toBe(1000);
    expect(await source.read(0, 1000)).toEqual(CONTENT);
    expect(await source.read(300, 310)).toEqual(CONTENT.slice(300, 310));
    expect(await source.read(1000, 1000)).toEqual(new Uint8Array(0));
    (await source.read(0, 10)).fill(9);
    expect(await source.read(0, 10)).toEqual(CONTENT.slice(0, 10));
    await expect(source.read(990, 1001)).rejects.toMatchObject({ tag: "read-failed" });
    await expect(source.read(-1, 5)).rejects.toMatchObject({ tag: "read-failed" });
    await expect(source.read(0, 5, AbortSignal.abort())).rejects.toMatchObject({ tag: "cancelled" });
  });
});

test("folders give null for what they do not hold, and let nothing out", async () => {
  const files = createNodeFileSet(folder);
  expect((await files.open("data.bin"))?.byteLength).toBe(1000);
  expect(await files.open("nothing.bin")).toBeNull();
  expect(await files.open("data.bin/inside")).toBeNull();
  await expect(files.open("../secret")).rejects.toMatchObject({ tag: "usage" });
  await expect(files.open("/etc/hostname")).rejects.toMatchObject({ tag: "usage" });
  const map = createFileSet("chosen", new Map([["a.json", createMemorySource("elsewhere.json", CONTENT)]]));
  expect((await map.open("a.json"))?.name).toBe("elsewhere.json");
  expect(await map.open("b.json")).toBeNull();
});

test("a file cut while it is read is an error, not fewer bytes", async () => {
  const path = join(folder, "cut.bin");
  await writeFile(path, CONTENT);
  const source = (await openNodeFile(path))!;
  await writeFile(path, CONTENT.slice(0, 100));
  await expect(source.read(50, 200)).rejects.toMatchObject({ tag: "read-failed" });
});
