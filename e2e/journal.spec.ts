/** A search that a closed page left, and two pages on one search. */
import { expect } from "@playwright/test";
import { openPage, panel, readTrials, runButton, test, trialRows, waitForTrials } from "./page.ts";

const QUERY = "?items=300&trials=14";

test.describe("a search's journal", { tag: "@wasm" }, () => {
  test("a page that is loaded again shows the search where it was, and goes on to the same end", async ({
    page,
  }) => {
    await openPage(page, QUERY);
    await runButton(page, "run").click();
    await waitForTrials(page, 5);
    await page.reload();
    await waitForTrials(page, 4);
    const before = await readTrials(page);
    await runButton(page, "continue").click();
    await waitForTrials(page, 14);
    await expect(runButton(page, "run again")).toBeVisible({ timeout: 60_000 });
    const after = await readTrials(page);
    expect(after.map(({ lambda }) => lambda).slice(0, before.length)).toEqual(
      before.map(({ lambda }) => lambda),
    );

    await page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      await root.removeEntry("journals", { recursive: true });
    });
    await page.reload();
    await runButton(page, "run").click();
    await waitForTrials(page, 14);
    expect((await readTrials(page)).map(({ lambda }) => lambda)).toEqual(after.map(({ lambda }) => lambda));
  });

  test("two pages on one search: one runs it, the other says so and spoils nothing", async ({
    page,
    context,
  }) => {
    await openPage(page, "?trials=40&seed=11");
    await runButton(page, "run again").click();
    await waitForTrials(page, 4);
    const other = await context.newPage();
    await openPage(other, "?trials=40&seed=11");
    await waitForTrials(other, 3);
    await runButton(other, "continue").click();
    await expect(panel(other, "Landscape").getByRole("alert")).toContainText("Another page runs this search");
    const count = await trialRows(page).count();
    await waitForTrials(page, count + 2);
    await other.close();
  });
});
