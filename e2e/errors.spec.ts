/** What goes wrong is said in words, with a way on, and the rest of the page goes on working. */
import { expect, type Locator, type Page } from "@playwright/test";
import {
  device,
  heatCell,
  measuredCells,
  openPage,
  panel,
  runButton,
  test,
  trialRows,
  waitForTrials,
} from "./page.ts";

const WEIGHTS = /demo\/step3200\/model\.safetensors/;

/** Runs the open pair's search. @returns the alert that it ends with, which says which file and what to do. */
async function expectWeightsFail(page: Page): Promise<Locator> {
  await runButton(page, "run").click();
  const alert = panel(page, "Landscape").getByRole("alert");
  await expect(alert).toContainText("model.safetensors");
  await expect(alert).not.toContainText(/A defect of MergeScope|undefined|NaN|\bat \w+ \(/);
  await expect(alert.getByRole("button", { name: "try again" })).toBeVisible();
  return alert;
}

test.use({ expectedErrors: /404/ });

test.describe("what goes wrong", { tag: "@wasm" }, () => {
  test("shipped results that are missing are said to be, and all can be computed", async ({ page }) => {
    await page.route("**/demo/results.json", (route) => route.fulfill({ status: 404, body: "" }));
    await openPage(page, "?items=10&trials=4");
    const notice = page.getByRole("status").filter({ hasText: "No shipped results were found." });
    await expect(notice).toContainText("Everything can be measured here.");
    await expect(panel(page, "Pairs").getByRole("button", { name: "measure 78 pairs" })).toBeEnabled();
    await page.getByRole("button", { name: "run a search of 4 trials" }).click();
    await waitForTrials(page, 4);
    await panel(page, "Trajectory").getByRole("button", { name: "measure all 13" }).click();
    await expect(page.getByRole("slider", { name: "Older parent" })).toHaveAttribute(
      "aria-valuetext",
      /\d+\.\d ± \d+\.\d %/,
      { timeout: 30_000 },
    );
    await notice.getByRole("button", { name: "dismiss" }).click();
    await expect(notice).toBeHidden();
  });

  test("shipped results that cannot be read are said to be", async ({ page }) => {
    await page.route("**/demo/results.json", (route) => route.fulfill({ body: '{"version":1,"run":' }));
    await openPage(page);
    const notice = page.getByRole("status").filter({ hasText: "The shipped results cannot be read." });
    await expect(notice).toContainText("Everything can be measured here.");
    await expect(page.getByRole("button", { name: "run a search of 14 trials" })).toBeEnabled();
  });

  for (const [what, answer] of [
    ["cut off", { status: 200, body: Buffer.from([200, 0, 0, 0, 0, 0, 0, 0, 123]) }],
    ["not weights at all", { status: 200, body: "<!doctype html><title>Sign in</title>" }],
  ] as const) {
    test(`weights that are ${what} fail in words`, async ({ page }) => {
      await page.route(WEIGHTS, (route) => route.fulfill(answer));
      await openPage(page, "?items=10&trials=4");
      await expectWeightsFail(page);
    });
  }

  test("weights that are missing fail in words; another pair and a second try work", async ({ page }) => {
    await page.route(WEIGHTS, (route) => route.fulfill({ status: 404, body: "" }));
    await openPage(page, "?items=10&trials=4");
    const alert = await expectWeightsFail(page);

    await heatCell(page, 3400, 3600).click();
    await expect(alert).toBeHidden();
    await runButton(page, "run").click();
    await waitForTrials(page, 4);

    await page.unroute(WEIGHTS);
    await heatCell(page, 3000, 3200).click();
    await alert.getByRole("button", { name: "try again" }).click();
    await waitForTrials(page, 4);
    await expect(alert).toBeHidden();
  });

  test("an address that asks for nonsense is ignored, with a notice", async ({ page }) => {
    const nonsense = {
      task: "<img src=x onerror=alert(1)>",
      measure: "__proto__",
      pair: "3000,3000",
      items: "-1",
      alpha: "1e999",
      seed: "1.5",
      trials: "1000000",
      beta: "NaN",
      acquisition: "constructor",
      kernel: "%00",
      noise: " ",
      backend: "cuda",
    };
    await openPage(page, `?${new URLSearchParams(nonsense)}`);
    const notice = page.getByRole("status").filter({ hasText: "was ignored" });
    for (const name of Object.keys(nonsense)) await expect(notice).toContainText(`The address's ${name} “`);
    await expect(notice.getByRole("img")).toHaveCount(0);
    await expect(page.getByRole("combobox", { name: "task" })).toHaveValue("knowledge-en");
    await expect(device(page)).toHaveText(/^wasm · [1-9]\d* threads?$/);
    await expect(trialRows(page)).toHaveCount(14);
    await expect(measuredCells(page)).toHaveCount(78);
    await expect(page).toHaveURL(/\/\?task=knowledge-en&pair=3000,3200$/);
  });

  test("a device that fails to start says why and offers the other", async ({ page }) => {
    await openPage(page);
    await device(page).click();
    await page.getByRole("dialog").getByRole("button", { name: "WebGPU", exact: true }).click();
    const alert = page.getByRole("alert").first();
    await expect(alert).toContainText(/WebGPU/);
    await alert.getByRole("button", { name: "use wasm instead" }).click();
    await expect(device(page)).toHaveText(/^wasm · [1-9]\d* threads?$/);
    await expect(page.getByRole("alert")).toHaveCount(0);
  });
});
