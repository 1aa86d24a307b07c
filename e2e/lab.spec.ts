/** The laboratory: a step reconsidered, forked, picked by hand; the model's health and its hyper-parameters. */
import { expect } from "@playwright/test";
import {
  drawnPaths,
  landscape,
  openPage,
  panel,
  runButton,
  sentence,
  stepWords,
  test,
  trialRows,
  waitForTrials,
} from "./page.ts";

test.describe("the laboratory", { tag: "@wasm" }, () => {
  test("a step looked at with another acquisition function, then forked, leaves what decided as it was", async ({
    page,
  }) => {
    await openPage(page, "?items=60&trials=7");
    await runButton(page, "run").click();
    await waitForTrials(page, 7);
    await expect(runButton(page, "run again")).toBeVisible({ timeout: 60_000 });
    const trials = await trialRows(page).allInnerTexts();

    await page.getByRole("button", { name: "Show step 6" }).click();
    await expect(stepWords(page)).toHaveText("step 6 of 7");
    const decided = (await sentence(page).textContent())!;
    await page.getByRole("button", { name: "what if, at step 6?" }).click();
    await page.getByLabel("what if, at step 6:").selectOption("PI");
    await expect(panel(page, "Landscape")).toContainText(/PI was highest at λ = \d\.\d\d/);
    await page.getByRole("button", { name: "back to what decided" }).click();
    await expect(sentence(page)).toHaveText(decided);

    await page.getByRole("button", { name: "what if, at step 6?" }).click();
    await page.getByLabel("what if, at step 6:").selectOption("PI");
    await page.getByRole("button", { name: "fork here" }).click();
    await waitForTrials(page, 7);
    const forked = await trialRows(page).allInnerTexts();
    expect(forked.slice(0, 5)).toEqual(trials.slice(0, 5));
    expect(forked[5]).toContain("PI");

    const lab = panel(page, "Laboratory");
    await expect(lab.getByRole("row")).toHaveCount(3);
    await expect(lab.getByRole("img", { name: "Simple regret of 2 searches by trial" })).toBeVisible();
    await lab.getByRole("button", { name: /^GP-Hedge/ }).click();
    await expect.poll(() => trialRows(page).allInnerTexts()).toEqual(trials);
    await lab.getByRole("button", { name: /^Close fork at 6: PI/ }).click();
    await expect(lab.getByRole("row")).toHaveCount(2);
  });

  test("a λ clicked in the picture is measured next, and the log says who picked it", async ({ page }) => {
    await openPage(page, "?items=60&trials=5");
    await runButton(page, "run").click();
    await waitForTrials(page, 5);
    await expect(runButton(page, "run again")).toBeVisible({ timeout: 60_000 });
    const { x, y, width, height } = (await landscape(page).boundingBox())!;
    await page.mouse.click(x + 0.3 * width, y + 0.5 * height);
    await expect(panel(page, "Landscape")).toContainText(/λ = 0\.2\d picked by hand/);
    await page.getByRole("button", { name: "measure it" }).click();
    await waitForTrials(page, 6);
    await expect(trialRows(page).last()).toContainText("by hand");
  });

  test("a method is set, made and judged on both halves, and its merge can be taken along", async ({
    page,
  }) => {
    await openPage(page, "?items=20");
    await page.getByRole("tab", { name: "Methods" }).click();
    const lab = page.getByRole("region", { name: "Laboratory" });
    await lab.getByLabel(/^method/).selectOption("fisher");
    await expect(lab.getByText(/Matena/)).toBeVisible();
    await lab.getByLabel(/^squared/).selectOption("batch");
    await lab.getByRole("button", { name: "make and judge" }).click();
    const row = lab.getByRole("row", { name: /fisher/ });
    await expect(row).toContainText(/fisher batch.*tensor by tensor, 20 rows.*%.*%/, { timeout: 60_000 });
    await lab.getByLabel(/^method/).selectOption("lawa");
    await lab.getByRole("button", { name: "make and judge" }).click();
    await expect(lab.getByRole("img", { name: /^weights 0\.500, 0\.500; of each stretch/ })).toBeVisible({
      timeout: 60_000,
    });
    await row.getByRole("button", { name: "export" }).click();
    await expect(page.getByRole("dialog", { name: "Export the merge" })).toBeVisible();
  });

  test("a hyper-parameter held by hand moves the picture, and its likelihood says what that costs", async ({
    page,
  }) => {
    await openPage(page);
    const lab = panel(page, "Laboratory");
    await lab.getByRole("tab", { name: "Model" }).click();
    await expect(lab.getByRole("list", { name: "Health of the model" })).toContainText("R²");
    const slider = lab.getByRole("slider", { name: "lengthscale" });
    await expect(slider).toBeVisible();
    const before = await drawnPaths(page);
    await slider.focus();
    for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowLeft");
    await expect(lab).toContainText(/[1-9]\d*\.\d below its best/);
    await expect.poll(() => drawnPaths(page)).not.toEqual(before);
    await page.getByRole("button", { name: "back to what decided" }).click();
    await expect.poll(() => drawnPaths(page)).toEqual(before);
  });
});
