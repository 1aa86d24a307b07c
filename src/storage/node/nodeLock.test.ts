/** The lock of one writer: what is waited for, and what a holder that is no more leaves behind. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { holdLock } from "./nodeLock.ts";

const { signal } = new AbortController();
const realTimeout = setTimeout;
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mergescope-lock-"));
  path = join(folder, "file.lock");
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

/** Lets time pass on the clock of the lock; the disk takes its own. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 200) {
    await vi.advanceTimersByTimeAsync(200);
    await new Promise((resolve) => realTimeout(resolve, 3));
  }
}

function begin(stop = signal) {
  const state = { has: false, lock: holdLock(path, stop) };
  state.lock.then(
    () => {
      state.has = true;
    },
    () => undefined,
  );
  return state;
}

test("a process that is no more is not waited for", async () => {
  // Larger than any process's number.
  writeFileSync(path, `4194305 dead ${hostname()}`);
  await (await holdLock(path, signal))();
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ["our own number, from before a restart", `${process.pid} before ${hostname()}`],
  ["a machine that shares the folder", `${process.pid} other elsewhere`],
  ["no name yet", ""],
])("a lock that nobody touches is taken away in time: %s", async (_, holder) => {
  writeFileSync(path, holder);
  const second = begin();
  await pass(10_000);
  expect(second.has).toBe(false);
  expect(readFileSync(path, "utf8")).toBe(holder);
  await pass(20_000);
  expect(second.has).toBe(true);
  await (await second.lock)();
  expect(readdirSync(folder)).toEqual([]);
});

test("a holder that lives is waited for, however long", async () => {
  const release = await holdLock(path, signal);
  const second = begin();
  await pass(60_000);
  expect(second.has).toBe(false);
  await release();
  await pass(1000);
  expect(second.has).toBe(true);
  await (await second.lock)();
});

test("who waits can be stopped", async () => {
  const release = await holdLock(path, signal);
  const stop = new AbortController();
  const second = begin(stop.signal);
  await pass(400);
  stop.abort();
  await expect(second.lock).rejects.toMatchObject({ tag: "cancelled" });
  await release();
  expect(existsSync(path)).toBe(false);
});

test("a lock that was taken away is not let go for its new holder", async () => {
  const release = await holdLock(path, signal);
  writeFileSync(path, `${process.pid} other elsewhere`);
  await release();
  expect(existsSync(path)).toBe(true);
});
