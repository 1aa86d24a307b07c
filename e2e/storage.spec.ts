/**
 * The hub's files in a real browser's storage: what breaks and tabs do to them, from a built page in a folder of its own.
 */
import { createHash } from "node:crypto";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { type MockHub, startMockHub } from "../src/storage/fixtures/mockHub.ts";
import { type BuiltPage, servePage } from "./builtPage.ts";
import type { Answer, Request } from "./storage/worker.ts";

const SIZE = 3_000_000;
const BYTES = new Uint8Array(SIZE).map((_, i) => (i * 17 + (i >>> 8) * 5) & 255);
const KEY = createHash("sha256").update(BYTES).digest("hex");
const REPOSITORY = "org/tiny";
const PATH = "model.safetensors";
/** A write that is not safe yet, and what the connection holds. */
const IN_FLIGHT = 1_500_000;

let built: BuiltPage;
let hub: MockHub;

test.beforeAll(async () => {
  built = await servePage("e2e/storage/index.html");
});

test.afterAll(() => built.close());

test.beforeEach(async () => {
  const files = { [PATH]: BYTES };
  hub = await startMockHub({ [REPOSITORY]: { revisions: { step1: files, step2: files } } });
});

test.afterEach(() => hub.close());

async function openTab(context: BrowserContext): Promise<Page> {
  const tab = await context.newPage();
  await tab.goto(built.address);
  return tab;
}

const ask = (tab: Page, request: Request): Promise<Answer> =>
  tab.evaluate((asked) => window.askStorage(asked), request);

async function result(tab: Page, request: Request): Promise<unknown> {
  const answer = await ask(tab, request);
  if ("error" in answer) throw new Error(JSON.stringify(answer.error));
  return answer.result;
}

const at = (revision = "step1") => ({ endpoint: hub.endpoint, revision, path: PATH });
const fetchFile = (revision?: string): Request => ({ kind: "fetch", ...at(revision) });
const missing = (): Request => ({ kind: "missing", ...at() });
const slowly = { path: "path=", bytesPerSecond: 1_500_000 };

test("a page that is closed in the middle goes on where it stopped", { tag: "@wasm" }, async ({
  context,
}) => {
  hub.faults.push(slowly);
  const first = await openTab(context);
  void ask(first, fetchFile()).catch(() => undefined);
  await expect.poll(() => hub.sentBytes(PATH)).toBeGreaterThan(2_000_000);
  await first.close();
  const second = await openTab(context);
  const left = Number(await result(second, missing()));
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(SIZE - 1_000_000);
  expect(await result(second, { kind: "stored" })).toMatchObject({ files: [{ key: KEY, whole: false }] });
  hub.faults.length = 0;
  expect(await result(second, fetchFile())).toBe(KEY);
  expect(hub.sentBytes(PATH)).toBeLessThanOrEqual(SIZE + IN_FLIGHT);
  expect(hub.requests.at(-1)?.range).toBe(`bytes=${SIZE - left}-${SIZE - 1}`);
  expect(await result(second, missing())).toBe(0);
});

test("two tabs that want the same file fetch it once", { tag: "@wasm" }, async ({ context }) => {
  hub.faults.push(slowly);
  const tabs = [await openTab(context), await openTab(context)];
  expect(await Promise.all(tabs.map((tab) => result(tab, fetchFile())))).toEqual([KEY, KEY]);
  expect(hub.sentBytes(PATH)).toBe(SIZE);
});

test("the same content under two names is kept once", { tag: "@wasm" }, async ({ context }) => {
  const tab = await openTab(context);
  for (const revision of ["step1", "step2"]) expect(await result(tab, fetchFile(revision))).toBe(KEY);
  expect(hub.sentBytes(PATH)).toBe(SIZE);
  const names = ["step1", "step2"].map((revision) => `${REPOSITORY}@${revision} ${PATH}`);
  const stored = await result(tab, { kind: "stored" });
  expect(stored).toMatchObject({ usedBytes: SIZE, files: [{ key: KEY, bytes: SIZE, whole: true }] });
  const { files, quotaBytes } = stored as { files: { names: string[] }[]; quotaBytes: number };
  expect(files[0]?.names.toSorted()).toEqual(names);
  expect(quotaBytes).toBeGreaterThan(SIZE);
});

test("what another tab uses is not removed", { tag: "@wasm" }, async ({ context }) => {
  const [user, other] = [await openTab(context), await openTab(context)];
  await result(user, fetchFile());
  await result(user, { kind: "hold", keys: [KEY] });
  const remove: Request = { kind: "remove", keys: [KEY] };
  for (const tab of [user, other])
    expect(await ask(tab, remove)).toMatchObject({
      error: {
        tag: "usage",
        message: `${REPOSITORY}@step1 ${PATH} is in use by a running study or another tab.`,
      },
    });
  expect(await result(other, missing())).toBe(0);
  await user.close();
  await expect.poll(() => ask(other, remove)).toEqual({ result: undefined });
  expect(await result(other, missing())).toBe(SIZE);
  expect(await result(other, { kind: "stored" })).toMatchObject({ files: [], usedBytes: 0 });
});

test("what is being fetched is not removed", { tag: "@wasm" }, async ({ context }) => {
  hub.faults.push(slowly);
  const [writer, other] = [await openTab(context), await openTab(context)];
  const fetched = result(writer, fetchFile());
  await expect.poll(() => hub.sentBytes(PATH)).toBeGreaterThan(100_000);
  expect(await ask(other, { kind: "remove", keys: [KEY] })).toMatchObject({ error: { tag: "usage" } });
  expect(await fetched).toBe(KEY);
});

test("without the network, what was fetched before is there", { tag: "@wasm" }, async ({ context }) => {
  const before = await openTab(context);
  await result(before, fetchFile());
  await before.close();
  const where = fetchFile();
  await hub.close();
  const tab = await openTab(context);
  expect(await result(tab, where)).toBe(KEY);
  expect(await ask(tab, { ...where, revision: "step2" } as Request)).toMatchObject({
    error: { tag: "read-failed" },
  });
});

test("what a crash may leave is never taken for whole", { tag: "@wasm" }, async ({ context }) => {
  const tab = await openTab(context);
  const [marker, journal] = [`${KEY}.whole`, `${KEY}.extents`];
  const left: readonly [Readonly<Record<string, string | number>>, number][] = [
    [{ [KEY]: SIZE }, SIZE],
    [{ [KEY]: SIZE, [marker]: "" }, SIZE],
    [{ [KEY]: SIZE, [marker]: "3000000" }, SIZE],
    [{ [KEY]: SIZE, [marker]: "30" }, SIZE],
    [{ [KEY]: SIZE - 1, [marker]: "3000000\n" }, SIZE],
    [{ [KEY]: SIZE - 1, [marker]: "2999999\n" }, SIZE],
    [{ [marker]: "3000000\n" }, SIZE],
    [{ [journal]: "0 1048576\n" }, SIZE],
    [{ [KEY]: 1_000_000, [journal]: "0 1048576\n" }, SIZE],
    [{ [KEY]: SIZE, [journal]: "0 10485" }, SIZE],
    [{ [KEY]: SIZE, [journal]: "0 3000001\n" }, SIZE],
  ];
  for (const [files, bytes] of left) {
    const sent = hub.sentBytes(PATH);
    await result(tab, { kind: "lay", files });
    expect([files, await result(tab, missing())]).toEqual([files, bytes]);
    expect(await result(tab, fetchFile())).toBe(KEY);
    expect(hub.sentBytes(PATH) - sent).toBe(SIZE);
  }
  // The journal vouches for bytes that are wrong: the hash finds out, and the next attempt starts anew.
  await result(tab, { kind: "lay", files: { [KEY]: SIZE, [journal]: "0 1048576\n" } });
  expect(await result(tab, missing())).toBe(SIZE - 1_048_576);
  expect(await ask(tab, fetchFile())).toMatchObject({ error: { tag: "bad-format" } });
  expect(await result(tab, fetchFile())).toBe(KEY);
});

test("where room runs out, what came stays", { tag: "@wasm" }, async ({ context }) => {
  const tab = await openTab(context);
  const session = await context.newCDPSession(tab);
  const origin = new URL(built.address).origin;
  hub.faults.push(slowly);
  const fetched = ask(tab, fetchFile());
  await expect.poll(() => hub.sentBytes(PATH)).toBeGreaterThan(1_200_000);
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1_200_000 });
  expect(await fetched).toMatchObject({
    error: {
      tag: "out-of-memory",
      advice: "Remove kept files you no longer need.",
      fields: { path: PATH, neededBytes: SIZE },
    },
  });
  await session.send("Storage.overrideQuotaForOrigin", { origin });
  const left = Number(await result(tab, missing()));
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(SIZE);
  expect(await result(tab, fetchFile())).toBe(KEY);
  expect(hub.requests.at(-1)?.range).toBe(`bytes=${SIZE - left}-${SIZE - 1}`);
});
