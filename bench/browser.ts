/** The workload in a built page in Chromium, on wasm. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { build, preview } from "vite";
import { ensureChromium } from "../scripts/findChromium.ts";
import type { WorkloadTimes } from "./workload.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = "bench/page.html";

/** Builds the bench's page into a folder of its own, serves it as a static host would, and measures in it. */
export async function measureInBrowser(threads: number): Promise<WorkloadTimes> {
  const { executablePath } = ensureChromium();
  const folder = await mkdtemp(join(tmpdir(), "mergescope-bench-"));
  try {
    const outDir = join(folder, "built");
    const input = join(ROOT, PAGE);
    await build({
      root: ROOT,
      logLevel: "warn",
      build: { outDir, emptyOutDir: true, modulePreload: { polyfill: false }, rolldownOptions: { input } },
    });
    return await measureServed(outDir, executablePath, threads);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureServed(
  outDir: string,
  executablePath: string | null,
  threads: number,
): Promise<WorkloadTimes> {
  const server = await preview({
    root: ROOT,
    logLevel: "warn",
    build: { outDir },
    preview: { port: 0, host: "127.0.0.1" },
  });
  try {
    const browser = await chromium.launch({
      args: ["--no-sandbox"],
      ...(executablePath === null ? {} : { executablePath }),
    });
    try {
      const page = await browser.newPage();
      await page.goto(new URL(PAGE, server.resolvedUrls!.local[0]!).href);
      return await page.evaluate((count) => window.measure(count), threads);
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}
