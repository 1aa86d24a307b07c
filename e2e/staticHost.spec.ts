/**
 * The build on a plain static host, which sends no isolation headers: the service worker must add them, or wasm would
 * have one thread. Runs on wasm only; the device makes no difference to the headers.
 */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Files as they are, a type by their ending, and not one header more. */
function plainHost(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://host").pathname;
    const file = join(DIST, normalize(path.endsWith("/") ? `${path}index.html` : path));
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

test("a static host gets threads from the service worker", { tag: "@wasm" }, async ({ page }) => {
  const server = await plainHost();
  try {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await expect
      .poll(() => page.evaluate(() => self.crossOriginIsolated).catch(() => false), { timeout: 20_000 })
      .toBe(true);
    const cores = await page.evaluate(() => navigator.hardwareConcurrency);
    const name = cores > 1 ? /^wasm · ([2-9]|\d\d+) threads$/ : "wasm · 1 thread";
    await expect(page.getByRole("button", { name })).toBeVisible();
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
