/** Folders are written all or nothing: on the disk, in a directory that a page was given, and as downloads. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { clearDownloads, createDirectoryFolder, createDownloadFolder } from "./directoryFolder.ts";
import { fakeDirectory } from "./fixtures/fakeDirectory.ts";
import type { FolderWriter, WritableFile } from "./folderWriter.ts";
import { createNodeFolder } from "./node/nodeFolder.ts";
import { writeChunks } from "./writeChunks.ts";

const CONTENT = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

async function* whole() {
  yield CONTENT.slice(0, 400);
  yield CONTENT.slice(400);
}
async function* breaking() {
  yield CONTENT;
  throw new Error("the source broke");
}
const file = (name: string, chunks: WritableFile["chunks"]) => ({ name, byteLength: 1000, chunks });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "folders-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A writer's place, and what lies in it afterwards. */
type Place = {
  readonly open: () => Promise<FolderWriter>;
  readonly content: () => Promise<Readonly<Record<string, Uint8Array>> | null>;
};

function onDisk(name: string): Place {
  const path = join(folder, name);
  return {
    open: () => createNodeFolder(path),
    async content() {
      const names = await readdir(path).catch(() => null);
      if (names === null) return null;
      const read = names.map(async (one) => [one, new Uint8Array(await readFile(join(path, one)))] as const);
      return Object.fromEntries(await Promise.all(read));
    },
  };
}

function inDirectory(name: string): Place {
  const picked = fakeDirectory("picked");
  return {
    open: () => createDirectoryFolder(picked.handle, name),
    content: async () => picked.content(name),
  };
}

describe.each([
  ["on the disk", onDisk],
  ["in a picked directory", inDirectory],
] as const)("a folder %s", (_, placeOf) => {
  test("holds what was written; what is there is never written over", async () => {
    const place = placeOf("new");
    const writer = await place.open();
    await writer.write(file("a.bin", whole));
    await writer.write(file("b.bin", whole));
    expect((await writer.finish()).where).toContain("new");
    expect(await place.content()).toEqual({ "a.bin": CONTENT, "b.bin": CONTENT });
    await expect(place.open()).rejects.toMatchObject({ tag: "write-failed" });
    expect(await place.content()).toEqual({ "a.bin": CONTENT, "b.bin": CONTENT });
  });

  test("leaves nothing behind when its source breaks", async () => {
    const place = placeOf("broken");
    const writer = await place.open();
    await writer.write(file("a.bin", whole));
    await expect(writer.write(file("b.bin", breaking))).rejects.toThrow("the source broke");
    await writer.abandon();
    expect(await place.content()).toBeNull();
  });
});

test("on the disk, nothing has the folder's name until it is whole, and nothing else stays", async () => {
  const before = await readdir(folder);
  const writer = await createNodeFolder(join(folder, "hidden"));
  await writer.write(file("a.bin", whole));
  await expect(stat(join(folder, "hidden"))).rejects.toThrow();
  await writer.abandon();
  expect(await readdir(folder)).toEqual(before);
});

test("on the disk, an empty folder may be there, and stays when the work is given up", async () => {
  await mkdir(join(folder, "empty"));
  const given = await createNodeFolder(join(folder, "empty"));
  await given.abandon();
  expect(await readdir(join(folder, "empty"))).toEqual([]);
  const writer = await createNodeFolder(join(folder, "empty"));
  await writer.write(file("a.bin", whole));
  await writer.finish();
  expect(await readdir(join(folder, "empty"))).toEqual(["a.bin"]);
});

test("on the disk, a place that cannot be is refused before anything is made", async () => {
  await symlink("/nowhere", join(folder, "loose"));
  for (const place of ["nowhere/deep", "new/a.bin"])
    await expect(createNodeFolder(join(folder, place))).rejects.toMatchObject({ tag: "write-failed" });
});

test("in a directory, an empty folder may be there, and stays when the work is given up", async () => {
  const picked = fakeDirectory("picked");
  await picked.handle.getDirectoryHandle("mine", { create: true });
  const writer = await createDirectoryFolder(picked.handle, "mine");
  await writer.write(file("a.bin", whole));
  await writer.abandon();
  expect(picked.content("mine")).toEqual({});
});

test("in a directory, a full disk is told in words", async () => {
  const picked = fakeDirectory("picked", 1500);
  const writer = await createDirectoryFolder(picked.handle, "new");
  await writer.write(file("a.bin", whole));
  await expect(writer.write(file("b.bin", whole))).rejects.toMatchObject({
    tag: "write-failed",
    message: "picked/new could not be written: there is no room left.",
  });
});

test("downloads are blobs, and go away with the visit that left them", async () => {
  const storage = fakeDirectory("");
  const locks = fakeLocks();
  const places = { storage: { getDirectory: async () => storage.handle }, locks };
  const writer = await createDownloadFolder(places, "merge");
  await writer.write(file("a.bin", whole));
  const { blobs } = await writer.finish();
  expect(new Uint8Array(await blobs.get("a.bin")!.arrayBuffer())).toEqual(CONTENT);
  expect(storage.names()).toEqual(["downloads"]);
  await clearDownloads(places);
  expect(storage.names()).toEqual([]);
  // This visit is still there: another one that begins now clears nothing.
  await (await createDownloadFolder(places, "merge")).write(file("a.bin", whole));
  await clearDownloads(places);
  expect(storage.names()).toEqual(["downloads"]);
});

/** Web locks of one name, as far as they are used: taken alone if nobody has one, or shared for good. */
function fakeLocks(): LockManager {
  let shared = 0;
  const request = async (_name: string, options: LockOptions, use: (lock: Lock | null) => unknown) => {
    if (options.mode === "shared") {
      shared++;
      return use({ name: _name, mode: "shared" });
    }
    return use(shared > 0 ? null : { name: _name, mode: "exclusive" });
  };
  return { request, query: async () => ({}) } as unknown as LockManager;
}

describe("writing chunks", () => {
  test("makes the next while one is written, and hands them on in order", async () => {
    const events: string[] = [];
    async function* chunks() {
      for (const size of [1, 2, 3]) {
        events.push(`make ${size}`);
        yield new Uint8Array(size);
      }
    }
    await writeChunks({ chunks }, async (chunk) => {
      events.push(`write ${chunk.byteLength}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      events.push(`written ${chunk.byteLength}`);
    });
    expect(events).toEqual([
      "make 1",
      "write 1",
      "make 2",
      "written 1",
      "write 2",
      "make 3",
      "written 2",
      "write 3",
      "written 3",
    ]);
  });

  test("passes on what fails first, and stops making", async () => {
    const made = vi.fn();
    async function* chunks() {
      for (;;) {
        made();
        yield new Uint8Array(1);
      }
    }
    const full = async () => Promise.reject(new Error("full"));
    await expect(writeChunks({ chunks }, full)).rejects.toThrow("full");
    expect(made).toHaveBeenCalledTimes(2);
    await expect(writeChunks({ chunks: breaking }, full)).rejects.toThrow(/full|broke/);
  });
});
