/** Going back and forth through a search: the picture is what was known then. */
import { expect } from "@playwright/test";
import { drawnPaths, landscape, openPage, panel, sentence, stepWords, test, trialRows } from "./page.ts";

test.describe("scrubbing", { tag: "@wasm" }, () => {
  test("a step back shows what was known then and why it was asked; forth brings the end back", async ({
    page,
  }) => {
    await openPage(page);
    await expect(sentence(page)).toHaveText("What the model knows after 14 trials.");
    await expect.poll(async () => (await drawnPaths(page)).length).toBeGreaterThan(10);
    const [end, name] = [await drawnPaths(page), await landscape(page).getAttribute("aria-label")];

    await page.getByRole("button", { name: "one step back (←)" }).click();
    await expect(stepWords(page)).toHaveText("step 14 of 14");
    await expect(landscape(page)).toHaveAccessibleName(/^Landscape: 13 measured merges\./);
    await expect.poll(() => drawnPaths(page)).not.toEqual(end);

    await page.getByRole("button", { name: "newest" }).click();
    await expect(stepWords(page)).toHaveText("after 14");
    await expect(landscape(page)).toHaveAccessibleName(name!);
    await expect.poll(() => drawnPaths(page)).toEqual(end);
  });

  test("each step's sentence names what its row in the log does", async ({ page }) => {
    await openPage(page);
    for (const [k, row] of (await trialRows(page).all()).entries()) {
      const [, lambda, score, , who] = await row.getByRole("cell").allInnerTexts();
      await row.getByRole("button", { name: `Show step ${k + 1}` }).click();
      await expect(stepWords(page)).toHaveText(`step ${k + 1} of 14`);
      await expect(row).toHaveAttribute("aria-current", "step");
      const [words, said] = (await sentence(page).textContent())!.match(/^.*?λ = (\d\.\d\d)/)!;
      expect(words).toMatch(
        who === "design"
          ? `Initial design, point ${k + 1}: `
          : new RegExp(`^GP-Hedge picked ${who}, p = (0\\.\\d\\d|1\\.00): `),
      );
      // Two decimals here, three in the row.
      expect(Math.abs(Number(said) - Number(lambda))).toBeLessThan(0.0056);
      await expect(sentence(page)).toContainText(`It gave ${score!.replace("best", "").trim()}`);
      await expect(landscape(page)).toHaveAccessibleName(new RegExp(`^Landscape: ${k} measured merges?\\.`));
    }
  });

  test("the reading cursor reads posterior and acquisition functions at one λ", async ({ page }) => {
    await openPage(page);
    const reader = page.getByRole("slider", { name: "Reading cursor over λ" });
    await reader.focus();
    await page.keyboard.press("Home");
    await expect(reader).toHaveAttribute("aria-valuetext", /^λ = 0\.000, posterior \d+\.\d+ ± .* EI /);
    await page.keyboard.press("PageUp");
    await expect(reader).toHaveAttribute("aria-valuetext", /^λ = 0\.100, /);
    await expect(panel(page, "Landscape")).toContainText("λ 0.100 · posterior");
  });
});
