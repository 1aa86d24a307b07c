/** Opening the page: the shipped results at once, then the device, with its reason. */
import { expect } from "@playwright/test";
import { device, drawnPaths, landscape, measuredCells, openPage, panel, test, trialRows } from "./page.ts";

/** As many threads as the machine gives. */
const WASM = /^wasm · [1-9]\d* threads?$/;

test("the shipped results are there before the engine is", async ({ page }) => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/assets\/main-.*\.js|\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/");
  await expect(landscape(page)).toHaveAccessibleName(/14 measured merges\. Best so far 84\.8 ± 1\.6 %/);
  await expect.poll(async () => (await drawnPaths(page)).length).toBeGreaterThan(10);
  await expect(panel(page, "Landscape").getByText("shipped results")).toBeVisible();
  await expect(panel(page, "Pairs").getByText("shipped results")).toBeVisible();
  await expect(panel(page, "Verdict")).toContainText(/on 500 unseen ones \(p/);
  await expect(measuredCells(page)).toHaveCount(78);
  await expect(trialRows(page)).toHaveCount(14);
  await expect(page.getByRole("button", { name: "starting" })).toBeVisible();
  release();
  await expect(device(page)).toBeVisible();
});

test("the device says its name and why it was chosen", async ({ page }, { project }) => {
  await openPage(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  const isGpu = project.name === "webgpu";
  await expect(device(page)).toHaveText(isGpu ? "WebGPU" : WASM);
  await device(page).click();
  const why = page.getByRole("dialog");
  await expect(why).toContainText(
    isGpu ? /WebGPU: an adapter was found \(.+\)/ : /wasm: there is no WebGPU adapter; [1-9]\d* threads?\./,
  );
  await expect(why.getByRole("button", { name: "choose for me" })).toHaveAttribute("aria-pressed", "true");
});

test("the address can force wasm, and the page says that it was asked to", async ({ page }) => {
  await openPage(page, "?backend=wasm");
  await expect(device(page)).toHaveText(WASM);
  await device(page).click();
  await expect(page.getByRole("dialog")).toContainText(/wasm: as asked; [1-9]\d* threads?\./);
  await expect(page).toHaveURL(/backend=wasm/);
});

test("the device can be changed in the page", { tag: "@webgpu" }, async ({ page }) => {
  await openPage(page);
  await device(page).click();
  await page.getByRole("dialog").getByRole("button", { name: "wasm", exact: true }).click();
  await expect(device(page)).toHaveText(WASM);
  await expect(page).toHaveURL(/backend=wasm/);
});
