import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { EXAMPLE_TABLES } from "../../domain/exampleTables.ts";
import { runHere } from "../fixtures/runHere.ts";
import { parseFixed } from "./suggest.ts";

const folder = mkdtempSync(join(tmpdir(), "mergescope-suggest-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The command with the real engine. */
const suggest = (...args: readonly string[]) => runHere(["suggest", ...args]);

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("suggest", () => {
  it.each(EXAMPLE_TABLES)(
    "answers on the example $name and says where its scores are printed",
    async (example) => {
      const { code, out } = await suggest(`example:${example.name}`, "--json");
      const { notes, next, loo } = JSON.parse(out);
      expect(code).toBe(0);
      expect(notes[0]).toBe(`Source: ${example.source}.`);
      expect(next.lambda).toBeGreaterThanOrEqual(0.5);
      expect(next.lambda).toBeLessThanOrEqual(1);
      expect(loo.mean).toHaveLength(3);
    },
  );

  it("lists the examples where there is none of a name", async () => {
    const { code, error } = await suggest("example:../../package");
    expect(code).toBe(1);
    expect(error).toContain("There is no example ../../package");
    expect(error).toContain(EXAMPLE_TABLES[0]!.name);
  });

  it("names as many weights as asked, in text too, and says how well the rest is predicted", async () => {
    const table = written("four.csv", "lambda,value\n0,0.5\n0.3,0.62\n0.6,0.66\n1,0.55\n");
    const { code, out } = await suggest(
      table,
      "--batch",
      "3",
      "--acquisition",
      "nei",
      "--kernel",
      "matern32",
    );
    expect(code).toBe(0);
    expect(out.match(/^measure next: λ = /gm)).toHaveLength(1);
    expect(out.match(/^and beside it: λ = /gm)).toHaveLength(2);
    expect(out).toContain("matern32");
    expect(out).toMatch(/R² = -?\d/);
    expect(out).toMatch(/\d of 4 within ±1.96σ/);
    const json = JSON.parse((await suggest(table, "--batch", "3", "--estimate", "map", "--json")).out);
    expect(json.batch).toHaveLength(3);
    expect(json.batch[0]).toEqual(json.next);
    expect(json.model.fit).toBe("map");
  });

  it("refuses a file that is no table by its length, without reading on", async () => {
    const { code, error } = await suggest(
      written("long.csv", `lambda,value\n${"0.5,1\n".repeat(1_500_000)}`),
    );
    expect(code).toBe(1);
    expect(error).toContain("longer than 8 MiB");
  });

  it("says that a folder or nothing at all is no table", async () => {
    expect(await suggest(folder)).toMatchObject({
      code: 1,
      error: expect.stringContaining("cannot be read"),
    });
    expect(await suggest(join(folder, "no.csv"))).toMatchObject({ code: 1, out: "" });
  });
});

describe("--fixed", () => {
  it("reads names and numbers", () => {
    expect(parseFixed("lengthscale=0.2:0.3,noise=0")).toEqual({ lengthscale: [0.2, 0.3], noise: 0 });
  });

  it.each(["scale=1", "noise=", "noise=0.1:0.2", "noise", "mean=x", "mean=1=2"])("refuses %s", (text) => {
    expect(() => parseFixed(text)).toThrow("is not one of");
  });
});
