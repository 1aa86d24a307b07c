/** Three checkpoints and four: picked on the trajectory, searched, drawn. */
import { expect } from "@playwright/test";
import { openPage, panel, runButton, test, trialRows, waitForTrials } from "./page.ts";

test.describe("three checkpoints and more", { tag: "@wasm" }, () => {
  test("a third is added, the search draws its triangle, a mix is picked by hand and measured", async ({
    page,
  }) => {
    await openPage(page, "?items=40&trials=7");
    await page.getByRole("button", { name: "mix one checkpoint more" }).click();
    await expect(page).toHaveURL(/parents=2800,3000,3200/);
    await page.getByRole("button", { name: /^run a search of/ }).click();
    await waitForTrials(page, 7);
    await expect(runButton(page, "run again")).toBeVisible({ timeout: 60_000 });
    const map = page.getByRole("slider", { name: /^Ternary map of 2800, 3000, 3200/ });
    await expect(map).toHaveAttribute("aria-valuetext", /^\d\.\d\d : \d\.\d\d : \d\.\d\d · posterior \d+/);
    await page.getByLabel("layer").selectOption("ei");
    await map.focus();
    const before = (await map.getAttribute("aria-valuetext"))!;
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowDown");
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowLeft");
    await expect(map).not.toHaveAttribute("aria-valuetext", before);
    await page.keyboard.press("Enter");
    await expect(panel(page, "Landscape")).toContainText(/\d\.\d\d : \d\.\d\d : \d\.\d\d picked by hand/);
    await page.getByRole("button", { name: "measure it" }).click();
    await waitForTrials(page, 8);
    await expect(trialRows(page).last()).toContainText("by hand");
    await page.getByRole("button", { name: "mix one checkpoint less" }).click();
    await expect(page).not.toHaveURL(/parents=/);
  });

  test("four are drawn as slices and parallel coordinates", async ({ page }) => {
    await openPage(page, "?parents=2600,3000,3600,4400&items=30&trials=7");
    await page.getByRole("button", { name: /^run a search of/ }).click();
    await waitForTrials(page, 7);
    await expect(
      page.getByRole("img", { name: /^Parallel coordinates of 7 trials over 4 checkpoints/ }),
    ).toBeVisible();
    await expect(page.getByRole("img", { name: /^Posterior as weight moves from/ }).first()).toBeVisible();
  });
});
