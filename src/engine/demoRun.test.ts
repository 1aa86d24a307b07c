import { expect, test } from "vitest";
import { parseDemoRun } from "./demoRun.ts";
import { readJson, tinyFiles } from "./fixtures/tinyRun.ts";
import { createTurns } from "./turns.ts";

const manifest = (await readJson(tinyFiles(), "run.json")) as Record<string, unknown>;
const changed = (part: object) => JSON.stringify({ ...manifest, ...part });

test("the manifest's words become the house's", () => {
  const { info, folders, tasks } = parseDemoRun(JSON.stringify(manifest));
  expect(info.checkpoints[0]).toMatchObject({ name: "demo:10", step: 10, tokens: 100 });
  expect(folders.get("demo:10")).toBe("step10");
  expect(tasks.find(({ info: { name } }) => name === "text")!.info.kind).toBe("text");
  expect(tasks[0]).toMatchObject({ until: ["\n"], paths: { test: "tasks/choices.test.jsonl" } });
  expect(tasks[0]!.info).toMatchObject({ rows: { search: 12, test: 12 }, licence: "MIT" });
});

test.each([
  ["{", /the whole file: it is not JSON/],
  [changed({ checkpoints: [] }), /at checkpoints/],
  [changed({ parameters: "many" }), /at parameters/],
  [changed({ defaultTask: "none" }), /at defaultTask: there is no task none/],
  [changed({ defaultPair: [30, 50] }), /at defaultPair: there is no checkpoint demo:50/],
  [
    changed({ checkpoints: [{ step: 1, path: "../secrets", tokens: 1, bytes: 1, sha256: "" }] }),
    /checkpoints\.0\.path/,
  ],
])("refuses a manifest that cannot be used", (text, words) => {
  expect(() => parseDemoRun(text)).toThrow(words);
});

test("work takes turns in the order it asked, whatever becomes of the work before", async () => {
  const turns = createTurns();
  const order: string[] = [];
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = turns(async () => {
    await gate;
    order.push("first");
    throw new Error("failed");
  });
  const second = turns(async () => order.push("second"));
  order.push("asked");
  release();
  await expect(first).rejects.toThrow("failed");
  await second;
  expect(order).toEqual(["asked", "first", "second"]);
});
