/** `mergescope study` on the shipped run, a few rows of it: every study runs, the report is whole, its recipe repeats it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { STUDY_NAMES } from "../domain/studyResult.ts";
import { runHere } from "./fixtures/runHere.ts";
import { createNodeEngine } from "./nodePlatform.ts";

const folder = mkdtempSync(join(tmpdir(), "mergescope-study-"));
afterAll(() => rmSync(folder, { recursive: true }));
const engine = createNodeEngine({});

const study = (...args: readonly string[]) => runHere(["study", ...args], engine);

describe("study", () => {
  it("lists the studies with what the papers claim", async () => {
    const { code, out } = await study();
    expect(code).toBe(0);
    for (const name of STUDY_NAMES) expect(out).toContain(name);
    expect(out).toContain("P1 Table 3");
  });

  it("runs them all, writes the report, and repeats it with 0 flips", { timeout: 240_000 }, async () => {
    const report = join(folder, "report");
    const common = ["--task", "pronoun,sums,text-en", "--limit", "5", "--base", "demo:200"];
    const checkpoints = ["demo:4000", "demo:4200", "demo:4400", "demo:4600"];
    const { code, out, error } = await study("all", ...checkpoints, ...common, "--report", report, "--json");
    expect(error).not.toContain("error:");
    expect(code).toBe(0);
    const { studies } = JSON.parse(out);
    expect(studies.map(({ name }: { name: string }) => name)).toEqual(STUDY_NAMES);
    for (const { name, shows, not, tables, figures } of studies) {
      expect(shows, name).toMatch(/\d/);
      expect(not, name).not.toMatch(/^It does/);
      expect(tables.length + figures.length, name).toBeGreaterThan(1);
      for (const { columns, rows } of tables)
        for (const row of rows) expect(row, name).toHaveLength(columns.length);
    }
    const files = readdirSync(report);
    expect(files).toEqual(
      expect.arrayContaining([
        "index.html",
        "report.md",
        "recipe.json",
        "pairs-figure-1.svg",
        "methods-table-1.tex",
      ]),
    );
    const page = readFileSync(join(report, "index.html"), "utf8");
    for (const { title } of studies) expect(page).toContain(title);
    expect(page).not.toMatch(/NaN|undefined|\[object/);
    const markdown = readFileSync(join(report, "report.md"), "utf8");
    for (const [, file] of markdown.matchAll(/\]\(([\w-]+\.svg)\)/g)) expect(files).toContain(file);

    const recipe = join(report, "recipe.json");
    const again = await study("--recipe", recipe);
    expect(again.out).toMatch(/Reproduced: 0 flips in \d+ evaluations/);

    const changed = JSON.parse(readFileSync(recipe, "utf8"));
    const one = changed.studies[0].outcomes.find(({ outcomes }: { outcomes: string }) =>
      outcomes.startsWith("bits"),
    );
    // The first five bits, turned over.
    one.outcomes = `bits ${btoa(String.fromCharCode(atob(one.outcomes.slice(5)).charCodeAt(0) ^ 0xf8))}`;
    writeFileSync(join(folder, "changed.json"), JSON.stringify(changed));
    const differing = await study("--recipe", join(folder, "changed.json"));
    expect(differing.out).toContain("Not the same: 5 flips");
  });

  it.each([
    ["no JSON", "{"],
    ["another file", '{"format":"something"}'],
    ["a study that is none", '{"format":"mergescope-study","version":"1","settings":{},"studies":[]}'],
  ])("refuses a recipe that is %s", async (name, text) => {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, text);
    const { code, error } = await study("--recipe", path);
    expect(code).toBe(1);
    expect(error).toContain("recipe");
  });

  it("writes no report into a folder that holds something, and none by halves", async () => {
    const full = join(folder, "full");
    mkdirSync(full);
    writeFileSync(join(full, "something"), "");
    const few = ["--task", "pronoun", "--limit", "4", "demo:4400", "demo:4600"];
    const { code, error } = await study("data-quantity", ...few, "--report", full);
    expect(code).toBe(1);
    expect(error).toContain("not empty");
    expect(readdirSync(full)).toEqual(["something"]);
  });

  it("says what a study needs", async () => {
    const { code, error } = await study("transfer", "demo:4400", "demo:4600", "--task", "pronoun");
    expect(code).toBe(2);
    expect(error).toContain("needs 2 tasks");
  });
});
