/** Fetching one file: how many pieces at a time, what is asked for, what survives, and what is told. */
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { equalBytes } from "../../base/bytes.ts";
import { AppError, toErrorRecord } from "../../base/errors.ts";
import { createMemoryHubCache, createMemoryPartial } from "../fixtures/memoryHubCache.ts";
import { type MockHub, startMockHub } from "../fixtures/mockHub.ts";
import { nodeHashSource } from "../node/nodeSha256.ts";
import { type DownloadParts, downloadFile } from "./download.ts";
import { createHub } from "./hub.ts";
import type { HubFile, KnownExtent } from "./hubFiles.ts";

const { signal } = new AbortController();
const quiet = { signal, onBytes: () => undefined };
const SIZE = 100_000_000;
const BYTES = new Uint8Array(SIZE).map((_, i) => (i * 31 + (i >>> 9) * 7) & 255);
const MASK: KnownExtent = {
  startByte: 12_345_678,
  endByte: 40_000_001,
  fill: (startByte, out) => out.set(BYTES.subarray(startByte, startByte + out.byteLength)),
};
const sha256 = createHash("sha256").update(BYTES).digest("hex");
const FILE: HubFile = { path: "model.safetensors", byteLength: SIZE, key: sha256, sha256 };
type Asked = { readonly startByte: number; readonly endByte: number };

/** A server without a network: it notes what it was asked for, and how often at a time. */
function createServer(chunkBytes = 400_000) {
  const asked: Asked[] = [];
  let open = 0;
  let most = 0;
  const stream: DownloadParts["stream"] = async function* (startByte, endByte) {
    asked.push({ startByte, endByte });
    most = Math.max(most, ++open);
    try {
      for (let at = startByte; at < endByte; at += chunkBytes) {
        await new Promise((resolve) => setImmediate(resolve));
        yield BYTES.slice(at, Math.min(at + chunkBytes, endByte));
      }
    } finally {
      open--;
    }
  };
  return { asked, stream, open: () => open, most: () => most };
}

const partsOf = (stream: DownloadParts["stream"]): DownloadParts => ({
  stream,
  wait: async () => undefined,
  hash: nodeHashSource,
});

async function recordOf(attempt: Promise<unknown>) {
  const thrown = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(AppError);
  return toErrorRecord(thrown);
}

test("several pieces come at a time, never more than six, and each byte is asked for once", async () => {
  const server = createServer();
  const partial = createMemoryPartial(SIZE);
  await downloadFile(partsOf(server.stream), FILE, partial, [], quiet);
  expect(server.most()).toBe(6);
  expect(server.open()).toBe(0);
  const inOrder = server.asked.toSorted((a, b) => a.startByte - b.startByte);
  expect(inOrder[0]?.startByte).toBe(0);
  expect(inOrder.at(-1)?.endByte).toBe(SIZE);
  for (const [i, piece] of inOrder.slice(1).entries()) expect(piece.startByte).toBe(inOrder[i]?.endByte);
  expect(partial.state).toBe("finished");
  expect(equalBytes(partial.bytes, BYTES)).toBe(true);
});

test("what is known and what is there already is not asked for, to the byte", async () => {
  const server = createServer();
  const partial = createMemoryPartial(SIZE);
  const there = { startByte: 50_000_007, endByte: 77_000_000 };
  await partial.write(there.startByte, BYTES.slice(there.startByte, there.endByte));
  await downloadFile(partsOf(server.stream), FILE, partial, [MASK], quiet);
  for (const { startByte, endByte } of server.asked)
    for (const other of [MASK, there])
      expect(startByte < other.endByte && other.startByte < endByte).toBe(false);
  const brought = server.asked.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0);
  const spared = MASK.endByte - MASK.startByte + there.endByte - there.startByte;
  expect(brought).toBe(SIZE - spared);
  expect(equalBytes(partial.bytes, BYTES)).toBe(true);
});

test("a file without a SHA-256 is fetched whole: nothing could prove what was computed", async () => {
  const small = BYTES.slice(0, 50_000);
  const key = createHash("sha1").update(`blob ${small.byteLength}\0`).update(small).digest("hex");
  const server = createServer();
  const partial = createMemoryPartial(small.byteLength);
  const file = { path: "config.json", byteLength: small.byteLength, key, sha256: null };
  const wrong = { startByte: 0, endByte: 50_000, fill: (_: number, out: Uint8Array) => void out.fill(9) };
  await downloadFile(partsOf(server.stream), file, partial, [wrong], quiet);
  expect(server.asked).toEqual([{ startByte: 0, endByte: 50_000 }]);
  expect(equalBytes(partial.bytes, small)).toBe(true);
});

test("an empty file comes without a request", async () => {
  const none = createHash("sha256").digest("hex");
  const server = createServer();
  const partial = createMemoryPartial(0);
  await downloadFile(
    partsOf(server.stream),
    { path: "a", byteLength: 0, key: none, sha256: none },
    partial,
    [],
    quiet,
  );
  expect(server.asked).toEqual([]);
  expect(partial.state).toBe("finished");
});

test("one piece that fails for good stops the others, and what came stays", async () => {
  const server = createServer();
  const partial = createMemoryPartial(SIZE);
  const stream: DownloadParts["stream"] = async function* (startByte, endByte, pieceSignal) {
    if (startByte > 60_000_000) throw new AppError("read-failed", "The server answered 403.");
    yield* server.stream(startByte, endByte, pieceSignal);
  };
  expect((await recordOf(downloadFile(partsOf(stream), FILE, partial, [], quiet))).message).toContain("403");
  expect(partial.state).toBe("closed");
  expect(partial.done.length).toBeGreaterThan(0);
  expect(server.open()).toBe(0);
  for (const { startByte, endByte } of partial.done)
    expect(equalBytes(partial.bytes.subarray(startByte, endByte), BYTES.subarray(startByte, endByte))).toBe(
      true,
    );
});

test("a disk that fails ends the fetch with its own words, and the file is let go", async () => {
  const server = createServer();
  const partial = createMemoryPartial(SIZE);
  const full = {
    ...partial,
    done: [],
    write: async () => {
      throw new AppError("out-of-memory", "The disk is full.");
    },
  };
  const record = await recordOf(downloadFile(partsOf(server.stream), FILE, full, [], quiet));
  expect(record).toMatchObject({ tag: "out-of-memory", message: "The disk is full." });
  expect(partial.state).toBe("closed");
  expect(server.open()).toBe(0);
});

test("wrong bytes are discarded, and nothing is finished", async () => {
  const partial = createMemoryPartial(SIZE);
  const file = { ...FILE, sha256: "0".repeat(64), key: "0".repeat(64) };
  expect((await recordOf(downloadFile(partsOf(createServer().stream), file, partial, [], quiet))).tag).toBe(
    "bad-format",
  );
  expect(partial.state).toBe("discarded");
});

test("a fetch that is stopped before it begins asks for nothing", async () => {
  const server = createServer();
  const partial = createMemoryPartial(SIZE);
  const job = { signal: AbortSignal.abort(), onBytes: () => undefined };
  expect((await recordOf(downloadFile(partsOf(server.stream), FILE, partial, [], job))).tag).toBe(
    "cancelled",
  );
  expect(server.asked).toEqual([]);
  expect(partial.state).toBe("closed");
});

describe("over a connection", () => {
  const WEIGHTS = BYTES.slice(0, 30_000_000);
  const NAME = "org/tiny";
  const PATH = "model.safetensors";
  let server: MockHub;
  beforeEach(async () => {
    server = await startMockHub({ [NAME]: { revisions: { main: { [PATH]: WEIGHTS } } } });
  });
  afterEach(() => server.close());

  const open = () =>
    createHub({
      endpoint: server.endpoint,
      token: null,
      offline: false,
      cache: createMemoryHubCache(),
      fetch: (url, init) => fetch(url, init),
      wait: async () => undefined,
      hash: nodeHashSource,
    }).open(NAME, "main", signal);
  const contentOf = async (files: Awaited<ReturnType<typeof open>>) =>
    (await (await files.open(PATH, signal))?.read(0, WEIGHTS.byteLength, signal)) ?? new Uint8Array(0);

  test("connections that break at any byte cost no byte twice, and progress never goes back", async () => {
    const files = await open();
    // Deterministic, and of all sizes: within a write, at its edge, after several.
    for (const dropAfter of [1, 1_048_576, 65_537, 3_000_001, 0, 2_097_152, 777_777, 5_000_000])
      server.faults.push({ path: "path=", times: 1, dropAfter });
    let last = 0;
    await files.fetch(PATH, [], {
      signal,
      onBytes: (received, total) => {
        expect(total).toBe(WEIGHTS.byteLength);
        expect(received).toBeGreaterThan(last);
        last = received;
      },
    });
    expect(last).toBe(WEIGHTS.byteLength);
    expect(server.sentBytes(PATH)).toBe(WEIGHTS.byteLength);
    expect(server.mostAtOnce()).toBeLessThanOrEqual(6);
    expect(equalBytes(await contentOf(files), WEIGHTS)).toBe(true);
  });

  test("a server that sends another part of the file is found out", async () => {
    const files = await open();
    server.faults.push({ path: "path=", times: 1, shiftedBy: 4096 });
    const record = await recordOf(files.fetch(PATH, [], quiet));
    expect(["bad-format", "read-failed"]).toContain(record.tag);
    await files.fetch(PATH, [], quiet);
    expect(equalBytes(await contentOf(files), WEIGHTS)).toBe(true);
  });

  test("a server that falls silent can be left at any time", async () => {
    const files = await open();
    server.faults.push({ path: "path=", hang: true });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const job = { signal: stop.signal, onBytes: () => undefined };
    expect((await recordOf(files.fetch(PATH, [], job))).tag).toBe("cancelled");
  });
});
