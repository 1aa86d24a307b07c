/** Everything by keyboard: the keys that work everywhere, and a focus that is always seen. */
import { expect, type Page } from "@playwright/test";
import { openPage, panel, runButton, stepWords, test, trialRows, waitForTrials } from "./page.ts";

/** What has the focus, and whether a person can see that it has. */
function describeFocus(page: Page): Promise<{ readonly name: string; readonly isSeen: boolean }> {
  return page.evaluate(() => {
    const element = document.activeElement!;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const { width, height } = element.getBoundingClientRect();
    const isMarked = (outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0) || boxShadow !== "none";
    const name = element.getAttribute("aria-label") ?? element.textContent ?? "";
    return { name: `${element.tagName} ${name.slice(0, 50)}`, isSeen: isMarked && width > 0 && height > 0 };
  });
}

test.describe("by keyboard", { tag: "@wasm" }, () => {
  test("space runs and pauses, arrows step", async ({ page }) => {
    await openPage(page, "?items=200&trials=14");
    await page.keyboard.press("Space");
    await expect(runButton(page, "pause")).toBeVisible();
    await waitForTrials(page, 2);
    await page.keyboard.press("Space");
    await expect(runButton(page, "continue")).toBeVisible();
    const count = await trialRows(page).count();
    await expect(stepWords(page)).toHaveText(`step ${count} of 14`);
    await page.keyboard.press("ArrowLeft");
    await expect(stepWords(page)).toHaveText(`step ${count - 1} of 14`);
    await page.keyboard.press("ArrowRight");
    await expect(stepWords(page)).toHaveText(`step ${count} of 14`);
  });

  test("? lists the keys, Escape closes the list, / finds the task", async ({ page }) => {
    await openPage(page);
    await page.keyboard.press("Shift+?");
    const list = page.getByRole("dialog");
    for (const meaning of ["run or pause the search", "one step back or forth", "find a task"])
      await expect(list).toContainText(meaning);
    await page.keyboard.press("Escape");
    await expect(list).toBeHidden();
    await page.keyboard.press("/");
    const task = page.getByRole("combobox", { name: "task" });
    await expect(task).toBeFocused();
    // A word typed into the list is not a key of the page.
    await page.keyboard.press("Space");
    await expect(runButton(page, "run again")).toBeVisible();
  });

  test("tab reaches every panel, and the focus is seen at every stop", async ({ page }) => {
    await openPage(page);
    const stops: string[] = [];
    const panels = new Set<string>();
    for (let press = 0; press < 120; press++) {
      await page.keyboard.press("Tab");
      const isOut = await page.evaluate(() => document.activeElement === document.body);
      if (isOut) break;
      const { name, isSeen } = await describeFocus(page);
      expect(isSeen, `the focus on ${name}`).toBe(true);
      stops.push(name);
      panels.add(
        await page.evaluate(
          () => document.activeElement?.closest("section")?.textContent?.slice(0, 5) ?? "top",
        ),
      );
    }
    expect(stops.length).toBeLessThan(120);
    expect([...panels].sort()).toEqual(
      ["Items", "Labor", "Lands", "Pairs", "Traje", "Trial", "Verdi", "top"].sort(),
    );
  });

  test("a pair is picked on the trajectory by arrow keys", async ({ page }) => {
    await openPage(page);
    await page.getByRole("slider", { name: "Newer parent" }).focus();
    await page.keyboard.press("ArrowRight");
    await expect(panel(page, "Landscape")).toContainText("step 3000 to step 3400");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    // The handles stop beside each other.
    await expect(panel(page, "Landscape")).toContainText("step 3000 to step 3200");
  });
});
