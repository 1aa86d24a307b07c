/**
 * How smooth the page stays: `npx tsx bench/smoothness.ts` prints how soon the first picture of the built page is there and how
 * long the main thread's tasks are while a search runs on wasm. Figures of one machine under one load, so no test.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, expect, type Page } from "@playwright/test";
import { build, preview } from "vite";
import { landscape, openPage, runButton } from "../e2e/page.ts";
import { ensureChromium } from "../scripts/findChromium.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const LOADS = 5;
/** A task that the browser reports is longer than 50 ms. */
const LIMIT_MS = 100;

/** Milliseconds from navigation until the landscape's points are drawn. */
async function measureFirstPicture(page: Page): Promise<number> {
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (document.querySelector(".landscape .points path") === null) return;
      observer.disconnect();
      Reflect.set(window, "firstPictureMs", performance.now());
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto("/");
  const found = await page.waitForFunction(() => Reflect.get(window, "firstPictureMs") as number | undefined);
  return (await found.jsonValue())!;
}

/** Lengths of the main thread's long tasks from the start of a search to its end, and how long the search took. */
async function measureSearch(page: Page): Promise<{ readonly tasksMs: number[]; readonly searchMs: number }> {
  await openPage(page);
  await expect(landscape(page)).toBeVisible();
  await page.evaluate(() => {
    const tasks: number[] = [];
    Reflect.set(window, "longTasks", tasks);
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: "longtask" });
  });
  const start = performance.now();
  await runButton(page, "run again").click();
  await expect(runButton(page, "pause")).toBeVisible();
  await expect(runButton(page, "run again")).toBeVisible({ timeout: 120_000 });
  const searchMs = performance.now() - start;
  return { tasksMs: await page.evaluate(() => Reflect.get(window, "longTasks") as number[]), searchMs };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function report(picturesMs: readonly number[], tasksMs: readonly number[], searchMs: number): void {
  const all = (values: readonly number[]) => values.map((ms) => ms.toFixed(0)).join(", ");
  const over = tasksMs.filter((ms) => ms > LIMIT_MS);
  console.log(`load of the machine at the start: ${loadavg()[0]!.toFixed(1)}`);
  console.log(`first picture: median ${median(picturesMs).toFixed(0)} ms of ${LOADS} (${all(picturesMs)})`);
  console.log(`search of 14 trials on wasm: ${(searchMs / 1000).toFixed(1)} s`);
  console.log(`main-thread tasks over 50 ms during it: ${tasksMs.length} (${all(tasksMs)} ms)`);
  console.log(`of them over ${LIMIT_MS} ms: ${over.length}`);
}

const { executablePath } = ensureChromium();
const folder = await mkdtemp(join(tmpdir(), "mergescope-smooth-"));
const outDir = join(folder, "built");
await build({ root: ROOT, logLevel: "warn", build: { outDir, emptyOutDir: true } });
const server = await preview({
  root: ROOT,
  logLevel: "warn",
  build: { outDir },
  preview: { port: 0, host: "127.0.0.1" },
});
const browser = await chromium.launch({
  args: ["--no-sandbox"],
  ...(executablePath === null ? {} : { executablePath }),
});
try {
  const options = { baseURL: server.resolvedUrls!.local[0]!, viewport: { width: 1440, height: 900 } };
  const pictures: number[] = [];
  for (let load = 0; load < LOADS; load++) {
    const page = await browser.newPage(options);
    pictures.push(await measureFirstPicture(page));
    await page.close();
  }
  const { tasksMs, searchMs } = await measureSearch(await browser.newPage(options));
  report(pictures, tasksMs, searchMs);
} finally {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
