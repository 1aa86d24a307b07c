import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { findViolations } from "./checkImports.ts";

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

/** A throw-away source tree. */
function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "house-"));
  made.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

describe("the house", () => {
  it("is clean", () => {
    expect(findViolations(fileURLToPath(new URL("../src", import.meta.url)))).toEqual([]);
  });

  it("refuses an arrow back up, type imports included", () => {
    const root = tree({
      "base/a.ts": 'import type { B } from "../domain/b.ts";\n',
      "domain/b.ts": "export type B = 1;\n",
    });
    expect(findViolations(root)).toEqual([expect.stringContaining("base may not know domain")]);
  });

  it("refuses a package outside its door and an unplanned one", () => {
    const root = tree({
      "study/a.ts": 'import * as ort from "onnxruntime-web";\nimport x from "left-pad";\n',
    });
    expect(findViolations(root)).toEqual([
      expect.stringContaining("its door is runtime/ort"),
      expect.stringContaining("no door is planned"),
    ]);
  });

  it("finds a loop inside a room", () => {
    const root = tree({ "base/a.ts": 'export * from "./b.ts";\n', "base/b.ts": 'import "./a.ts";\n' });
    expect(findViolations(root)).toEqual([
      expect.stringContaining("loop: base/a.ts → base/b.ts → base/a.ts"),
    ]);
  });

  it("sees dynamic imports and workers", () => {
    const root = tree({
      "ui/A.tsx": 'const w = new Worker(new URL("../worker/main.ts", import.meta.url));\n',
      "worker/main.ts": 'await import("../ui/A.tsx");\n',
    });
    expect(findViolations(root)).toEqual(
      expect.arrayContaining([
        expect.stringContaining("ui may not know worker"),
        expect.stringContaining("worker may not know ui"),
      ]),
    );
  });
});
