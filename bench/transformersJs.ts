/**
 * The same choices scored in Chromium on wasm, by the engine's worker and by transformers.js with its own model call. The
 * library is installed for the run and not part of the project: it would bring half a gigabyte.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { startMockHub } from "../src/storage/fixtures/mockHub.ts";
import { inBrowser } from "./browser.ts";
import type { BrowserChoices, ChoiceRow } from "./scoredChoices.ts";

/** The version that is compared with. */
export const TRANSFORMERS_JS = "4.3.1";

/** What both sides are given, and which of it each needs. */
const FILES = [
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "model.safetensors",
  "onnx/model.onnx",
];
const NAME = "random/pythia-70m";
/** Rows a call of transformers.js; the fastest counts. */
const BATCHES = [4, 8, 16];

/** @param model a folder in Hugging Face layout with `onnx/model.onnx` beside; `folder` for what is installed. */
export async function measureChoicesInBrowser(
  model: string,
  folder: string,
  rows: readonly ChoiceRow[],
  threads: number,
): Promise<{
  readonly ours: BrowserChoices;
  readonly peer: BrowserChoices & { readonly batch: number };
}> {
  const library = `@huggingface/transformers@${TRANSFORMERS_JS}`;
  const install = ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", library];
  const { status, stderr } = spawnSync("npm", install, { encoding: "utf8" });
  if (status !== 0) throw new Error(`transformers.js could not be installed: ${stderr}`);
  const files = Object.fromEntries(FILES.map((name) => [name, { file: join(model, name) }]));
  const hub = await startMockHub({ [NAME]: { revisions: { main: files } } });
  try {
    const job = { endpoint: hub.endpoint, model: NAME, rows, threads };
    const ours = await inBrowser((page) => page.evaluate((one) => window.scoreOurs(one), job));
    const peers = [];
    for (const batch of BATCHES) {
      const peer = await inBrowser(async (page) => {
        await serveLibrary(page, join(folder, "node_modules"));
        return page.evaluate((one) => window.scoreTransformersJs(one), { ...job, batch });
      });
      console.error(`transformers.js, batch ${batch}: ${peer.seconds.toFixed(2)} s`);
      peers.push({ ...peer, batch });
    }
    return { ours, peer: peers.reduce((best, one) => (one.seconds < best.seconds ? one : best)) };
  } finally {
    await hub.close();
  }
}

/** The installed packages under `/library`, as from the page's own server: threads need that. */
async function serveLibrary(page: Page, packages: string): Promise<void> {
  await page.route("**/library/**", (route) => {
    const path = join(packages, new URL(route.request().url()).pathname.replace("/library/", ""));
    const contentType = path.endsWith(".wasm") ? "application/wasm" : "text/javascript";
    const headers = { "cross-origin-embedder-policy": "require-corp" };
    return route.fulfill({ body: readFileSync(path), contentType, headers });
  });
}
