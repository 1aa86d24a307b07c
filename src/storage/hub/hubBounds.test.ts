/** What the hub is held to, whatever a server lists: no network when there should be none, bounded listings, clear ends. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AppError, toErrorRecord } from "../../base/errors.ts";
import { type MockHub, startMockHub } from "../fixtures/mockHub.ts";
import type { Fetch } from "../httpRequest.ts";
import { createNodeHubCache } from "../node/nodeHubCache.ts";
import { nodeHashSource } from "../node/nodeSha256.ts";
import { createHub, type HubParts } from "./hub.ts";

const { signal } = new AbortController();
const quiet = { signal, onBytes: () => undefined };
const NAME = "org/tiny";
const PATH = "model.safetensors";
const COMMIT = "c".repeat(40);
const WEIGHTS = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31 + (i >>> 9) * 7) & 255);
const KEY = createHash("sha256").update(WEIGHTS).digest("hex");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mergescope-bounds-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function connect(parts: Partial<HubParts>) {
  return createHub({
    endpoint: "https://hub.test",
    token: null,
    offline: false,
    cache: createNodeHubCache(folder),
    fetch: (url, init) => fetch(url, init),
    wait: async () => undefined,
    hash: nodeHashSource,
    ...parts,
  });
}

async function recordOf(attempt: Promise<unknown>) {
  const thrown = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(AppError);
  return toErrorRecord(thrown);
}

/** A hub that answers listings from a function of the address, and notes what it is asked. */
function fakeHub(page: (url: URL) => { readonly entries: readonly object[]; readonly link?: string }) {
  const asked: string[] = [];
  const answer: Fetch = async (url) => {
    asked.push(url);
    if (url.includes("/revision/")) return Response.json({ sha: COMMIT });
    const { entries, link } = page(new URL(url));
    return Response.json(entries, link === undefined ? {} : { headers: { Link: `<${link}>; rel="next"` } });
  };
  return { asked, fetch: answer };
}

const entry = (path: string, size = 10) => ({ type: "file", path, size, oid: "a".repeat(40) });

describe("the pages of a listing", () => {
  test("come from this hub's own address, whatever address a mirror's original names", async () => {
    const hub = fakeHub((url) =>
      url.searchParams.get("cursor") === "x/=&2"
        ? { entries: [entry("b")] }
        : {
            entries: [entry("a")],
            link: `https://huggingface.co/api/models/${NAME}/tree/${COMMIT}?recursive=true&cursor=${encodeURIComponent("x/=&2")}`,
          },
    );
    const { listing } = await connect({ ...hub, token: "hf_secret" }).open(NAME, "main", signal);
    expect(listing.files.map(({ path }) => path)).toEqual(["a", "b"]);
    expect(hub.asked.every((url) => url.startsWith("https://hub.test/api/models/org/tiny/"))).toBe(true);
  });

  test("that have no end, or too many files, are no listing", async () => {
    const endless = fakeHub(() => ({ entries: [], link: "https://hub.test/?cursor=again" }));
    expect((await recordOf(connect(endless).open(NAME, "main", signal))).tag).toBe("bad-format");
    const many = Array.from({ length: 20_000 }, (_, i) => entry(`${i}`));
    const huge = fakeHub(() => ({ entries: many, link: "https://hub.test/?cursor=again" }));
    expect((await recordOf(connect(huge).open(NAME, "main", signal))).tag).toBe("bad-format");
    expect(huge.asked.length).toBeLessThan(12);
  });
});

describe("files that cannot be", () => {
  test("larger than the disk's room: told before a byte moves", async () => {
    const size = Number.MAX_SAFE_INTEGER;
    const hub = fakeHub(() => ({ entries: [{ ...entry(PATH, size), lfs: { oid: KEY, size } }] }));
    const files = await connect(hub).open(NAME, "main", signal);
    const record = await recordOf(files.fetch(PATH, [], quiet));
    expect(record.tag).toBe("out-of-memory");
    expect(record.message).toContain("has room for");
    expect(hub.asked).toHaveLength(2);
  });

  test("too large to be held in memory for git's id: told before a byte moves", async () => {
    const hub = fakeHub(() => ({ entries: [entry("config.json", 500_000_000)] }));
    const files = await connect(hub).open(NAME, "main", signal);
    expect((await recordOf(files.fetch("config.json", [], quiet))).tag).toBe("unsupported");
    expect(hub.asked).toHaveLength(2);
  });
});

describe("over a connection", () => {
  let hub: MockHub;
  beforeEach(async () => {
    hub = await startMockHub({
      [NAME]: { revisions: { main: { "config.json": "{}", [PATH]: WEIGHTS } } },
      "org/gated": { gated: "files", revisions: { main: { "config.json": "{}", [PATH]: WEIGHTS } } },
    });
  });
  afterEach(() => hub.close());
  const open = (parts: Partial<HubParts> = {}) =>
    connect({ endpoint: hub.endpoint, ...parts }).open(NAME, "main", signal);

  test("offline, nothing is asked: not for a file that is not kept, nor to fetch one", async () => {
    await (await open()).fetch("config.json", [], quiet);
    const before = hub.requests.length;
    const files = await open({ offline: true });
    const weights = await files.open(PATH);
    for (const attempt of [
      weights?.read(0, 8),
      weights?.read(100_000, 100_008),
      files.fetch(PATH, [], quiet),
    ])
      expect((await recordOf(Promise.resolve(attempt))).message).toMatch(/not kept on this machine/);
    expect((await files.open("config.json"))?.byteLength).toBe(2);
    expect(hub.requests.length).toBe(before);
  });

  test("a kept file opened by two at once is read from here by both", async () => {
    await (await open()).fetch(PATH, [], quiet);
    const files = await open();
    const before = hub.requests.length;
    const both = await Promise.all([1, 2].map(() => files.open(PATH).then((source) => source?.read(0, 8))));
    expect(both).toEqual([WEIGHTS.slice(0, 8), WEIGHTS.slice(0, 8)]);
    expect(hub.requests.length).toBe(before);
  });

  test("a cache that may only be read is read", async () => {
    await (await open()).fetch(PATH, [], quiet);
    const readOnly = {
      ...createNodeHubCache(folder),
      remember: () => Promise.reject(new AppError("write-failed", "This folder may not be written to.")),
    };
    const source = await (await open({ cache: readOnly })).open(PATH);
    expect(await source?.read(0, 8)).toEqual(WEIGHTS.slice(0, 8));
  });

  test("a commit of which the hub's client brought a part is listed whole", async () => {
    await (await open()).fetch("config.json", [], quiet);
    const { commit } = (await open()).listing;
    rmSync(join(folder, "models--org--tiny/.mergescope"), { recursive: true });
    const files = await connect({ endpoint: hub.endpoint }).open(NAME, commit, signal);
    expect((await files.open(PATH))?.byteLength).toBe(WEIGHTS.byteLength);
  });

  test("nobody waits for a hub that is not there while what is kept will do", async () => {
    await (await open()).fetch(PATH, [], quiet);
    const waits: number[] = [];
    const files = await open({ endpoint: "http://127.0.0.1:9", wait: async (ms) => void waits.push(ms) });
    expect(await (await files.open(PATH))?.read(0, 8)).toEqual(WEIGHTS.slice(0, 8));
    expect(waits).toEqual([]);
  });

  test("a hub that fails is no reason not to open what is kept", async () => {
    await (await open()).fetch(PATH, [], quiet);
    hub.faults.push({ path: "/revision/", status: 502 });
    const source = await (await open()).open(PATH);
    expect(await source?.read(0, 8)).toEqual(WEIGHTS.slice(0, 8));
  });

  test("a read of a header can be stopped while the server is silent", async () => {
    const source = await (await open()).open(PATH);
    hub.faults.push({ path: "path=", hang: true });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    expect((await recordOf(source?.read(0, 8, stop.signal) ?? Promise.resolve())).tag).toBe("cancelled");
  });

  test("a read that others wait for too is not stopped with the first", async () => {
    const source = await (await open()).open(PATH);
    hub.faults.push({ path: "path=", times: 1, bytesPerSecond: 400_000 });
    const stop = new AbortController();
    const first = recordOf(source?.read(0, 8, stop.signal) ?? Promise.resolve());
    const second = source?.read(8, 16);
    stop.abort();
    expect((await first).tag).toBe("cancelled");
    expect(await second).toEqual(WEIGHTS.slice(8, 16));
  });

  test("a repository that shows its listing and not its files says that it is gated", async () => {
    for (const token of [null, "hf_wrong"]) {
      const files = await connect({ endpoint: hub.endpoint, token }).open("org/gated", "main", signal);
      const source = await files.open("config.json");
      for (const attempt of [source?.read(0, 2), files.fetch(PATH, [], quiet)]) {
        const record = await recordOf(Promise.resolve(attempt));
        expect(record.message).toMatch(/^org\/gated@main.* is gated or private/);
        expect(record.advice).toMatch(token === null ? /give a token/ : /token given may not/);
      }
    }
    const files = await connect({ endpoint: hub.endpoint, token: "hf_right" }).open(
      "org/gated",
      "main",
      signal,
    );
    await files.fetch(PATH, [], quiet);
  });

  test("a page in a file's place is told as one", async () => {
    const files = await open();
    hub.faults.push({ path: "resolve", html: true });
    for (const path of [PATH, "config.json"])
      expect((await recordOf(files.fetch(path, [], quiet))).message).toMatch(/^A page came in place of/);
  });
});
