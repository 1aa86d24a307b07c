/** The best merge leaves the page as files of a checkpoint, which the command line measures at the same score. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, type Locator, type Page } from "@playwright/test";
import { openPage, panel, readVerdict, test } from "./page.ts";

const FILES = ["config.json", "model.safetensors", "tokenizer.json"];

type Files = Readonly<Record<string, Buffer>>;

/** Names and byte ranges of the tensors, and how many bytes follow the header. */
function parseSafetensors(file: Buffer) {
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + length).toString("utf8"));
  const tensors = Object.entries(header).filter(([name]) => name !== "__metadata__") as [
    string,
    { readonly dtype: string; readonly shape: number[]; readonly data_offsets: [number, number] },
  ][];
  return { tensors, dataBytes: file.length - 8 - length };
}

function expectWhole(file: Buffer): void {
  const { tensors, dataBytes } = parseSafetensors(file);
  expect(tensors.length).toBeGreaterThan(0);
  let end = 0;
  for (const [name, { dtype, shape, data_offsets }] of tensors.sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0],
  )) {
    expect(dtype, name).toBe("F16");
    expect(data_offsets[0], name).toBe(end);
    end = data_offsets[0] + 2 * shape.reduce((a, b) => a * b, 1);
    expect(data_offsets[1], name).toBe(end);
  }
  expect(end).toBe(dataBytes);
}

function exportForm(page: Page): Locator {
  return page.getByRole("dialog", { name: "Export the merge" });
}

async function openExport(page: Page): Promise<void> {
  await panel(page, "Verdict").getByRole("button", { name: "export" }).click();
  await expect(exportForm(page)).toBeVisible();
}

async function exportByDownload(page: Page): Promise<Files> {
  const files: Record<string, Buffer> = {};
  const arrived: Promise<void>[] = [];
  page.on("download", (download) => {
    const read = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk);
      files[download.suggestedFilename()] = Buffer.concat(chunks);
    };
    arrived.push(read());
  });
  await openExport(page);
  await exportForm(page).getByRole("button", { name: "download" }).click();
  const said = panel(page, "Verdict").getByRole("status");
  await expect(said).toHaveText(/^\d+ files downloaded$/, { timeout: 30_000 });
  const count = Number.parseInt((await said.textContent())!, 10);
  await expect.poll(() => arrived.length).toBe(count);
  await Promise.all(arrived);
  return files;
}

test.describe("export", { tag: "@wasm" }, () => {
  test("where there are no folders, the files are downloaded, and score what the page said", async ({
    page,
  }) => {
    await page.addInitScript(() => Reflect.deleteProperty(window, "showDirectoryPicker"));
    await openPage(page);
    const [, unseen] = (await readVerdict(page)).merge!;
    const files = await exportByDownload(page);
    const prefix = /^merge-demo-3000-demo-3200-0\.\d{3}\./;
    expect(Object.keys(files).every((name) => prefix.test(name))).toBe(true);
    const plain = Object.entries(files).map(([name, bytes]) => [name.replace(prefix, ""), bytes] as const);
    expect(plain.map(([name]) => name)).toEqual(expect.arrayContaining(FILES));
    expectWhole(plain.find(([name]) => name === "model.safetensors")![1]);

    const folder = await mkdtemp(join(tmpdir(), "mergescope-export-"));
    try {
      for (const [name, bytes] of plain) await writeFile(join(folder, name), bytes);
      const program = fileURLToPath(new URL("../bin/mergescope.js", import.meta.url));
      const question = ["evaluate", folder, "--task", "knowledge-en", "--split", "test", "--json"];
      const { stdout } = await promisify(execFile)(process.execPath, [program, ...question]);
      const measured = 100 * JSON.parse(stdout).results["knowledge-en"]["acc,none"];
      // Written in fp16, measured in fp32: a few of 500 items may turn.
      expect(Math.abs(measured - unseen)).toBeLessThanOrEqual(0.8);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("where a folder can be picked, the files are written into one of their own", async ({ page }) => {
    // A folder of the browser's own stands in for the one that a person would pick.
    await page.addInitScript(() => {
      const pick = async () =>
        (await navigator.storage.getDirectory()).getDirectoryHandle("picked", { create: true });
      Reflect.set(window, "showDirectoryPicker", pick);
    });
    await openPage(page);
    await openExport(page);
    await exportForm(page).getByRole("button", { name: "write into a folder" }).click();
    await expect(panel(page, "Verdict").getByRole("status")).toHaveText(/^\d+ files written to /, {
      timeout: 30_000,
    });
    const written = await page.evaluate(async () => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("picked");
      const found: Record<string, number> = {};
      for await (const [folder, handle] of root.entries())
        if (handle instanceof FileSystemDirectoryHandle)
          for await (const [name, file] of handle.entries())
            found[`${folder}/${name}`] = (await (file as FileSystemFileHandle).getFile()).size;
      return found;
    });
    const names = Object.keys(written).map((path) => path.split("/")[1]);
    expect(names).toEqual(expect.arrayContaining(FILES));
    expect(Object.values(written).every((size) => size > 0)).toBe(true);
  });

  test("no folder picked is no error", async ({ page }) => {
    await page.addInitScript(() => {
      Reflect.set(window, "showDirectoryPicker", () => Promise.reject(new DOMException("no", "AbortError")));
    });
    await openPage(page);
    await openExport(page);
    await exportForm(page).getByRole("button", { name: "write into a folder" }).click();
    await expect(exportForm(page).getByRole("button", { name: "write into a folder" })).toBeEnabled();
    await expect(exportForm(page).getByRole("alert")).toHaveCount(0);
    await expect(panel(page, "Verdict").getByRole("status")).toBeEmpty();
  });
});
