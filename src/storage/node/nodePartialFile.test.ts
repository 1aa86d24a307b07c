/** What a crash may leave of a partly written file, byte by byte: nothing counts that is not there. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { missingExtents } from "../hub/extents.ts";
import type { HubFile } from "../hub/hubFiles.ts";
import { journalLine } from "../hub/journal.ts";
import { beginPartial, partialPaths } from "./nodePartialFile.ts";

const { signal } = new AbortController();
const BYTES = new Uint8Array(120).map((_, i) => 255 - i);
const KEY = "e".repeat(64);
const FILE: HubFile = { path: "model.safetensors", byteLength: 120, key: KEY, sha256: KEY };
/** As three pieces at a time write them. */
const WRITES = [
  [0, 10],
  [80, 95],
  [40, 52],
  [10, 25],
  [95, 120],
] as const;

let folder: string;
let places: { readonly ours: string; readonly blobs: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mergescope-partial-"));
  places = { ours: join(folder, "ours"), blobs: join(folder, "blobs") };
  mkdirSync(join(places.ours, "parts"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Continues what was left, and finishes it. @returns the bytes that still had to come. */
async function goOn(): Promise<number> {
  const partial = await beginPartial(places, FILE, signal);
  // What counts as there is there.
  for (const { startByte, endByte } of partial.done)
    expect(await partial.read(startByte, endByte)).toEqual(BYTES.slice(startByte, endByte));
  let brought = 0;
  for (const { startByte, endByte } of missingExtents(FILE.byteLength, partial.done)) {
    await partial.write(startByte, BYTES.slice(startByte, endByte));
    brought += endByte - startByte;
  }
  await partial.finish();
  expect(readFileSync(join(places.blobs, KEY))).toEqual(Buffer.from(BYTES));
  rmSync(join(places.blobs, KEY));
  return brought;
}

test("a journal cut at any byte, before and while the next line is written", async () => {
  const { data, journal } = partialPaths(places.ours, FILE);
  const lines = WRITES.map(([startByte, endByte]) => journalLine({ startByte, endByte }));
  const text = lines.join("");
  for (let cut = 0; cut <= text.length; cut++) {
    const kept = lines.filter((_, i) => lines.slice(0, i + 1).join("").length <= cut).length;
    // Bytes are safe before their line is begun; of the next write any part may be there.
    const bytes = new Uint8Array(120);
    for (const [start, end] of WRITES.slice(0, kept)) bytes.set(BYTES.subarray(start, end), start);
    writeFileSync(data, bytes);
    writeFileSync(journal, text.slice(0, cut));
    const there = WRITES.slice(0, kept).reduce((sum, [start, end]) => sum + end - start, 0);
    expect(await goOn()).toBe(120 - there);
  }
});

test("bytes that are fewer than the journal knows, at any length", async () => {
  const { data, journal } = partialPaths(places.ours, FILE);
  for (let length = 0; length <= 120; length++) {
    writeFileSync(data, BYTES.subarray(0, length));
    writeFileSync(journal, "0 40\n40 90\n");
    expect(await goOn()).toBe(length >= 90 ? 30 : 120);
  }
});

test("a crash between finishing and forgetting the journal costs nothing that is whole", async () => {
  const { data, journal } = partialPaths(places.ours, FILE);
  rmSync(data, { force: true });
  writeFileSync(journal, "0 120\n");
  expect(await goOn()).toBe(120);
});

test("writes at the same time are all in the journal", async () => {
  const first = await beginPartial(places, FILE, signal);
  await Promise.all(WRITES.map(([start, end]) => first.write(start, BYTES.slice(start, end))));
  await first.close();
  const { journal } = partialPaths(places.ours, FILE);
  expect(readFileSync(journal, "utf8").split("\n").length).toBe(WRITES.length + 1);
  expect(await goOn()).toBe(120 - WRITES.reduce((sum, [start, end]) => sum + end - start, 0));
});
