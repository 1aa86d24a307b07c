import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ByteSource } from "./byteSource.ts";
import { createBlobSource } from "./file.ts";
import { createFileSet, createMemorySource } from "./memory.ts";
import { createNodeFileSet, openNodeFile } from "./nodeFile.ts";
import { createNodeFolder } from "./nodeFolder.ts";

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

describe("a folder that is written", () => {
  const file = (name: string, chunks: () => AsyncGenerator<Uint8Array<ArrayBuffer>>) => ({
    name,
    byteLength: CONTENT.byteLength,
    chunks,
  });
  async function* good() {
    yield CONTENT.slice(0, 400);
    yield CONTENT.slice(400);
  }
  async function* bad() {
    yield CONTENT;
    throw new Error("the source broke");
  }

  test("appears when it is whole", async () => {
    const out = join(folder, "new");
    const writer = await createNodeFolder(out);
    await writer.write(file("good.bin", good));
    await expect(stat(out)).rejects.toThrow();
    await writer.finish();
    expect(new Uint8Array(await readFile(join(out, "good.bin")))).toEqual(CONTENT);
    await expect(createNodeFolder(out)).rejects.toThrow(/it is not empty/);
  });

  test("leaves nothing behind when its source breaks", async () => {
    const before = await readdir(folder);
    const writer = await createNodeFolder(join(folder, "broken"));
    await writer.write(file("good.bin", good));
    await expect(writer.write(file("bad.bin", bad))).rejects.toThrow("the source broke");
    await writer.abandon();
    expect(await readdir(folder)).toEqual(before);
  });

  test("is refused where it cannot be, before anything is made", async () => {
    for (const place of ["data.bin", "nowhere/deep"])
      await expect(createNodeFolder(join(folder, place))).rejects.toMatchObject({ tag: "write-failed" });
  });
});
