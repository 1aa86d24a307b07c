/** The real program on the shipped run: every command once, and what a person does wrong. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type MockFiles, type MockHub, startMockHub } from "../storage/fixtures/mockHub.ts";
import { runHere } from "./fixtures/runHere.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DEMO = join(ROOT, "public", "demo");
const run = JSON.parse(readFileSync(join(DEMO, "run.json"), "utf8"));
const [OLDER, NEWER] = run.defaultPair.map((step: number) => `demo:${step}`);
const TASK: string = run.defaultTask;
const NEWER_FOLDER = join(DEMO, `step${run.defaultPair[1]}`);

const folder = mkdtempSync(join(tmpdir(), "mergescope-shell-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The program in a process of its own. */
function start(args: readonly string[]): {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly error: string }>;
} {
  const child = spawn(process.execPath, [join(ROOT, "bin", "mergescope.js"), ...args], { cwd: folder });
  const [out, error]: [string[], string[]] = [[], []];
  child.stdout.on("data", (data) => out.push(String(data)));
  child.stderr.on("data", (data) => error.push(String(data)));
  const ended = new Promise<{ code: number | null; out: string; error: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, out: out.join(""), error: error.join("") }));
  });
  return { child, ended };
}

/** The same program in this process, with the real engine. */
async function here(args: readonly string[]) {
  const ran = await runHere(args);
  return { ...ran, json: () => JSON.parse(ran.out) };
}

describe("in a shell", () => {
  it("prints one JSON document on stdout, and progress elsewhere", async () => {
    const { code, out, error } = await start([
      ...["evaluate", NEWER, "--task", TASK, "--limit", "20", "--json"],
    ]).ended;
    expect(code).toBe(0);
    const result = JSON.parse(out).results[TASK];
    expect(result.n).toBe(20);
    expect(result["acc,none"]).toBeGreaterThan(0);
    expect(result["acc,none"]).toBeLessThanOrEqual(1);
    expect(result["acc_stderr,none"]).toBeGreaterThan(0);
    expect(error).toMatch(/: [\d.,]+( [kM]B)? of \d/);
  });

  it("ends with 2 on bad usage and says nothing on stdout", async () => {
    const { code, out, error } = await start(["tasks", "--nonsense"]).ended;
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(error).toContain("--nonsense");
  });

  it("keeps what was measured when Ctrl-C stops it, and resumes", async () => {
    const journal = join(folder, "search.jsonl");
    const line = [
      ...["optimize", OLDER, NEWER, "--task", TASK, "--limit", "20", "--json", "--journal", journal],
    ];
    const { child, ended } = start([...line, "--trials", "1000"]);
    while (child.exitCode === null && trialsIn(journal) < 2)
      await new Promise((wake) => setTimeout(wake, 20));
    child.kill("SIGINT");
    const { code, out } = await ended;
    expect(code).toBe(130);
    const document = JSON.parse(out);
    expect(document.stopped).toBe(true);
    expect(document.trials.length).toBeGreaterThanOrEqual(2);
    expect(trialsIn(journal)).toBe(document.trials.length);
    const trials = document.trials.length + 1;
    const resumed = (await here([...line, "--trials", String(trials)])).json();
    expect(resumed.trials).toHaveLength(trials);
    expect(resumed.trials.slice(0, -1)).toEqual(document.trials);
  }, 30_000);
});

describe("with the hub", () => {
  let hub: MockHub;
  beforeAll(async () => {
    const filesOf = (step: number): MockFiles =>
      Object.fromEntries(
        readdirSync(join(DEMO, `step${step}`)).map((name) => [
          name,
          { file: join(DEMO, `step${step}`, name) },
        ]),
      );
    const [older, newer] = run.defaultPair.map(filesOf);
    hub = await startMockHub({
      "lab/pocket": { revisions: { step3000: older, step3200: newer, again: newer } },
    });
    vi.stubEnv("HF_ENDPOINT", hub.endpoint);
    vi.stubEnv("HF_HOME", join(folder, "hf"));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await hub.close();
  });

  it("looks in before anything large moves, and tells the same weights under two names", async () => {
    const names = ["hf:lab/pocket@step3000", "hf:lab/pocket@step3200", "hf:lab/pocket@again"];
    const { checkpoints, identical, conflict, distances } = (
      await here(["inspect", ...names, "--json"])
    ).json();
    expect(checkpoints.map((one: { step: number | null }) => one.step)).toEqual([3000, 3200, null]);
    expect(checkpoints[0].files[0].sha256).toBe(
      run.checkpoints.find((c: { step: number }) => c.step === 3000).sha256,
    );
    expect(checkpoints[0].bytesToFetch).toBeGreaterThan(1_700_000);
    // What is the same comes once.
    expect(checkpoints[2].bytesToFetch).toBe(0);
    expect(identical).toEqual([[1, 2]]);
    expect(conflict).toBeNull();
    expect(distances[0].parts.length).toBeGreaterThan(8);
    expect(distances[1].parts.every((part: { relative: number }) => part.relative === 0)).toBe(true);
  }, 30_000);

  it("fetches once, scores what the files on disk score, and needs no network any more", async () => {
    const line = ["--task", TASK, "--limit", "20", "--json"];
    const local = await here(["evaluate", NEWER, ...line]);
    // The same weights have the same results, wherever they lie: nothing of them has to come.
    const before = hub.sentBytes("model.safetensors");
    const known = await here(["evaluate", "hf:lab/pocket@step3200", ...line]);
    expect(known.json()).toMatchObject({ results: local.json().results, tokens: 0 });
    expect(hub.sentBytes("model.safetensors") - before).toBeLessThan(200_000);
    // Where nothing is known they are measured.
    vi.stubEnv("MERGESCOPE_CACHE", join(folder, "no results"));
    const remote = await here(["evaluate", "hf:lab/pocket@step3200", ...line]);
    expect(remote.json().results).toEqual(local.json().results);
    expect(remote.json().tokens).toBeGreaterThan(0);
    const sent = hub.requests.length;
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    expect((await here(["evaluate", "hf:lab/pocket@step3200", ...line])).json().results).toEqual(
      local.json().results,
    );
    const absent = await here(["evaluate", "hf:lab/pocket@step3000", ...line]);
    expect(absent.code).toBe(1);
    expect(absent.error).toMatch(/not kept on this machine.*\n.*HF_HUB_OFFLINE/);
    vi.stubEnv("HF_HUB_OFFLINE", "");
    expect(hub.requests.length).toBe(sent);
  }, 30_000);

  it("says what is wrong with a name, a repository, a revision", async () => {
    for (const [name, code, words] of [
      ["hf:lab/pocket@../x", 2, "does not name a checkpoint of the hub"],
      ["hf:lab/nothing@main", 1, "no repository lab/nothing"],
      ["hf:lab/pocket@step1", 1, "no revision step1"],
    ] as const) {
      const failed = await here(["inspect", name]);
      expect(failed).toMatchObject({ code, error: expect.stringContaining(words) });
    }
  });
});

function trialsIn(file: string): number {
  return existsSync(file) ? readFileSync(file, "utf8").split('{"record":"trial"').length - 1 : 0;
}

describe("on the shipped run", () => {
  it("lists its tasks and looks into its checkpoints", async () => {
    const { tasks } = (await here(["tasks", "--json"])).json();
    expect(tasks).toHaveLength(run.tasks.length);
    const inspected = (await here(["inspect", OLDER, NEWER, OLDER, "--json"])).json();
    expect(inspected.checkpoints[0]).toMatchObject({ parameters: run.parameters, dtype: "float16" });
    expect(inspected.identical).toEqual([[0, 2]]);
  });

  it("sweeps from parent to parent", async () => {
    const document = (
      await here(["sweep", OLDER, NEWER, "--task", TASK, "--limit", "40", "--points", "3", "--json"])
    ).json();
    const [first, middle, last] = document.points;
    expect([first.value, last.value]).toEqual(document.parents.map((p: { value: number }) => p.value));
    expect(middle).toMatchObject({ lambda: 0.5, n: 40 });
    const bar = Math.max(first.value, last.value);
    expect(document.shareAboveBetterParent).toBeCloseTo(Number(middle.value > bar) / 3);
  });

  it("optimises the same way twice, and compares on unseen rows", async () => {
    const line = ["optimize", OLDER, NEWER, "--task", TASK, "--limit", "30", "--trials", "5", "--json"];
    const first = (await here(line)).json();
    const again = (await here(line)).json();
    const points = (document: typeof first) =>
      document.trials.map((t: { lambda: number; value: number }) => [t.lambda, t.value]);
    expect(points(first)).toEqual(points(again));
    expect(first.trials).toHaveLength(5);
    for (const { lambda } of first.trials) {
      expect(lambda).toBeGreaterThanOrEqual(0.5);
      expect(lambda).toBeLessThanOrEqual(1);
    }
    expect(Math.max(...first.trials.map((t: { value: number }) => t.value))).toBe(first.best.value);
    expect(first.heldout).toMatchObject({ split: "test", merge: { n: 30 } });
  });

  it("fills a matrix", async () => {
    const document = (
      await here(["matrix", OLDER, NEWER, "--task", TASK, "--limit", "20", "--rule", "uniform", "--json"])
    ).json();
    expect(document.cells).toEqual([expect.objectContaining({ i: 0, j: 1, lambda: 0.5, n: 20 })]);
    expect(document.checkpoints.map((c: { name: string }) => c.name)).toEqual([OLDER, NEWER]);
  });

  it("writes a merge that evaluates as the merge itself", async () => {
    const out = join(folder, "merged");
    const merged = await here([
      "merge",
      OLDER,
      NEWER,
      "--lambda",
      "0.5",
      "--out",
      out,
      "--dtype",
      "float32",
      "--json",
    ]);
    expect(merged.json().files.map((file: { name: string }) => file.name)).toContain("model.safetensors");
    const limits = ["--task", TASK, "--limit", "40", "--json"];
    const written = (await here(["evaluate", out, ...limits])).json();
    const swept = (await here(["sweep", OLDER, NEWER, ...limits, "--points", "1", "--from", "0.5"])).json();
    expect(written.results[TASK]["acc,none"]).toBe(swept.points[0].value);
  });

  it("takes a single weights file with its other files named, and a task file", async () => {
    const alone = join(folder, "alone.safetensors");
    writeFileSync(alone, readFileSync(join(NEWER_FOLDER, "model.safetensors")));
    const rows = join(folder, "rows.jsonl");
    const shipped = readFileSync(
      join(DEMO, run.tasks.find((t: { name: string }) => t.name === TASK).search.path),
      "utf8",
    );
    writeFileSync(rows, `${shipped.split("\n").slice(0, 25).join("\n")}\n`);
    const files = [
      "--config",
      join(NEWER_FOLDER, "config.json"),
      "--tokenizer",
      join(NEWER_FOLDER, "tokenizer.json"),
    ];
    const own = (await here(["evaluate", alone, ...files, "--task", rows, "--json"])).json();
    const known = (await here(["evaluate", NEWER, "--task", TASK, "--limit", "25", "--json"])).json();
    expect(own.results[rows]).toEqual({ ...known.results[TASK], alias: rows });
  });

  it.each([
    ["a missing folder", ["evaluate", "nowhere", "--task", TASK], 1, "no checkpoint nowhere"],
    ["an unknown step", ["inspect", "demo:123456789"], 1, "demo:123456789"],
    ["an unknown task", ["evaluate", NEWER, "--task", "nonsense"], 2, "nonsense"],
    ["a λ out of range", ["merge", OLDER, NEWER, "--lambda", "-0.1", "--out", "x"], 2, "from 0 to 1"],
  ])("refuses %s in words", async (_what, args, code, words) => {
    const result = await here(args as readonly string[]);
    expect(result).toMatchObject({ code, out: "", error: expect.stringContaining(words as string) });
    expect(result.error).not.toContain("    at ");
  });

  it("says what a weights file by itself lacks, and that a merge has nowhere to go, before any work", async () => {
    const bare = join(mkdtempSync(join(folder, "bare-")), "weights.safetensors");
    writeFileSync(bare, readFileSync(join(NEWER_FOLDER, "model.safetensors")));
    expect(await here(["inspect", bare])).toMatchObject({
      code: 1,
      error: expect.stringContaining("--config"),
    });
    const nowhere = await here([
      "merge",
      OLDER,
      NEWER,
      "--lambda",
      "0.5",
      "--out",
      join(folder, "no", "where"),
    ]);
    expect(nowhere).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^error: Nothing was written.*no folder/),
    });
  });

  it("refuses corrupt weights, and a file that is no task", async () => {
    const broken = join(folder, "broken.safetensors");
    writeFileSync(broken, readFileSync(join(NEWER_FOLDER, "model.safetensors")).subarray(0, 100_000));
    const files = ["--config", join(NEWER_FOLDER, "config.json")];
    const corrupt = await here(["inspect", broken, ...files]);
    expect(corrupt).toMatchObject({ code: 1, out: "", error: expect.stringContaining("broken.safetensors") });
    const rows = join(folder, "broken.jsonl");
    writeFileSync(rows, '{"context": "a", "choices": ["b"\n');
    const task = await here(["evaluate", NEWER, "--task", rows]);
    expect(task).toMatchObject({ code: 1, out: "", error: expect.stringContaining("broken.jsonl") });
  });
});
