/** The hub against a real server: listings, ranges, tokens, and everything that servers and connections do wrong. */

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { equalBytes } from "../../base/bytes.ts";
import { AppError, toErrorRecord } from "../../base/errors.ts";
import { wait } from "../../base/job.ts";
import { type MockHub, startMockHub } from "../fixtures/mockHub.ts";
import { createNodeHubCache } from "../node/nodeHubCache.ts";
import { nodeHashSource } from "../node/nodeSha256.ts";
import { createHub, type HubParts } from "./hub.ts";
import type { HubFiles, KnownExtent } from "./hubFiles.ts";

const { signal } = new AbortController();
const SIZE = 20_000_000;
const WEIGHTS = Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >>> 9) * 7) & 255);
/** A part whose content is known, as a mask's is. */
WEIGHTS.fill(1, 3_000_000, 5_000_000);
const MASK: KnownExtent = { startByte: 3_000_000, endByte: 5_000_000, fill: (_, out) => void out.fill(1) };
const NAME = "org/tiny";
const PATH = "model.safetensors";

let hub: MockHub;
let folder: string;
beforeEach(async () => {
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`extra/${i}.txt`, `${i}`]));
  hub = await startMockHub({
    [NAME]: {
      revisions: {
        step1000: { "config.json": '{"a":1}', [PATH]: WEIGHTS, ...many },
        "stage/step2": { "config.json": "{}" },
        main: { "config.json": '{"a":2}' },
      },
      tags: { v1: "main" },
    },
    "org/gated": {
      gated: true,
      revisions: { main: { "config.json": "{}", [PATH]: WEIGHTS.subarray(0, 200_000) } },
    },
  });
  folder = mkdtempSync(join(tmpdir(), "mergescope-hub-"));
});
afterEach(async () => {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

function connect(parts: Partial<HubParts> = {}) {
  return createHub({
    endpoint: hub.endpoint,
    token: null,
    offline: false,
    cache: createNodeHubCache(folder),
    fetch: (url, init) => fetch(url, init),
    wait: async () => undefined,
    hash: nodeHashSource,
    ...parts,
  });
}

const open = (parts?: Partial<HubParts>): Promise<HubFiles> => connect(parts).open(NAME, "step1000", signal);
const quiet = { signal, onBytes: () => undefined };

async function digestOf(files: HubFiles): Promise<string> {
  const source = (await files.open(PATH, signal))!;
  return createHash("sha256")
    .update(await source.read(0, SIZE, signal))
    .digest("hex");
}
const EXPECTED = createHash("sha256").update(WEIGHTS).digest("hex");

async function errorOf(attempt: Promise<unknown>) {
  try {
    await attempt;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(AppError);
    const record = toErrorRecord(thrown);
    return { ...record, words: `${record.message} ${record.advice}` };
  }
  throw new Error("nothing went wrong");
}

describe("a listing", () => {
  test("names branches, tags, the commit, and every file with its size and hash, page after page", async () => {
    expect(await connect().revisions(NAME, signal)).toEqual(["step1000", "stage/step2", "main", "v1"]);
    const ofTag = (await connect().open(NAME, "v1", signal)).listing;
    expect(ofTag.commit).toBe((await connect().open(NAME, "main", signal)).listing.commit);
    const { listing } = await open();
    expect(listing.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(listing.files).toHaveLength(62);
    expect(listing.files.find(({ path }) => path === PATH)).toEqual({
      path: PATH,
      byteLength: SIZE,
      key: EXPECTED,
      sha256: EXPECTED,
    });
    expect((await connect().open(NAME, "stage/step2", signal)).listing.files).toHaveLength(1);
  });

  test("holds the commit: a branch that moves on changes nothing", async () => {
    const files = await open();
    hub.replaceFile(NAME, "step1000", "config.json", '{"a":"other"}');
    const config = (await files.open("config.json", signal))!;
    expect(new TextDecoder().decode(await config.read(0, config.byteLength, signal))).toBe('{"a":1}');
  });

  test("knows what is not there without asking", async () => {
    const files = await open();
    const before = hub.requests.length;
    expect(await files.open("pytorch_model.bin", signal)).toBeNull();
    expect(hub.requests.length).toBe(before);
  });
});

test("a header costs one request and its redirect", async () => {
  const source = (await (await open()).open(PATH, signal))!;
  const before = hub.requests.length;
  expect(await source.read(0, 8, signal)).toEqual(WEIGHTS.slice(0, 8));
  expect(await source.read(8, 9000, signal)).toEqual(WEIGHTS.slice(8, 9000));
  expect(hub.requests.length - before).toBe(2);
  expect(source.sha256).toBe(EXPECTED);
});

describe("a refusal says what to do", () => {
  test.each([
    ["org/nothing", "main", "not-found", /no repository org\/nothing.*token/],
    [NAME, "step77", "not-found", /has no revision step77.*Look up/],
    ["org/gated", "main", "read-failed", /gated or private.*token/],
  ])("%s@%s", async (repository, revision, tag, words) => {
    const error = await errorOf(connect().open(repository, revision, signal));
    expect(error.tag).toBe(tag);
    expect(error.words).toMatch(words);
  });

  test("a token opens a gated repository, goes to the hub alone, and is in no error", async () => {
    const files = await connect({ token: "hf_right" }).open("org/gated", "main", signal);
    const source = (await files.open(PATH, signal))!;
    await source.read(100_000, 100_010, signal);
    const seen = (server: string) =>
      hub.requests.filter((one) => one.server === server).map(({ authorization }) => authorization);
    expect(new Set(seen("hub"))).toEqual(new Set(["Bearer hf_right"]));
    expect(new Set(seen("cdn"))).toEqual(new Set([null]));
    const wrong = await errorOf(connect({ token: "hf_secret" }).open("org/gated", "main", signal));
    expect(JSON.stringify(wrong)).not.toContain("hf_secret");
    expect(wrong.words).toContain("token given may not read it");
  });

  test("a page instead of data, data of another kind, no answer at all", async () => {
    hub.faults.push({ path: "/revision/", times: 1, html: true });
    expect((await errorOf(open())).words).toMatch(/does not answer as a hub.*login page/);
    const nobody = await errorOf(open({ endpoint: "http://127.0.0.1:9" }));
    expect(nobody.words).toContain("could not be reached");
  });

  test("offline, what was seen before is opened, and nothing else", async () => {
    await (await open()).fetch("config.json", [], quiet);
    for (const parts of [{ offline: true }, { endpoint: "http://127.0.0.1:9" }]) {
      const files = await open(parts);
      const config = (await files.open("config.json", signal))!;
      expect(config.byteLength).toBe(7);
      expect(await config.read(0, 7, signal)).toEqual(new TextEncoder().encode('{"a":1}'));
      await errorOf(connect(parts).open(NAME, "main", signal));
    }
  });
});

describe("a busy server", () => {
  test("is asked again, as late as it says, and given up at last", async () => {
    hub.faults.push({ path: "/revision/", times: 1, status: 429, retryAfter: 7 });
    hub.faults.push({ path: "/tree/", times: 2, status: 503 });
    const waits: number[] = [];
    await open({ wait: async (ms) => void waits.push(ms) });
    expect(waits[0]).toBe(7000);
    expect(waits).toHaveLength(3);
    expect(waits[2]! > waits[1]!).toBe(true);
    hub.faults.push({ path: "/refs", status: 500 });
    const before = hub.requests.length;
    const error = await errorOf(connect().revisions(NAME, signal));
    expect(error.words).toContain("500");
    expect(hub.requests.length - before).toBe(6);
  });
});

describe("fetching", () => {
  test("brings a file in pieces, leaves out what is known, and proves it by the hash", async () => {
    const files = await open();
    const opened = (await files.open(PATH, signal))!;
    expect(await files.missingBytes(PATH, [MASK])).toBe(SIZE - 2_000_000);
    const told: number[] = [];
    await files.fetch(PATH, [MASK], {
      signal,
      onBytes: (received, total) => {
        expect(total).toBe(SIZE - 2_000_000);
        told.push(received);
      },
    });
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(SIZE - 2_000_000);
    expect(hub.sentBytes(PATH)).toBe(SIZE - 2_000_000);
    expect(await files.missingBytes(PATH, [MASK])).toBe(0);
    const before = hub.requests.length;
    // The source that was opened before reads the copy now.
    const copied = await opened.read(2_999_990, 5_000_010, signal);
    expect(equalBytes(copied, WEIGHTS.subarray(2_999_990, 5_000_010))).toBe(true);
    expect(await digestOf(await open())).toBe(EXPECTED);
    expect(hub.requests.slice(before).every(({ url }) => !url.includes("resolve"))).toBe(true);
  });

  test("a guess at known bytes that is wrong is found out, and the bytes are fetched after all", async () => {
    const files = await open();
    await files.fetch(PATH, [{ ...MASK, fill: (_, out) => void out.fill(0) }], quiet);
    expect(await digestOf(files)).toBe(EXPECTED);
    expect(hub.sentBytes(PATH)).toBe(SIZE);
  });

  test("goes on at the byte where a connection broke", async () => {
    const files = await open();
    hub.faults.push({ path: "path=model", times: 4, dropAfter: 700_000 });
    await files.fetch(PATH, [], quiet);
    expect(await digestOf(files)).toBe(EXPECTED);
    expect(hub.sentBytes(PATH)).toBe(SIZE);
  });

  test("wrong bytes are thrown away, and a second try is right", async () => {
    const files = await open();
    hub.faults.push({ path: "path=model", times: 1, wrongBytes: true });
    const error = await errorOf(files.fetch(PATH, [], quiet));
    expect(error.tag).toBe("bad-format");
    expect(error.words).toMatch(/other bytes than its hash/);
    expect(await files.missingBytes(PATH, [])).toBe(SIZE);
    await files.fetch(PATH, [], quiet);
    expect(await digestOf(files)).toBe(EXPECTED);
  });

  test("a small file is held to its git id", async () => {
    const files = await open();
    hub.faults.push({ path: "config.json", times: 1, wrongBytes: true });
    expect((await errorOf(files.fetch("config.json", [], quiet))).tag).toBe("bad-format");
    await files.fetch("config.json", [], quiet);
    expect(await files.missingBytes("config.json", [])).toBe(0);
  });

  test.each([
    ["ignores ranges", { ignoreRange: true }, /came whole/],
    ["tells another length", { wrongTotal: 17 }, /17 bytes where/],
    ["sends more than was asked for", { extraBytes: 10 }, /more of .* than was asked for/],
    ["goes away", { status: 404 }, /404/],
  ])("a server that %s is found out, and nothing counts as there", async (_, fault, words) => {
    const files = await open();
    hub.faults.push({ path: "path=model", ...fault });
    expect((await errorOf(files.fetch(PATH, [], quiet))).words).toMatch(words);
    expect(await files.missingBytes(PATH, [])).toBeGreaterThan(0);
    hub.faults.length = 0;
    await files.fetch(PATH, [], quiet);
    expect(await digestOf(files)).toBe(EXPECTED);
  });

  test("a server that keeps ending early is given up after a few tries", async () => {
    const files = await open();
    hub.faults.push({ path: "path=model", dropAfter: 0 });
    const error = await errorOf(files.fetch(PATH, [], quiet));
    expect(error.tag).toBe("read-failed");
  });

  test("stopped in the middle it keeps what came, and goes on from there", async () => {
    const files = await open();
    const stop = new AbortController();
    const fetching = files.fetch(PATH, [MASK], {
      signal: stop.signal,
      onBytes: (received) => received > 6_000_000 && stop.abort(),
    });
    expect((await errorOf(fetching)).tag).toBe("cancelled");
    const left = await files.missingBytes(PATH, [MASK]);
    expect(left).toBeLessThan(SIZE - 2_000_000 - 6_000_000);
    const before = hub.sentBytes(PATH);
    await files.fetch(PATH, [MASK], quiet);
    expect(hub.sentBytes(PATH) - before).toBe(left);
    expect(await digestOf(files)).toBe(EXPECTED);
  });

  test("two that want the same file fetch it once", async () => {
    const [one, other] = [await open({ wait }), await open({ wait })];
    await Promise.all([one.fetch(PATH, [], quiet), other.fetch(PATH, [], quiet)]);
    expect(hub.sentBytes(PATH)).toBe(SIZE);
    expect([await digestOf(one), await digestOf(other)]).toEqual([EXPECTED, EXPECTED]);
  });
});
