/** The dense sweep over λ: cancelled half-way, it keeps its points, says so, and goes on. */
import { expect } from "@playwright/test";
import { landscape, openPage, panel, test } from "./page.ts";

test("a cancelled sweep keeps its points and goes on to the end", { tag: "@wasm" }, async ({ page }) => {
  await openPage(page, "?items=40");
  const land = panel(page, "Landscape");
  const share = land.getByRole("button", { name: /^\d+ % of \d+ λ above both parents$/ });
  const counted = async () => Number((await share.textContent())!.match(/of (\d+) λ/)![1]);

  await land.getByRole("button", { name: "sweep 100 λ" }).click();
  await expect.poll(counted, { timeout: 30_000 }).toBeGreaterThanOrEqual(5);
  await land.getByRole("button", { name: "cancel" }).click();
  const goOn = land.getByRole("button", { name: "continue the sweep" });
  await expect(goOn).toBeVisible();
  const kept = await counted();
  expect(kept).toBeLessThan(100);
  const points = landscape(page).locator(".points path");
  await expect.poll(() => points.count()).toBeGreaterThanOrEqual(kept);

  await goOn.click();
  await expect(land.getByRole("button", { name: "sweep again" })).toBeVisible({ timeout: 60_000 });
  expect(await counted()).toBe(100);
  await expect.poll(() => points.count()).toBeGreaterThanOrEqual(100);
});
