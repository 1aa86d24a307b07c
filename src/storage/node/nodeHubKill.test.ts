/**
 * A fetch whose process is killed, again and again, at moments drawn by a seed: no half file ever has a whole one's name,
 * what was written is not fetched again, and in the end the file is right.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type MockHub, startMockHub } from "../fixtures/mockHub.ts";
import { totalBytes } from "../hub/extents.ts";
import { parseJournal } from "../hub/journal.ts";

const SIZE = 96_000_000;
const BYTES = new Uint8Array(SIZE).map((_, i) => (i * 17 + (i >>> 8) * 5) & 255);
const SHA256 = createHash("sha256").update(BYTES).digest("hex");
const NAME = "org/tiny";
const PATH = "model.safetensors";
const KILLS = 10;
const SEEDS = [1, 2];
/** Six pieces at a time, each with a write that is not safe yet and what the connection holds. */
const IN_FLIGHT = 6 * 1_250_000;

let hub: MockHub;
let folder: string;
let child: ChildProcess | null = null;
beforeEach(async () => {
  hub = await startMockHub({ [NAME]: { revisions: { main: { [PATH]: BYTES } } } });
  hub.faults.push({ path: "path=", bytesPerSecond: 8_000_000 });
  folder = mkdtempSync(join(tmpdir(), "mergescope-kill-"));
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the fetch; resolves with its exit code, `null` when it was killed. */
function start(): Promise<{ readonly code: number | null; readonly words: string }> {
  const script = fileURLToPath(new URL("../fixtures/fetchInto.ts", import.meta.url));
  const args = ["--import", "tsx", script, hub.endpoint, folder, NAME, "main", PATH];
  const started = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  child = started;
  let words = "";
  started.stderr.on("data", (chunk) => {
    words += chunk;
  });
  return new Promise((resolve) => started.once("close", (code) => resolve({ code, words })));
}

/** Numbers from 0 to 1 (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const root = () => join(folder, `models--${NAME.replace("/", "--")}`);

/** Whatever has a whole file's name is the whole file. */
function checkNames(): boolean {
  const blobs = join(root(), "blobs");
  const names = existsSync(blobs) ? readdirSync(blobs) : [];
  for (const name of names) {
    expect(name).toBe(SHA256);
    expect(
      createHash("sha256")
        .update(readFileSync(join(blobs, name)))
        .digest("hex"),
    ).toBe(SHA256);
  }
  const snapshots = join(root(), "snapshots");
  for (const commit of existsSync(snapshots) ? readdirSync(snapshots) : [])
    expect(readFileSync(join(snapshots, commit, PATH)).byteLength).toBe(SIZE);
  return names.length > 0;
}

/** How much of the file the next attempt need not fetch. */
function safeBytes(): number {
  if (checkNames()) return SIZE;
  const journal = join(root(), ".mergescope", "parts", `${SHA256}.extents`);
  return existsSync(journal) ? totalBytes(parseJournal(readFileSync(journal, "utf8"), SIZE)) : 0;
}

test.each(SEEDS)(
  "killed at random moments it goes on where it was (seed %i)",
  async (seed) => {
    const random = createRandom(seed);
    let kills = 0;
    let safe = 0;
    for (let attempt = 0; attempt < KILLS && !checkNames(); attempt++) {
      // Now after some bytes, now in the middle of beginning, hashing or renaming.
      const more = random() < 0.5 ? 0 : 8_000_000 + random() * 16_000_000;
      const target = hub.sentBytes(PATH) + more;
      const before = hub.requests.length;
      const ended = start();
      const hasCome = () => hub.requests.length > before && hub.sentBytes(PATH) >= Math.min(target, SIZE);
      let isOver = false;
      void ended.then(() => {
        isOver = true;
      });
      while (!isOver && !hasCome()) await pause(5);
      await pause(random() * 40);
      child?.kill("SIGKILL");
      const { code, words } = await ended;
      if (code === null) kills++;
      else expect(words).toBe("");
      // What was safe before this attempt is safe after it, wherever it was killed.
      const nowSafe = safeBytes();
      expect(nowSafe).toBeGreaterThanOrEqual(safe);
      safe = nowSafe;
    }
    expect(kills).toBeGreaterThanOrEqual(4);
    expect(await start()).toEqual({ code: 0, words: "" });
    expect(checkNames()).toBe(true);
    expect(hub.sentBytes(PATH)).toBeGreaterThanOrEqual(SIZE);
    expect(hub.sentBytes(PATH)).toBeLessThanOrEqual(SIZE + kills * IN_FLIGHT);
    // Another visit finds it there.
    const sent = hub.sentBytes(PATH);
    expect(await start()).toEqual({ code: 0, words: "" });
    expect(hub.sentBytes(PATH)).toBe(sent);
  },
  120_000,
);

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
