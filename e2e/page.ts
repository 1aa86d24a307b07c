/**
 * What the walks share: the page as a person finds it, by roles and names. Every walk fails on an error in the
 * console that it did not say it would cause.
 */
import { test as base, expect, type Locator, type Page } from "@playwright/test";

/** Panels by the name of their region. */
export type PanelName =
  | "Trajectory"
  | "Landscape"
  | "Pairs"
  | "Verdict"
  | "Trials"
  | "Items"
  | "Laboratory"
  | "Scores"
  | "Measure next"
  | "Rows";

/** A row of the log of trials, as it is written. */
export type TrialWords = { readonly lambda: string; readonly score: string; readonly isBest: boolean };

type Fixtures = {
  /** Console errors that a walk causes on purpose. */
  readonly expectedErrors: RegExp | null;
  readonly quietConsole: undefined;
};

/** Playwright's test, with an eye on the console. */
export const test = base.extend<Fixtures>({
  expectedErrors: [null, { option: true }],
  quietConsole: [
    async ({ page, expectedErrors }, use) => {
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(`${message.text()} ${message.location().url}`);
      });
      await use(undefined);
      expect(errors.filter((text) => expectedErrors?.test(text) !== true)).toEqual([]);
    },
    { auto: true },
  ],
});

/** A search that the project's device does in seconds: a few items and the fewest trials. */
export function smallSearch(project: string): string {
  return project === "webgpu" ? "?items=2&trials=4" : "?items=60&trials=6";
}

/** Opens the page and waits until the device is named. */
export async function openPage(page: Page, query = ""): Promise<void> {
  await page.goto(`/${query}`);
  await expect(device(page)).toBeVisible({ timeout: 30_000 });
}

/** The button that names the device once there is one. */
export function device(page: Page): Locator {
  return page.getByRole("banner").getByRole("button", { name: /^(WebGPU$|wasm · \d thread)/ });
}

/** A panel. */
export function panel(page: Page, name: PanelName): Locator {
  return page.getByRole("region", { name, exact: true });
}

/** The picture of the landscape; its name says what is on it. */
export function landscape(page: Page): Locator {
  return panel(page, "Landscape").getByRole("img", { name: /^Landscape: / });
}

/** What is drawn in the landscape, as the paths' own data. */
export function drawnPaths(page: Page): Promise<readonly (string | null)[]> {
  return landscape(page)
    .locator("path")
    .evaluateAll((paths) => paths.map((path) => path.getAttribute("d")));
}

/** The button beside the scrubber that runs, pauses, goes on: by the word it shows now. */
export function runButton(page: Page, word: "run" | "run again" | "continue" | "pause"): Locator {
  return panel(page, "Landscape").getByRole("button", { name: word, exact: true }).last();
}

/** The sentence under the plots. */
export function sentence(page: Page): Locator {
  return panel(page, "Landscape").locator(".sentence");
}

/** The line beside the scrubber: "step 5 of 14". */
export function stepWords(page: Page): Locator {
  return panel(page, "Landscape").getByRole("status");
}

/** Rows of measured trials. */
export function trialRows(page: Page): Locator {
  return panel(page, "Trials")
    .getByRole("row")
    .filter({ has: page.getByRole("button", { name: /^Show step/ }) });
}

/** Waits for at least so many measured trials. */
export async function waitForTrials(page: Page, count: number): Promise<void> {
  await expect(trialRows(page).nth(count - 1)).toBeVisible({ timeout: 60_000 });
}

/** The log of trials. */
export async function readTrials(page: Page): Promise<readonly TrialWords[]> {
  const rows = await trialRows(page).all();
  return Promise.all(
    rows.map(async (row) => {
      const [, lambda, score] = await row.getByRole("cell").allInnerTexts();
      return {
        lambda: lambda!.trim(),
        score: score!.replace("best", "").trim(),
        isBest: score!.includes("best"),
      };
    }),
  );
}

/** The verdict's table: "older", "newer", "merge" with what they scored on both halves, in the measure's own unit. */
export async function readVerdict(
  page: Page,
): Promise<Readonly<Record<string, readonly [search: number, unseen: number]>>> {
  const rows = await panel(page, "Verdict").getByRole("table").getByRole("row").all();
  const read = rows.slice(1).map(async (row) => {
    const name = await row.getByRole("rowheader").textContent();
    const [, search, unseen] = await row.getByRole("cell").allInnerTexts();
    return [name, [Number.parseFloat(search!), Number.parseFloat(unseen!)] as const] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

/** A cell of the heat map by its two steps. */
export function heatCell(page: Page, older: number, newer: number): Locator {
  return panel(page, "Pairs").getByRole("button", {
    name: new RegExp(`^step ${older} \\+ step ${newer}[,:]`),
  });
}

/** Cells of the heat map that are measured. */
export function measuredCells(page: Page): Locator {
  return panel(page, "Pairs").getByRole("button", { name: /against the better parent/ });
}
