/** Scores measured elsewhere: dropped, advised on, linked; and what is no table. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { dropOnPage } from "./opener.ts";
import { openPage, panel, test } from "./page.ts";

const CSV =
  "lambda,value,stderr\n0,0.553,0.006\n0.25,0.561,0.006\n0.5,0.567,0.006\n0.8,0.569,0.006\n1,0.549,0.006\n";

test.describe("scores measured elsewhere", { tag: "@wasm" }, () => {
  test("a dropped table names the next weights, takes a new score, and comes back from its link", async ({
    page,
  }) => {
    await openPage(page);
    const file = join(mkdtempSync(join(tmpdir(), "mergescope-scores-")), "7b.csv");
    writeFileSync(file, CSV);
    await dropOnPage(page, [file]);
    const advice = panel(page, "Measure next");
    await expect(advice.getByRole("listitem").first()).toContainText(/λ = 0\.\d{3} expected 0\.5/);
    await expect(
      panel(page, "Scores").getByRole("img", { name: /^5 scores over λ; measure next/ }),
    ).toBeVisible();
    await advice.getByLabel("side by side").selectOption("3");
    await expect(advice.getByRole("list").first().getByRole("listitem")).toHaveCount(3);
    await page.getByLabel("A new score: weights, score, standard error").fill("0.62, 0.572, 0.006");
    await page.getByRole("button", { name: "add a score" }).click();
    await expect(panel(page, "Rows").getByRole("row")).toHaveCount(7);
    const first = (await advice.getByRole("listitem").first().textContent())!;

    const link = page.url();
    expect(link).toContain("table=");
    await page.getByRole("button", { name: "back to the run" }).click();
    await expect(panel(page, "Landscape")).toBeVisible();
    await page.goto(link);
    await expect(panel(page, "Rows").getByRole("row")).toHaveCount(7);
    await expect(advice.getByRole("listitem").first()).toHaveText(first);
  });

  test("a printed table opens from the top line; a broken one is refused in words where it was picked", async ({
    page,
  }) => {
    await openPage(page);
    await page.getByRole("button", { name: "your scores" }).click();
    await page.getByLabel("pick a table").setInputFiles({
      name: "broken.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("lambda,value\n0.5,high\n"),
    });
    await expect(page.getByRole("alert")).toContainText('line 2: "high" in the column value is not a number');
    await page.getByLabel("a printed table of the papers").selectOption("deepseek-1800-2000-ceval");
    await expect(panel(page, "Scores")).toContainText("3 scores of 2 checkpoints");
    await expect(panel(page, "Measure next")).toContainText("BoTorch's priors are soberer");
  });
});
