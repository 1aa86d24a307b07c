/** HTTP sources against a real server on this machine, in each of the ways servers answer a range request. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHttpFileSet, openHttpSource } from "./http.ts";

const CONTENT = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7 + (i >> 8)) & 255);
const SMALL = new TextEncoder().encode("a small file");
let server: Server;
let base: string;
let requests: string[] = [];

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? "";
  const range = request.headers.range;
  requests.push(`${path} ${range ?? "whole"}`);
  if (path === "/spa/missing.json") {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end("<!doctype html><p>app");
    return;
  }
  if (path === "/forbidden") {
    response.writeHead(403).end("no");
    return;
  }
  if (path === "/empty" && range !== undefined) {
    response.writeHead(416, { "Content-Range": "bytes */0" }).end();
    return;
  }
  const content = path.startsWith("/small") ? SMALL : path.startsWith("/big") ? CONTENT : null;
  if (content === null) response.writeHead(404).end("missing");
  else if (range === undefined || path.includes("norange")) response.writeHead(200).end(content);
  else sendRange(path, range, content, response);
}

function sendRange(path: string, range: string, content: Uint8Array, response: ServerResponse): void {
  const [start = 0, last = 0] = range.replace("bytes=", "").split("-").map(Number);
  const end = Math.min(last + 1, content.byteLength);
  const cut = path.includes("short") && start > 0 ? 10 : 0;
  const hidden = path.includes("hidden");
  response.writeHead(
    206,
    hidden ? {} : { "Content-Range": `bytes ${start}-${end - 1}/${content.byteLength}` },
  );
  response.end(content.subarray(start, end - cut));
}

beforeAll(async () => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

async function open(path: string, maxWholeBytes?: number) {
  requests = [];
  const source = await openHttpSource(`${base}${path}`, fetch, undefined, maxWholeBytes);
  if (source === null) throw new Error("no source");
  return source;
}

test("a small file costs one request", async () => {
  const source = await open("/small");
  expect(source.byteLength).toBe(SMALL.byteLength);
  expect(await source.read(2, 7)).toEqual(SMALL.slice(2, 7));
  expect(requests).toEqual(["/small bytes=0-65535"]);
});

test("a large file is read by ranges, its beginning not twice", async () => {
  const source = await open("/big");
  expect(await source.read(10, 20)).toEqual(CONTENT.slice(10, 20));
  expect(await source.read(65_530, 65_540)).toEqual(CONTENT.slice(65_530, 65_540));
  expect(await source.read(199_999, 200_000)).toEqual(CONTENT.slice(199_999));
  expect(await source.read(5, 5)).toEqual(new Uint8Array(0));
  expect(requests).toEqual(["/big bytes=0-65535", "/big bytes=65530-65539", "/big bytes=199999-199999"]);
});

test("what is read is the reader's own", async () => {
  const source = await open("/small");
  (await source.read(0, 4)).fill(0);
  expect(await source.read(0, 4)).toEqual(SMALL.slice(0, 4));
});

test("a server that ignores ranges, or hides the length, is read whole", async () => {
  for (const path of ["/big-norange", "/big-hidden"]) {
    const source = await open(path);
    expect(source.byteLength).toBe(CONTENT.byteLength);
    expect(await source.read(150_000, 150_010)).toEqual(CONTENT.slice(150_000, 150_010));
  }
});

test("but not beyond the limit", async () => {
  await expect(open("/big-norange", 100_000)).rejects.toMatchObject({ tag: "out-of-memory" });
});

test("missing files and single-page answers are null, an empty file is empty", async () => {
  const files = createHttpFileSet("test", `${base}/spa`, fetch);
  expect(await files.open("missing.json")).toBeNull();
  expect(await openHttpSource(`${base}/nothing`, fetch)).toBeNull();
  expect((await open("/empty")).byteLength).toBe(0);
});

test("paths are escaped", async () => {
  requests = [];
  await createHttpFileSet("test", `${base}/small/`, fetch).open("a b/#c.json");
  expect(requests).toEqual(["/small/a%20b/%23c.json bytes=0-65535"]);
});

test("refusals, short answers and ranges outside the file are errors in words", async () => {
  await expect(open("/forbidden")).rejects.toMatchObject({ tag: "read-failed", fields: { status: 403 } });
  const short = await open("/big-short");
  await expect(short.read(100_000, 100_100)).rejects.toMatchObject({ tag: "read-failed" });
  const source = await open("/big");
  await expect(source.read(199_990, 200_001)).rejects.toMatchObject({ tag: "read-failed" });
  await expect(source.read(20, 10)).rejects.toMatchObject({ tag: "read-failed" });
  await expect(openHttpSource("http://127.0.0.1:1/x", fetch)).rejects.toMatchObject({ tag: "read-failed" });
});

test("an aborted signal cancels", async () => {
  const source = await open("/big");
  await expect(source.read(100_000, 100_100, AbortSignal.abort())).rejects.toMatchObject({
    tag: "cancelled",
  });
  await expect(openHttpSource(`${base}/big`, fetch, AbortSignal.abort())).rejects.toMatchObject({
    tag: "cancelled",
  });
});
