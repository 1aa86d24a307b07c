/** Opening tasks of one's own and benchmarks, and what is seen of a merge while its numbers come in. */
import { expect, type Locator, type Page } from "@playwright/test";
import { openPage, panel, runButton, test, waitForTrials } from "./page.ts";

const taskPanel = (page: Page): Locator => page.getByRole("dialog", { name: "Open a task" });

const taskMenu = (page: Page): Locator => page.getByRole("banner").getByRole("combobox").first();

async function showTasks(page: Page): Promise<Locator> {
  await page.getByRole("button", { name: "Open a task" }).click();
  await expect(taskPanel(page)).toBeVisible();
  return taskPanel(page);
}

const file = (name: string, lines: readonly string[]) => ({
  name,
  mimeType: "text/plain",
  buffer: Buffer.from(`${lines.join("\n")}\n`),
});

/** PIQA's published form, with rows of our own. */
function benchmarkFiles(rows: number) {
  const goals = Array.from({ length: rows }, (_, i) =>
    JSON.stringify({ goal: `Open box ${i}.`, sol1: `Lift lid ${i}.`, sol2: `Sit on ${i} lids.` }),
  );
  const labels = Array.from({ length: rows }, (_, i) => String(i % 2));
  return [file("valid.jsonl", goals), file("valid-labels.lst", labels)];
}

test("a benchmark is opened from its files, and a search on it shows its items while they come in", {
  tag: "@wasm",
}, async ({ page }) => {
  await openPage(page, "?trials=4");
  const tasks = await showTasks(page);
  await tasks.getByRole("button", { name: /^PIQA/ }).click();
  await expect(tasks).toContainText("valid.jsonl and valid-labels.lst");
  await expect(tasks.getByRole("button", { name: "open PIQA" })).toBeDisabled();
  await tasks.getByLabel("files of PIQA").setInputFiles(benchmarkFiles(240));
  await tasks.getByRole("button", { name: "open PIQA" }).click();
  await expect(tasks).toContainText("piqa is open: 240 rows, 120 to search on and 120 to be judged on");
  await page.keyboard.press("Escape");
  await expect(taskMenu(page)).toHaveValue("piqa");
  await page.getByRole("button", { name: /^run a search/ }).click();
  const items = panel(page, "Items");
  await expect(items).toContainText(/after \d+ of 120 items/, { timeout: 30_000 });
  await expect(items.getByRole("img", { name: /after \d+ of 120 items/ })).toBeVisible();
  await waitForTrials(page, 4);
  await expect(runButton(page, "run again")).toBeVisible({ timeout: 60_000 });
  await expect(panel(page, "Verdict")).toContainText("120 unseen ones", { timeout: 60_000 });
});

test("the same weights are looked up, not measured again", { tag: "@wasm" }, async ({ page }) => {
  await openPage(page, "?items=60&trials=4");
  await runButton(page, "run").or(runButton(page, "run again")).first().click();
  await waitForTrials(page, 4);
  await expect(panel(page, "Verdict")).toContainText("unseen ones", { timeout: 60_000 });
  await runButton(page, "run again").click();
  await waitForTrials(page, 4);
  await expect(runButton(page, "run again")).toBeVisible({ timeout: 30_000 });
  const tasks = await showTasks(page);
  await expect(tasks).toContainText(/\d+ tables of items/);
  await tasks.getByRole("button", { name: "measure everything anew" }).click();
  await expect(tasks).toContainText("Nothing yet.");
});

test("rows and harness files of one's own are opened, and what is wrong with one is said", {
  tag: "@wasm",
}, async ({ page }) => {
  await openPage(page);
  const tasks = await showTasks(page);
  const own = tasks.getByLabel("files of a task");
  await own.setInputFiles([file("odd.jsonl", ['{"context": "a", "choices": ["b"], "gold": 0}'])]);
  await expect(tasks.getByRole("alert")).toContainText("odd.jsonl is not usable at line 1");
  await own.setInputFiles([file("table.csv", ["a,b", "1,2"])]);
  await expect(tasks.getByRole("alert")).toContainText("table.csv is no task by itself");
  await own.setInputFiles([
    file("mine.jsonl", [
      '{"context": "a b", "choices": ["c", "d"], "gold": 0}',
      '{"context": "b", "choices": ["d", "e"], "gold": 1}',
    ]),
  ]);
  await expect(taskMenu(page)).toHaveValue("mine.jsonl");
  const yaml = [
    "task: colours",
    "output_type: multiple_choice",
    'doc_to_text: "Q: {{q}}"',
    'doc_to_choice: "{{[a, b]}}"',
    "doc_to_target: label",
  ];
  const rows = Array.from({ length: 6 }, (_, i) =>
    JSON.stringify({ q: `sky ${i}`, a: "blue", b: "red", label: 0 }),
  );
  await own.setInputFiles([file("colours.yaml", yaml), file("rows.jsonl", rows)]);
  await expect(taskMenu(page)).toHaveValue("colours");
});
