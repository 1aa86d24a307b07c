/**
 * `npm run look`: pictures of every view and state of the built page, light and dark, into the ignored folder look/,
 * to be looked at before anything is called done. Names to take again only some: `npm run look -- running sweep`.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, expect, type Page } from "@playwright/test";
import { build, preview } from "vite";
import { demoFolder, dropOnPage, expectXRay, opener, showOpener } from "../e2e/opener.ts";
import {
  device,
  heatCell,
  landscape,
  measuredCells,
  openPage,
  panel,
  runButton,
  waitForTrials,
} from "../e2e/page.ts";
import { ensureChromium } from "./findChromium.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const LOOK = join(ROOT, "look");

/** One state: how to get there from an address. */
type State = {
  readonly name: string;
  readonly query?: string;
  readonly width?: number;
  readonly height?: number;
  /** Before the page is opened: what its server answers otherwise. */
  readonly prepare?: (page: Page) => Promise<void>;
  readonly reach?: (page: Page) => Promise<void>;
  /** The whole page, below the fold too. */
  readonly isLong?: boolean;
};

/** A server without the file of this name. */
const without =
  (name: RegExp) =>
  async (page: Page): Promise<void> => {
    await page.route(name, (route) => route.fulfill({ status: 404, body: "" }));
  };

const failedWeights = without(/step3200\/model\.safetensors/);
const missingResults = without(/results\.json/);

/** Two folders of this machine, looked into. */
async function dropTwo(page: Page): Promise<void> {
  await dropOnPage(page, [demoFolder(3000), demoFolder(3200)]);
  await expectXRay(page);
}

const STATES: readonly State[] = [
  { name: "first-picture" },
  {
    name: "running",
    reach: async (page) => {
      await runButton(page, "run again").click();
      await waitForTrials(page, 5);
    },
  },
  {
    name: "measuring-the-parents",
    query: "?items=100",
    reach: async (page) => {
      await runButton(page, "run").click();
      await expect(runButton(page, "pause")).toBeVisible();
    },
  },
  {
    name: "paused",
    query: "?items=200",
    reach: async (page) => {
      await runButton(page, "run").click();
      await waitForTrials(page, 4);
      await runButton(page, "pause").click();
      await expect(runButton(page, "continue")).toBeVisible();
    },
  },
  {
    name: "scrubbed-back",
    reach: async (page) => {
      await page.getByRole("button", { name: "Show step 6" }).click();
      await expect(landscape(page)).toHaveAccessibleName(/^Landscape: 5 /);
    },
  },
  {
    name: "scrubbed-to-the-design",
    reach: (page) => page.getByRole("button", { name: "Show step 2" }).click(),
  },
  {
    name: "done-with-verdict",
    query: "?items=200&trials=8",
    reach: async (page) => {
      await runButton(page, "run").click();
      await expect(panel(page, "Verdict")).toContainText("unseen ones", { timeout: 60_000 });
    },
  },
  {
    name: "items",
    reach: async (page) => {
      await page.getByRole("button", { name: "show them for the best merge" }).click();
      await expect(panel(page, "Items").getByRole("listitem").first()).toBeVisible({ timeout: 30_000 });
    },
  },
  {
    name: "sweep",
    query: "?items=100",
    reach: async (page) => {
      await page.getByRole("button", { name: "sweep 100 λ" }).click();
      await expect(panel(page, "Landscape")).toContainText(/of [3-9]\d λ above/, { timeout: 60_000 });
    },
  },
  {
    name: "sweep-cancelled",
    query: "?items=100",
    reach: async (page) => {
      await page.getByRole("button", { name: "sweep 100 λ" }).click();
      await expect(panel(page, "Landscape")).toContainText(/of [1-9]\d λ above/, { timeout: 60_000 });
      await panel(page, "Landscape").getByRole("button", { name: "cancel" }).click();
      await expect(page.getByRole("button", { name: "continue the sweep" })).toBeVisible();
    },
  },
  {
    name: "pairs-filling",
    query: "?items=200",
    reach: async (page) => {
      await page.getByRole("button", { name: "measure 78 pairs" }).click();
      await expect(measuredCells(page).nth(11)).toBeVisible({ timeout: 60_000 });
    },
  },
  { name: "another-pair-nothing-yet", reach: (page) => heatCell(page, 3400, 4200).click() },
  {
    name: "stale",
    reach: async (page) => {
      await page.getByRole("button", { name: /^Settings of the search/ }).click();
      await page.getByRole("spinbutton", { name: "seed" }).fill("7");
      await page.keyboard.press("Escape");
      await expect(panel(page, "Landscape").getByText("settings changed")).toBeVisible();
    },
  },
  {
    name: "failed-weights",
    query: "?items=100",
    prepare: failedWeights,
    reach: async (page) => {
      await runButton(page, "run").click();
      await expect(panel(page, "Landscape").getByRole("alert")).toBeVisible();
    },
  },
  {
    name: "failed-pairs",
    query: "?items=20",
    prepare: failedWeights,
    reach: async (page) => {
      await page.getByRole("button", { name: "measure 78 pairs" }).click();
      await expect(panel(page, "Pairs").getByRole("alert")).toBeVisible({ timeout: 60_000 });
    },
  },
  { name: "no-shipped-results", prepare: missingResults },
  { name: "nonsense-address", query: "?task=nothing&seed=x&pair=1,2" },
  {
    name: "no-such-device",
    reach: async (page) => {
      await device(page).click();
      await page.getByRole("dialog").getByRole("button", { name: "WebGPU", exact: true }).click();
      await expect(page.getByRole("alert")).toBeVisible();
    },
  },
  {
    name: "settings",
    reach: (page) => page.getByRole("button", { name: /^Settings of the search/ }).click(),
  },
  { name: "shortcuts", reach: (page) => page.keyboard.press("Shift+?") },
  { name: "device", reach: (page) => device(page).click() },
  {
    name: "formula",
    reach: async (page) => {
      await panel(page, "Landscape").getByRole("button", { name: "UCB", exact: true }).hover();
      await expect(page.getByRole("tooltip").locator("math")).toBeAttached();
    },
  },
  {
    name: "cursor",
    reach: async (page) => {
      const { x, y, width, height } = (await landscape(page).boundingBox())!;
      await page.mouse.move(x + 0.4 * width, y + 0.5 * height);
    },
  },
  { name: "open-a-run", reach: showOpener },
  {
    name: "mirror-and-token",
    reach: async (page) => {
      await showOpener(page);
      await opener(page).getByText("mirror and token").click();
    },
  },
  {
    name: "hub-out-of-reach",
    prepare: async (page) => {
      await page.route(/huggingface\.co/, (route) => route.abort());
    },
    reach: async (page) => {
      await showOpener(page);
      await opener(page).getByRole("button", { name: "EleutherAI/pythia-70m", exact: true }).click();
      await expect(opener(page).getByRole("alert")).toBeVisible({ timeout: 60_000 });
    },
  },
  { name: "x-ray", reach: dropTwo },
  { name: "x-ray-telephone-400", width: 400, reach: dropTwo },
  {
    name: "no-checkpoint-dropped",
    reach: async (page) => {
      await dropOnPage(page, [fileURLToPath(new URL("../docs", import.meta.url))]);
      await expect(opener(page).getByRole("alert")).toBeVisible();
    },
  },
  {
    name: "folders-opened",
    reach: async (page) => {
      await dropTwo(page);
      await opener(page).getByRole("button", { name: "explore", exact: true }).click();
      await expect(page.getByRole("button", { name: /^run a search/ })).toBeVisible();
    },
  },
  { name: "export", reach: (page) => panel(page, "Verdict").getByRole("button", { name: "export" }).click() },
  { name: "look-at-a-cell", reach: (page) => heatCell(page, 3600, 4400).hover() },
  { name: "task-sums", query: "?task=sums" },
  { name: "task-text-loss", query: "?task=text-en" },
  { name: "narrow-1000", width: 1000, isLong: true },
  { name: "narrow-680", width: 680, isLong: true },
  { name: "telephone-400", width: 400, isLong: true },
  { name: "projector-1920", width: 1920, height: 1080 },
  { name: "laptop-1280", width: 1280, height: 720 },
];

/** Waits until two pictures in a row are the same, or work under way makes that hopeless. */
async function takeWhenStill(page: Page, path: string, fullPage: boolean): Promise<void> {
  let last = await page.screenshot({ fullPage });
  for (let turn = 0; turn < 6; turn++) {
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 60))));
    const next = await page.screenshot({ path, fullPage });
    if (next.equals(last)) return;
    last = next;
  }
}

async function take(browser: Browser, baseURL: string, state: State): Promise<void> {
  const viewport = { width: state.width ?? 1440, height: state.height ?? 900 };
  const context = await browser.newContext({ baseURL, viewport, colorScheme: "light" });
  try {
    const page = await context.newPage();
    await state.prepare?.(page);
    await openPage(page, state.query);
    await state.reach?.(page);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const path = join(LOOK, `${state.name}-${colorScheme}.png`);
      await takeWhenStill(page, path, state.isLong === true);
      console.log(path);
    }
  } finally {
    await context.close();
  }
}

async function takeAll(states: readonly State[]): Promise<void> {
  const { executablePath } = ensureChromium();
  const folder = mkdtempSync(join(tmpdir(), "mergescope-look-"));
  const outDir = join(folder, "built");
  await build({ root: ROOT, logLevel: "warn", build: { outDir, emptyOutDir: true } });
  const shared = { root: ROOT, logLevel: "warn", build: { outDir } } as const;
  const server = await preview({ ...shared, preview: { port: 0, host: "127.0.0.1" } });
  const browser = await chromium.launch({
    args: ["--no-sandbox"],
    ...(executablePath === null ? {} : { executablePath }),
  });
  try {
    for (const state of states) await take(browser, server.resolvedUrls!.local[0]!, state);
  } finally {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STATES.some((state) => state.name === name));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(", ")}. There are: ${STATES.map(({ name }) => name).join(", ")}.`);
  process.exitCode = 2;
} else {
  mkdirSync(LOOK, { recursive: true });
  await takeAll(wanted.length === 0 ? STATES : STATES.filter(({ name }) => wanted.includes(name)));
}
