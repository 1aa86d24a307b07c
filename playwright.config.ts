/**
 * Walks through the built page in a real Chromium, once on wasm and once on WebGPU in software. A spec reads the
 * project's name to know where it runs (`testInfo.project.name`); walks tagged `@wasm` ask nothing of the device, or too
 * much of a slow one, and run once; those tagged `@webgpu` need an adapter. Needs `vite build` first.
 */
import { defineConfig } from "@playwright/test";
import { findChromium } from "./scripts/findChromium.ts";

/** `npm test` picks a free one; a page that is open on the usual port must neither be in the way nor be tested. */
const PORT = process.env.MERGESCOPE_TEST_PORT ?? "4713";
const ADDRESS = `http://localhost:${PORT}`;

/** As root there is no sandbox, and a test machine has no use for the rest. */
const QUIET = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Without these there is no adapter on a machine without a GPU. */
const SOFTWARE_WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

const executablePath = findChromium()?.executablePath ?? undefined;
const launch = (args: readonly string[]) => ({
  launchOptions: { args: [...QUIET, ...args], ...(executablePath === undefined ? {} : { executablePath }) },
});

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results/walks",
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  use: { baseURL: ADDRESS, viewport: { width: 1440, height: 900 }, trace: "retain-on-failure" },
  projects: [
    { name: "wasm", use: launch([]), grepInvert: /@webgpu/ },
    { name: "webgpu", use: launch(SOFTWARE_WEBGPU), grepInvert: /@wasm/ },
  ],
  webServer: {
    command: `npx vite preview --port ${PORT} --strictPort`,
    url: ADDRESS,
    reuseExistingServer: false,
    timeout: 30_000,
  },
});
