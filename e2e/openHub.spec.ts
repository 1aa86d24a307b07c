/** Checkpoints of the hub, from the page: looked up, looked into, fetched, explored; and what can go wrong. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { MockHub } from "../src/storage/fixtures/mockHub.ts";
import {
  lookInto,
  lookUp,
  opener,
  pickRevisions,
  runTitle,
  setMirror,
  showOpener,
  xrayRow,
} from "./opener.ts";
import { openPage, runButton, test, waitForTrials } from "./page.ts";
import { startPocketHub, TOKEN, WEIGHTS } from "./pocketHub.ts";

let hub: MockHub;

test.beforeEach(async () => {
  hub = await startPocketHub();
});

test.afterEach(() => hub.close());

// What these walks cause is logged by the browser, too: refused requests, broken connections.
test.use({ expectedErrors: /Failed to load resource|ERR_/ });

async function lookUpAt(page: Page, repository: string): Promise<void> {
  await openPage(page, "?items=20&trials=4");
  await showOpener(page);
  await setMirror(page, hub.endpoint);
  await lookUp(page, repository);
}

/** Up to the X-ray of two revisions. */
async function lookIntoPocket(page: Page, ...revisions: string[]): Promise<void> {
  await lookUpAt(page, "lab/pocket");
  await pickRevisions(page, ...revisions);
  await lookInto(page);
}

function fetchButton(page: Page): Locator {
  return opener(page).getByRole("button", { name: /fetch .+ and explore$/ });
}

async function expectOpened(page: Page): Promise<void> {
  await expect(runTitle(page)).toHaveAccessibleName("run: lab/pocket", { timeout: 30_000 });
  await expect(opener(page)).toBeHidden();
}

test.describe("the hub", { tag: "@wasm" }, () => {
  test("two revisions are looked up, looked into, fetched and searched; then they are here", async ({
    page,
  }) => {
    await lookIntoPocket(page, "step3000", "step3200");
    await expect(xrayRow(page, "step3000")).toContainText("GPT-NeoX");
    await expect(xrayRow(page, "step3200")).toContainText("1.72 MB");
    await fetchButton(page).click();
    await expectOpened(page);
    await expect(page).toHaveURL(/\?run=hf:lab\/pocket@step3000,step3200&/);
    await runButton(page, "run").click();
    await waitForTrials(page, 4);

    const fetched = hub.sentBytes(WEIGHTS);
    await showOpener(page);
    const kept = page.getByRole("region", { name: "Kept on this machine" });
    await kept.getByRole("checkbox", { name: "lab/pocket@step3000" }).check();
    await kept.getByRole("checkbox", { name: "lab/pocket@step3200" }).check();
    await lookInto(page);
    await opener(page).getByRole("button", { name: "explore", exact: true }).click();
    await expect(opener(page)).toBeHidden();
    expect(hub.sentBytes(WEIGHTS), "weights come over the network once").toBe(fetched);
  });

  test("a connection that breaks in the middle keeps what came, and goes on", async ({ page }) => {
    await lookIntoPocket(page, "step3000", "step3200");
    hub.faults.push({ path: WEIGHTS, dropAfter: 400_000, times: 1 }, { path: WEIGHTS, dropAfter: 0 });
    await fetchButton(page).click();
    await expect(opener(page).getByRole("alert")).toBeVisible({ timeout: 75_000 });
    await expect(opener(page)).toContainText("are here and stay here");
    hub.faults.length = 0;
    await opener(page)
      .getByRole("button", { name: /^continue: fetch/ })
      .click();
    await expectOpened(page);
  });

  test("a fetch is cancelled, and goes on after the page was loaded again from its link", async ({
    page,
  }) => {
    await lookIntoPocket(page, "step3000", "step3200");
    hub.faults.push({ path: WEIGHTS, bytesPerSecond: 300_000 });
    await fetchButton(page).click();
    await expect(opener(page).getByRole("status")).toContainText(/[kM]B\/s/, { timeout: 30_000 });
    await opener(page).getByRole("button", { name: "cancel", exact: true }).click();
    await expect(fetchButton(page)).toBeVisible();
    hub.faults.length = 0;

    // A link names no mirror: the page asks the real hub first, which is out of reach here.
    await page.route(/huggingface\.co/, (route) => route.abort());
    await page.reload();
    await expect(opener(page)).toContainText("A link asked for these.", { timeout: 30_000 });
    await opener(page).getByRole("button", { name: "choose others" }).click();
    await setMirror(page, hub.endpoint);
    await lookInto(page);
    await opener(page)
      .getByRole("button", { name: /explore$/ })
      .click();
    await expectOpened(page);
  });

  test("a link opens the X-ray and fetches nothing by itself", async ({ page }) => {
    await page.route(/https:\/\/huggingface\.co\/.*/, async (route) => {
      const url = route.request().url().replace("https://huggingface.co", hub.endpoint);
      await route.fulfill({ response: await route.fetch({ url }) });
    });
    await page.goto("/?run=hf:lab/pocket@step3000,step3200&items=20");
    await expect(opener(page)).toContainText("Nothing large moves until you say so.", { timeout: 30_000 });
    await expect(runTitle(page)).toHaveAccessibleName("run: Pocket NeoX");
  });

  test("the same weights under two names are told", async ({ page }) => {
    await lookIntoPocket(page, "step3000", "step3001");
    await expect(opener(page)).toContainText("step3000 and step3001 are byte-identical");
  });

  test("a gated repository asks for a token, and opens with one that no link has", async ({ page }) => {
    await lookUpAt(page, "lab/gated");
    await expect(opener(page).getByRole("alert")).toContainText("gated");
    await opener(page).getByRole("button", { name: "give a token" }).click();
    await expect(opener(page).getByLabel("token", { exact: true })).toBeFocused();
    await page.keyboard.type(TOKEN);
    await page.keyboard.press("Enter");
    await expect(opener(page).getByText(/with a token$/)).toBeVisible();
    await lookUp(page, "lab/gated");
    await pickRevisions(page, "step3000", "step3200");
    await lookInto(page);
    await expect(page).toHaveURL(/run=hf:lab\/gated@step3000,step3200$/);
  });

  for (const [what, repository, words] of [
    ["that is not there", "lab/nowhere", "There is no repository lab/nowhere"],
    ["that is answered with a page", "lab/page", "does not answer as a hub"],
  ] as const) {
    test(`a repository ${what} is said to be`, async ({ page }) => {
      await lookUpAt(page, repository);
      await expect(opener(page).getByRole("alert")).toContainText(words, { timeout: 30_000 });
      await expect(opener(page).getByRole("alert").getByRole("button", { name: "try again" })).toBeVisible();
    });
  }

  test("a revision that is typed and not there is said to be", async ({ page }) => {
    await lookUpAt(page, "lab/pocket");
    await pickRevisions(page, "step3000");
    await opener(page).getByRole("searchbox").fill("step9999");
    await page.keyboard.press("Enter");
    await opener(page)
      .getByRole("button", { name: /^look into 2/ })
      .click();
    await expect(opener(page).getByRole("alert")).toContainText("has no revision step9999", {
      timeout: 30_000,
    });
  });

  test("weights that are cut off on the hub are found before they are fetched", async ({ page }) => {
    await lookUpAt(page, "lab/pocket");
    await pickRevisions(page, "step3000", "cut");
    await opener(page)
      .getByRole("button", { name: /^look into 2/ })
      .click();
    await expect(opener(page).getByRole("alert")).toContainText(WEIGHTS, { timeout: 30_000 });
  });
});
