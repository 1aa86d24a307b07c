/** A search driven by ask and tell from outside, stopped and cut at any place; and the example that drives it with other tools. */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHere } from "./fixtures/runHere.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mergescope-ask-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: readonly string[]) {
  const { code, out, error } = await runHere([...args, "--json"]);
  return { code, error, json: code === 0 ? JSON.parse(out) : null };
}

const curve = (lambda: number): number => 0.6 + 0.05 * Math.exp(-(((lambda - 0.7) / 0.25) ** 2));
const BEGIN = ["--checkpoints", "older", "newer", "--alpha", "0", "--trials", "9", "--seed", "3"];

async function begin(journal: string): Promise<void> {
  for (const lambda of [0, 1])
    expect(
      (await run("tell", journal, ...BEGIN, "--lambda", String(lambda), "--value", String(curve(lambda))))
        .json,
    ).toMatchObject({ kind: "given", trials: 0 });
}

/** Asks and tells until there are so many trials. */
async function drive(journal: string, trials: number): Promise<void> {
  for (;;) {
    const { json } = await run("ask", journal);
    if (json.number >= trials) return;
    await run("tell", journal, "--value", String(curve(json.lambda)), "--stderr", "0.01", "--n", "100");
  }
}

function lambdasOf(journal: string): readonly number[] {
  return readFileSync(journal, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
    .flatMap(({ record, trial }) => (record === "trial" ? [trial.lambda] : []));
}

describe("ask and tell", () => {
  it("find the best of a known curve; asking twice gives the same answer", async () => {
    const journal = join(folder, "plain.jsonl");
    await begin(journal);
    const first = (await run("ask", journal)).json;
    expect(first).toMatchObject({ number: 0, wasPending: false, checkpoints: ["older", "newer"] });
    expect((await run("ask", journal)).json).toEqual({ ...first, wasPending: true });
    await drive(journal, 9);
    const best = Math.max(...lambdasOf(journal).map(curve));
    expect(best).toBeGreaterThan(0.6495);
  });

  it("go on to the same λ wherever the journal was cut", async () => {
    const whole = join(folder, "whole.jsonl");
    await begin(whole);
    await drive(whole, 9);
    const text = readFileSync(whole);
    const start = text.indexOf('{"record":"ask"');
    for (const share of [0, 0.13, 0.31, 0.5, 0.77, 0.96]) {
      const cut = join(folder, `cut${share}.jsonl`);
      writeFileSync(cut, text);
      truncateSync(cut, Math.round(start + share * (text.length - start)));
      await drive(cut, 9);
      expect(lambdasOf(cut)).toEqual(lambdasOf(whole));
    }
  }, 30_000);

  it("take the person's own point as a trial, and go on", async () => {
    const journal = join(folder, "own.jsonl");
    await begin(journal);
    await drive(journal, 6);
    const own = (await run("tell", journal, "--lambda", "0.25", "--value", String(curve(0.25)))).json;
    expect(own).toEqual({ kind: "trial", weights: [0.75, 0.25], value: curve(0.25), trials: 7 });
    expect((await run("ask", journal)).json).toMatchObject({ number: 7, told: 7 });
  });

  it("say what is wrong: nothing asked, no checkpoints, another search's options", async () => {
    const journal = join(folder, "wrong.jsonl");
    expect((await run("ask", journal)).error).toContain("--checkpoints OLDER NEWER");
    await begin(journal);
    expect((await run("tell", journal, "--value", "1")).error).toContain("Nothing is asked");
    expect((await run("ask", journal, "--seed", "4")).error).toContain("seed differ");
    expect((await run("tell", journal, "--value", "nan")).code).toBe(2);
  });

  it("never corrupt a journal that two use at once", async () => {
    const journal = join(folder, "both.jsonl");
    await begin(journal);
    await Promise.all([1, 2, 3].map(() => run("ask", journal)));
    await Promise.all(
      [0.2, 0.4, 0.6].map((lambda) => run("tell", journal, "--lambda", String(lambda), "--value", "0.6")),
    );
    expect(lambdasOf(journal).toSorted()).toEqual([0.2, 0.4, 0.6]);
    expect((await run("ask", journal)).json.number).toBe(3);
  });
});

describe("a search that is killed", () => {
  it("measures what it would have measured", async () => {
    const args = [
      "optimize",
      "demo:3000",
      "demo:3200",
      "--task",
      "knowledge-en",
      "--limit",
      "40",
      "--trials",
      "8",
    ];
    const env = { ...process.env, MERGESCOPE_CACHE: join(folder, "cache") };
    const whole = join(folder, "search.jsonl");
    await runIn(env, [...args, "--journal", whole]);
    const killed = join(folder, "killed.jsonl");
    for (const ms of [700, 1300, 900]) await killAfter(ms, env, [...args, "--journal", killed]);
    await runIn(env, [...args, "--journal", killed]);
    expect(lambdasOf(killed)).toEqual(lambdasOf(whole));
    expect(lambdasOf(whole)).toHaveLength(8);
  }, 60_000);
});

function mergescope(env: NodeJS.ProcessEnv, args: readonly string[]) {
  return spawn(process.execPath, [join(ROOT, "bin", "mergescope.js"), ...args], {
    cwd: folder,
    env,
    stdio: "ignore",
  });
}

function runIn(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => mergescope(env, args).on("close", resolve));
}

function killAfter(ms: number, env: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const child = mergescope(env, args);
    setTimeout(() => child.kill("SIGKILL"), ms);
    child.on("close", () => resolve());
  });
}

describe("the example loop", () => {
  it("drives a merge and an evaluation of other tools, and goes on after it was stopped", () => {
    const bin = mkdtempSync(join(folder, "bin-"));
    const tool = (name: string, text: string): void => {
      writeFileSync(join(bin, name), text);
      chmodSync(join(bin, name), 0o755);
    };
    tool(
      "mergescope",
      `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "bin", "mergescope.js")}" "$@"\n`,
    );
    // A made-up merge writes the newer one's weight; a made-up harness scores a curve over it.
    tool(
      "mergekit-yaml",
      `#!/usr/bin/env python3
import os, re, sys
weights = re.findall(r"weight: ([-+.0-9e]+)", open(sys.argv[1]).read())
os.makedirs(sys.argv[2])
open(os.path.join(sys.argv[2], "lambda"), "w").write(weights[1])
`,
    );
    tool(
      "lm_eval",
      `#!/usr/bin/env python3
import json, math, os, sys
a = dict(zip(sys.argv[1::2], sys.argv[2::2]))
model = a["--model_args"].split("=", 1)[1]
x = {"older": 0.0, "newer": 1.0}[model] if model in ("older", "newer") else float(open(os.path.join(model, "lambda")).read())
acc = 0.6 + 0.05 * math.exp(-(((x - 0.8) / 0.2) ** 2))
os.makedirs(a["--output_path"])
json.dump({"results": {a["--tasks"]: {"acc,none": acc, "acc_stderr,none": 0.001}}}, open(os.path.join(a["--output_path"], "results_1.json"), "w"))
`,
    );
    const loop = (trials: number) =>
      spawnSync(
        "bash",
        [join(ROOT, "docs/examples/merge-loop.sh"), "older", "newer", "piqa", String(trials)],
        {
          cwd: folder,
          encoding: "utf8",
          env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, JOURNAL: join(folder, "loop.jsonl") },
        },
      );
    expect(loop(2)).toMatchObject({ status: 0 });
    const { status, stdout, stderr } = loop(7);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stdout).toMatch(/^trial 3 of 7: lambda/);
    const [, lambda, value] = /best: lambda ([\d.]+), ([\d.]+)/.exec(stdout)!;
    expect(Math.abs(Number(lambda) - 0.8)).toBeLessThan(0.08);
    expect(Number(value)).toBeGreaterThan(0.643);
  }, 60_000);
});
