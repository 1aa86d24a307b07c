/** Folders of this machine: dropped or picked, looked into, explored; what is wrong with them is said in words. */
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { demoFolder, dropOnPage, expectXRay, opener, runTitle, showOpener, xrayRow } from "./opener.ts";
import { landscape, openPage, panel, runButton, test, trialRows, waitForTrials } from "./page.ts";

let folder = "";

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mergescope-open-"));
});

test.afterEach(() => rm(folder, { recursive: true, force: true }));

/** Copies of two shipped checkpoints, to be spoilt. */
async function copies(): Promise<readonly [older: string, newer: string]> {
  const paths = [join(folder, "step3000"), join(folder, "step3200")] as const;
  await cp(demoFolder(3000), paths[0], { recursive: true });
  await cp(demoFolder(3200), paths[1], { recursive: true });
  return paths;
}

test.describe("folders of this machine", { tag: "@wasm" }, () => {
  test("two that are dropped become a run, which is searched; the demo is there again afterwards", async ({
    page,
  }) => {
    await openPage(page, "?items=20&trials=4");
    await dropOnPage(page, [demoFolder(3000), demoFolder(3200)]);
    await expectXRay(page);
    await expect(xrayRow(page, "step3000")).toContainText("GPT-NeoX");
    await expect(xrayRow(page, "step3200")).toContainText("here");
    await expect(opener(page)).toContainText("All of it is on this machine.");
    await expect(opener(page)).toContainText(/step3000 to step3200: parts move by .+ in the median/);
    await opener(page).getByRole("button", { name: "explore", exact: true }).click();
    await expect(opener(page)).toBeHidden();
    await expect(runTitle(page)).not.toHaveAccessibleName(/Pocket NeoX/);
    await expect(panel(page, "Landscape")).toContainText("step 3000 to step 3200");
    await expect(trialRows(page)).toHaveCount(0);

    await runButton(page, "run").click();
    await waitForTrials(page, 4);
    await expect(panel(page, "Verdict")).toContainText("unseen ones", { timeout: 60_000 });
    await expect(page).not.toHaveURL(/pair=|run=/);
    await expect(page.getByRole("banner").getByRole("button", { name: "share" })).toHaveAttribute(
      "aria-disabled",
      "true",
    );

    await showOpener(page);
    await opener(page).getByRole("button", { name: "back to the demo" }).click();
    await expect(runTitle(page)).toHaveAccessibleName("run: Pocket NeoX");
    await expect(landscape(page)).toBeVisible();
    await expect(panel(page, "Pairs").getByText("shipped results")).toBeHidden();
  });

  test("one that holds several is picked where the browser has no folder picker", async ({ page }) => {
    await page.addInitScript(() => Reflect.deleteProperty(window, "showDirectoryPicker"));
    await copies();
    await openPage(page);
    await showOpener(page);
    await opener(page).getByLabel("folder of a checkpoint").setInputFiles(folder);
    await expectXRay(page);
    await expect(xrayRow(page, "step3000")).toBeVisible();
    await expect(xrayRow(page, "step3200")).toBeVisible();
  });

  test("the same weights under two names are told", async ({ page }) => {
    const [older, newer] = await copies();
    await cp(join(older, "model.safetensors"), join(newer, "model.safetensors"));
    await openPage(page);
    await dropOnPage(page, [older, newer]);
    await expectXRay(page);
    await expect(opener(page).getByRole("listitem")).toContainText(
      "step3000 and step3200 are byte-identical",
    );
  });

  test("weights that are cut off fail in words, and others can be chosen", async ({ page }) => {
    const [older, newer] = await copies();
    await truncate(join(newer, "model.safetensors"), 1000);
    await openPage(page);
    await dropOnPage(page, [older, newer]);
    const alert = opener(page).getByRole("alert");
    await expect(alert).toContainText("model.safetensors");
    await expect(alert).not.toContainText(/A defect of MergeScope|undefined|NaN/);
    await opener(page).getByRole("button", { name: "choose others" }).click();
    await expect(opener(page).getByRole("checkbox", { name: /step3200/ })).toBeChecked();
  });

  test("a page that was saved as weights is told from weights", async ({ page }) => {
    const [older, newer] = await copies();
    await writeFile(join(newer, "model.safetensors"), "<!doctype html><title>Sign in</title>");
    await openPage(page);
    await dropOnPage(page, [older, newer]);
    await expect(opener(page).getByRole("alert")).toContainText("model.safetensors");
  });

  test("checkpoints that do not fit one another are refused, with the first difference", async ({ page }) => {
    const [older, newer] = await copies();
    const config = join(newer, "config.json");
    const text = await readFile(config, "utf8");
    await writeFile(config, text.replaceAll("0.25", "0.5"));
    await openPage(page);
    await dropOnPage(page, [older, newer]);
    await expectXRay(page);
    await expect(opener(page).getByRole("alert")).toContainText(/rotary/i);
    await expect(opener(page).getByRole("button", { name: /explore$/ })).toBeDisabled();
  });

  test("a folder without a checkpoint says what one holds", async ({ page }) => {
    await writeFile(join(folder, "notes.txt"), "nothing");
    await openPage(page);
    await dropOnPage(page, [folder]);
    await expect(opener(page).getByRole("alert")).toContainText("No checkpoint is among these files.");
  });

  test("by keyboard: it opens with the field in focus, closes by Escape, and gives the focus back", async ({
    page,
  }) => {
    await openPage(page);
    await runTitle(page).focus();
    await page.keyboard.press("Enter");
    await expect(opener(page).getByRole("textbox", { name: "repository" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(opener(page)).toBeHidden();
    await expect(runTitle(page)).toBeFocused();
  });

  test("the panel fits every width", async ({ page }) => {
    await openPage(page);
    await dropOnPage(page, [demoFolder(3000), demoFolder(3200)]);
    await expectXRay(page);
    for (const width of [400, 700, 1000, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      const box = await opener(page).boundingBox();
      expect(box!.x, `${width} px`).toBeGreaterThanOrEqual(0);
      expect(box!.x + box!.width, `${width} px`).toBeLessThanOrEqual(width);
      const wide = await opener(page).evaluate((one) => one.scrollWidth - one.clientWidth);
      expect(wide, `${width} px`).toBeLessThanOrEqual(1);
    }
  });

  test("a link that names no run is ignored, with a notice", async ({ page }) => {
    await openPage(page, `?${new URLSearchParams({ run: "hf:../../etc@<img src=x>,b" })}`);
    await expect(page.getByRole("status").filter({ hasText: "was ignored" })).toContainText(
      "The address's run “",
    );
    await expect(opener(page)).toBeHidden();
    await expect(page).not.toHaveURL(/run=/);
  });
});
