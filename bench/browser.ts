/** The workload in a built page in Chromium, on wasm. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "@playwright/test";
import { build, preview } from "vite";
import { ensureChromium } from "../scripts/findChromium.ts";
import type { WorkloadTimes } from "./workload.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = "bench/page.html";

/** The workload on wasm. */
export function measureInBrowser(threads: number): Promise<WorkloadTimes> {
  return inBrowser((page) => page.evaluate((count) => window.measure(count), threads));
}

/** Builds the bench's page into a folder of its own, serves it as a static host would, and does something in it. */
export async function inBrowser<T>(act: (page: Page) => Promise<T>): Promise<T> {
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
    return await inServed(outDir, executablePath, act);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inServed<T>(
  outDir: string,
  executablePath: string | null,
  act: (page: Page) => Promise<T>,
): Promise<T> {
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
      return await act(page);
    } finally {
      await browser.close();
    }
  } finally {
    await server.close();
  }
}
