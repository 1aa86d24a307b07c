/** Over real HTTP, against a server that answers as the hub's parquet listing does. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDataset } from "./dataset.ts";

const { signal } = new AbortController();
const job = { signal, onBytes: () => undefined };
let server: Server;
let endpoint = "";
const asked: { url: string; authorization: string | undefined }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = request.url ?? "";
    asked.push({ url, authorization: request.headers.authorization });
    const files = (name: string) => [`${endpoint}/files/${name}-0.parquet`];
    if (url === "/api/datasets/a/b/parquet")
      response.end(JSON.stringify({ default: { validation: files("v"), train: files("t") }, other: {} }));
    else if (url === "/api/datasets/a/odd/parquet") response.end("<html>");
    else if (url === "/api/datasets/a/gated/parquet") {
      response.statusCode = 401;
      response.end();
    } else if (url.startsWith("/files/v")) response.end("PAR1 validation");
    else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const parts = (more: object = {}) => ({
  endpoint,
  token: null,
  offline: false,
  fetch: (url: string, init: RequestInit) => fetch(url, init),
  wait: async () => undefined,
  ...more,
});

describe("a data set of the hub", () => {
  test("is read by configuration and split, with the token for the hub alone", async () => {
    const set = await openDataset(parts({ token: "secret" }), "a/b", signal);
    const told: number[] = [];
    const [file] = await set.read(null, "validation", { signal, onBytes: (bytes) => told.push(bytes) });
    expect(new TextDecoder().decode(await file!.read(0, file!.byteLength))).toBe("PAR1 validation");
    expect(told).toEqual([15]);
    expect(await set.read(null, "test", job)).toEqual([]);
    expect(await set.read("absent", "validation", job)).toEqual([]);
    expect(asked[0]).toEqual({ url: "/api/datasets/a/b/parquet", authorization: "Bearer secret" });
  });

  test.each([
    ["a/none", { tag: "not-found" }],
    ["a/gated", { tag: "read-failed", advice: expect.stringContaining("token") }],
    ["a/odd", { tag: "bad-format" }],
  ])("%s is refused in words", async (repository, error) => {
    await expect(openDataset(parts(), repository, signal)).rejects.toMatchObject(error);
  });

  test("a file that is announced and not there is an error", async () => {
    const set = await openDataset(parts(), "a/b", signal);
    await expect(set.read(null, "train", job)).rejects.toMatchObject({ tag: "not-found" });
  });

  test("of a hub that does not answer is said to be, with a way on", async () => {
    const silent = parts({ endpoint: "http://127.0.0.1:9" });
    await expect(openDataset(silent, "a/b", signal)).rejects.toMatchObject({
      tag: "read-failed",
      message: "The hub at http://127.0.0.1:9 could not be reached for a/b.",
      advice: "Check the connection, or give the set's files instead.",
    });
  });

  test("is not asked for where the hub is not to be asked", async () => {
    await expect(openDataset(parts({ offline: true }), "a/b", signal)).rejects.toThrow(/not to be asked/);
  });
});
