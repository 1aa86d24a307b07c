/** The papers' studies in the page: run one, read its items, take the report along, find it again by its address. */
import { readFile } from "node:fs/promises";
import { expect } from "@playwright/test";
import { openPage, test } from "./page.ts";

test.describe("the studies of the papers", { tag: "@wasm" }, () => {
  test("one is run, its regions open their items, and its report repeats it", async ({ page }) => {
    await openPage(page, "?items=20");
    await page.getByRole("button", { name: "studies", exact: true }).click();
    await page.getByRole("button", { name: /^Which items/ }).click();
    await expect(page).toHaveURL(/study=overlap/);
    await expect(page.getByText("Nothing yet: run the study to see.")).toBeVisible();
    await page.getByRole("button", { name: "run this study" }).click();
    await expect(page.getByRole("heading", { name: /^Right answers by who gives them/ })).toBeVisible({
      timeout: 90_000,
    });
    await expect(page.getByText(/^On \d+ % of \d+ items all three agree/)).toBeVisible();
    const figure = page.getByRole("img", { name: /: right$/ }).first();
    await expect(figure).toBeVisible();
    await page
      .getByRole("button", { name: /^all: \d+$/ })
      .first()
      .click();
    await expect(page.getByRole("heading", { name: /^\d+ items of / })).toBeVisible();
    await expect(page.locator(".region-items li").first()).toContainText(/\w/);

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "report of 1" }).click(),
    ]);
    const report = await readFile(await download.path(), "utf8");
    expect(download.suggestedFilename()).toBe("mergescope-report.html");
    expect(report).toContain("This run shows");
    expect(report).toContain("<svg");

    await page.reload();
    await expect(page.getByRole("heading", { name: "Which items" })).toBeVisible();
    await page.getByRole("button", { name: "back to the run" }).click();
    await expect(page.getByRole("region", { name: "Landscape" })).toBeVisible();
  });

  test("one that is stopped says so and can be run again", async ({ page }) => {
    await openPage(page, "?study=neighbours&items=200");
    await page.getByRole("button", { name: "run this study" }).click();
    await expect(page.getByText(/\d+ of \d+ merges/)).toBeVisible({ timeout: 60_000 });
    await page.getByRole("button", { name: "cancel" }).click();
    await expect(page.getByRole("button", { name: "run this study" })).toBeVisible({ timeout: 20_000 });
    await expect(page.getByText("Nothing yet: run the study to see.")).toBeVisible();
  });
});
