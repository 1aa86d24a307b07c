/** The heat map of pairs: it fills live, is cancelled and goes on; its cells open pairs, by pointer and by keys. */
import { expect } from "@playwright/test";
import { heatCell, measuredCells, openPage, panel, runButton, smallSearch, test } from "./page.ts";

test("cells arrive one by one, stay when it is cancelled, and it goes on", async ({ page }, { project }) => {
  await openPage(page, project.name === "webgpu" ? "?items=2" : "?items=60");
  const pairs = panel(page, "Pairs");
  await expect(measuredCells(page)).toHaveCount(0);
  await pairs.getByRole("button", { name: "measure 78 pairs" }).click();
  await expect(measuredCells(page).first()).toBeVisible({ timeout: 60_000 });
  await pairs.getByRole("button", { name: "cancel" }).click();
  const goOn = pairs.getByRole("button", { name: "continue", exact: true });
  await expect(goOn).toBeVisible();
  const kept = await measuredCells(page).count();
  expect(kept).toBeLessThan(78);
  await expect(pairs).toContainText(`${kept} of 78 pairs`);

  await goOn.click();
  await expect.poll(() => measuredCells(page).count(), { timeout: 30_000 }).toBeGreaterThan(kept);
  await pairs.getByRole("button", { name: "cancel" }).click();
  await expect(goOn).toBeVisible();
});

test("a click on a cell opens its pair, which can be searched at once", async ({ page }, { project }) => {
  await openPage(page, smallSearch(project.name));
  await heatCell(page, 3400, 3800).click();
  await expect(panel(page, "Landscape")).toContainText("step 3400 to step 3800");
  await expect(heatCell(page, 3400, 3800)).toHaveAttribute("aria-current", "true");
  await expect(page).toHaveURL(/pair=3400,3800/);
  await expect(page.getByRole("slider", { name: "Older parent" })).toHaveAttribute(
    "aria-valuetext",
    /^step 3400:/,
  );
  await runButton(page, "run").click();
  await expect(runButton(page, "run again")).toBeVisible({ timeout: 60_000 });
  await expect(panel(page, "Verdict")).toContainText(/of step 3800 \+ .* of step 3400/);
});

test("arrow keys walk the cells and Enter opens one", { tag: "@wasm" }, async ({ page }) => {
  await openPage(page);
  const land = panel(page, "Landscape");
  await expect(land).toContainText("step 3000 to step 3200");
  await heatCell(page, 3000, 3200).focus();
  await page.keyboard.press("ArrowDown");
  await expect(heatCell(page, 3000, 3400)).toBeFocused();
  await expect(panel(page, "Pairs").getByRole("paragraph").last()).toContainText("step 3000 + step 3400, λ");
  await page.keyboard.press("ArrowRight");
  await expect(heatCell(page, 3200, 3400)).toBeFocused();
  await expect(land).toContainText("step 3000 to step 3200");
  await page.keyboard.press("Enter");
  await expect(land).toContainText("step 3200 to step 3400");
  await expect(land).toContainText("This pair has not been searched yet.");
  await heatCell(page, 3000, 3200).click();
  await expect(land).toContainText("shipped results");
});
