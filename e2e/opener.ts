/** What the walks share that open checkpoints of one's own: the panel, its lists, its X-ray. */
import { fileURLToPath } from "node:url";
import { expect, type Locator, type Page } from "@playwright/test";

/** A folder of the shipped run, which is as good as any person's. */
export function demoFolder(step: number): string {
  return fileURLToPath(new URL(`../public/demo/step${step}`, import.meta.url));
}

/** The button that says which run is explored. */
export function runTitle(page: Page): Locator {
  return page.getByRole("banner").getByRole("button", { name: /^run: / });
}

/** The panel that opens from it. */
export function opener(page: Page): Locator {
  return page.getByRole("dialog", { name: "Open a run" });
}

/** Opens the panel. */
export async function showOpener(page: Page): Promise<void> {
  await runTitle(page).click();
  await expect(opener(page)).toBeVisible();
}

/** Has the hub of this address asked. */
export async function setMirror(page: Page, endpoint: string, token?: string): Promise<void> {
  await opener(page)
    .getByText(/^mirror and token/)
    .click();
  await opener(page).getByRole("textbox", { name: "mirror" }).fill(endpoint);
  if (token !== undefined) await opener(page).getByLabel("token", { exact: true }).fill(token);
  await opener(page).getByRole("button", { name: "use", exact: true }).click();
  await expect(opener(page).getByText(`mirror and token: mirror ${endpoint}`)).toBeVisible();
}

/** Looks a repository up, by the keyboard. */
export async function lookUp(page: Page, repository: string): Promise<void> {
  await opener(page).getByRole("textbox", { name: "repository" }).fill(repository);
  await page.keyboard.press("Enter");
}

/** Ticks revisions. */
export async function pickRevisions(page: Page, ...revisions: string[]): Promise<void> {
  for (const name of revisions) await opener(page).getByRole("checkbox", { name, exact: true }).check();
}

/** Looks into what is picked, and waits for what was found. */
export async function lookInto(page: Page): Promise<void> {
  await opener(page)
    .getByRole("button", { name: /^look into \d/ })
    .click();
  await expectXRay(page);
}

/** Waits for the table of what was found. */
export async function expectXRay(page: Page): Promise<void> {
  await expect(opener(page).getByRole("columnheader", { name: "architecture" })).toBeVisible({
    timeout: 30_000,
  });
}

/** Rows of the X-ray's table. */
export function xrayRow(page: Page, checkpoint: string): Locator {
  return opener(page)
    .getByRole("row")
    .filter({ has: page.getByRole("rowheader", { name: checkpoint }) });
}

/** Drops folders and files of this machine on the page, as a person's desktop does. */
export async function dropOnPage(page: Page, paths: readonly string[]): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await browser.send("Input.dispatchDragEvent", { type, x: 200, y: 300, data });
  }
  await browser.detach();
}
