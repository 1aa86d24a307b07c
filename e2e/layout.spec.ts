/** Dark and light, wide and narrow: nothing overflows, panels do not cover each other. */
import { expect, type Page } from "@playwright/test";
import { landscape, openPage, test, waitForTrials } from "./page.ts";

type Box = {
  readonly name: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
};

function readBoxes(page: Page): Promise<readonly Box[]> {
  return page.getByRole("region").evaluateAll((panels) =>
    panels.map((one) => {
      const { left, right, top, bottom } = one.getBoundingClientRect();
      return { name: one.querySelector("h2")?.textContent ?? "", left, right, top, bottom };
    }),
  );
}

/** Pairs of panels that share more than a hairline. */
function overlaps(boxes: readonly Box[]): readonly string[] {
  return boxes.flatMap((a, k) =>
    boxes.slice(k + 1).flatMap((b) => {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      return wide > 1 && high > 1 ? [`${a.name} and ${b.name}`] : [];
    }),
  );
}

/** Elements whose text is cut off at their right edge, where nothing scrolls and no ellipsis says so. */
function clippedWords(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, h2, h3, p, .note, .tools, td, th")].flatMap((one) => {
      const { overflowX, textOverflow, display } = getComputedStyle(one);
      // A box of flex items draws no ellipsis.
      const isMarked = textOverflow === "ellipsis" && !display.includes("flex");
      const isCut = one.scrollWidth > one.clientWidth + 1 && overflowX !== "visible" && !isMarked;
      return isCut && one.clientWidth > 1 ? [`${one.tagName} ${one.textContent?.slice(0, 60)}`] : [];
    }),
  );
}

/** 0 black, 255 white. */
function readGround(page: Page): Promise<number> {
  return page.evaluate(() => {
    const [r, g, b] = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g)!.map(Number);
    return (r! + g! + b!) / 3;
  });
}

test.describe("layout", { tag: "@wasm" }, () => {
  test("no width from a telephone to a projector scrolls sideways or covers a panel", async ({ page }) => {
    await openPage(page);
    for (const width of [400, 700, 701, 1000, 1100, 1101, 1280, 1440, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      await expect
        .poll(() => page.evaluate(() => document.documentElement.scrollWidth), { message: `${width} px` })
        .toBeLessThanOrEqual(width);
      const boxes = await readBoxes(page);
      expect(boxes).toHaveLength(7);
      for (const { name, right } of boxes) expect(right, `${name} at ${width} px`).toBeLessThanOrEqual(width);
      expect(overlaps(boxes), `${width} px`).toEqual([]);
      expect(await clippedWords(page), `${width} px`).toEqual([]);
    }
  });

  test("it follows the system's theme until one is chosen, and remembers the choice", async ({ page }) => {
    await page.emulateMedia({ colorScheme: "dark" });
    await openPage(page);
    await expect(landscape(page)).toBeVisible();
    expect(await readGround(page)).toBeLessThan(60);
    await page.emulateMedia({ colorScheme: "light" });
    await expect.poll(() => readGround(page)).toBeGreaterThan(200);
    await page.getByRole("button", { name: "theme: as the system" }).click();
    await page.getByRole("button", { name: "theme: light" }).click();
    await expect.poll(() => readGround(page)).toBeLessThan(60);
    await page.reload();
    await expect(page.getByRole("button", { name: "theme: dark" })).toBeVisible();
    expect(await readGround(page)).toBeLessThan(60);
  });

  test("nothing moves when work begins and trials come in", async ({ page }) => {
    await openPage(page);
    const before = await readBoxes(page);
    await page.keyboard.press("Space");
    await expect(page.getByRole("button", { name: "pause", exact: true })).toBeVisible();
    expect(await readBoxes(page)).toEqual(before);
    await waitForTrials(page, 3);
    expect(await readBoxes(page)).toEqual(before);
  });

  test("at 1440 by 900 the search is one screen, and the laboratory begins below it", async ({ page }) => {
    await openPage(page);
    for (const { name, top, bottom } of await readBoxes(page))
      if (name === "Laboratory") expect(top).toBeGreaterThanOrEqual(890);
      else expect(bottom, name).toBeLessThanOrEqual(901);
  });
});
