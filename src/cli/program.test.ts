import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { AppError } from "../base/errors.ts";
import { taskInfo } from "../domain/fixtures/taskInfo.ts";
import type { EngineEvent } from "../rpc/protocol.ts";
import { fakeEngine, fakeTrial } from "./fixtures/fakeEngine.ts";
import { runCommandLine } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "mergescope-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function shell(
  line: string,
  engine = fakeEngine(),
  options: { readonly interactive?: boolean; readonly stop?: AbortController } = {},
) {
  const [out, error]: [string[], string[]] = [[], []];
  const stop = options.stop ?? new AbortController();
  const code = await runCommandLine(
    line.split(" ").filter((word) => word !== ""),
    {
      terminal: {
        out: (text) => void out.push(text),
        error: (text) => void error.push(text),
        interactive: options.interactive ?? false,
        columns: 80,
      },
      createEngine: async () => engine,
      signal: stop.signal,
      clock: () => 0,
      version: "0.0.0",
    },
  );
  return { code, out: out.join(""), error: error.join(""), json: () => JSON.parse(out.join("")) };
}

describe("usage", () => {
  it("prints help, alone and on request", async () => {
    expect(await shell("")).toMatchObject({ code: 0, error: "", out: expect.stringContaining("optimize") });
    expect(await shell("sweep --help")).toMatchObject({ code: 0, out: expect.stringContaining("--points") });
  });

  it.each([
    ["nonsense", "unknown command"],
    ["tasks --nonsense", "unknown option"],
    ["tasks extra", "too many arguments"],
    ["sweep demo:1 demo:2", "--task"],
    ["sweep demo:1 demo:2 --task tool --points 0", "from 1 to"],
    ["merge demo:1 demo:2 --lambda 1.2 --out x", "from 0 to 1"],
    ["merge demo:1 demo:2 --lambda 0.5x --out x", "from 0 to 1"],
    ["merge demo:1 demo:2 --weights 0.5,0.6 --out x", "sum to 1.1"],
    ["merge demo:1 demo:2 --weights 1 --out x", "1 weights are given for 2"],
    ["merge demo:1 demo:2 --out x", "No weights"],
    ["merge demo:1 demo:2 --method magic --out x", "magic"],
    ["merge demo:1 demo:2 --method lawa --last 0 --out x", "from 1 to"],
    ["merge demo:1 demo:2 --method uniform --lambda 0.5 --out x", "given twice"],
    ["study magic", "magic"],
    ["study pairs --limit 1", "at least 4"],
    ["merge demo:1 demo:2 demo:3 --lambda 0.5 --out x", "cannot weigh 3 checkpoints"],
    ["sweep demo:1 demo:1 --task tool", "named twice"],
    ["sweep demo:1 demo:2 --task nonsense", 'no task named "nonsense"'],
    ["evaluate demo:1 --task tool --num-fewshot 5", "does not go with tool"],
    ["evaluate demo:1 --task tool --data somewhere", "does not go with tool"],
    ["evaluate demo:1 --task pica --data somewhere", 'no task named "pica"'],
    ["sweep demo:1 demo:2 --task text --metric acc", 'does not measure "acc"'],
    ["sweep demo:1 demo:2 --task tool --from 0.9 --to 0.1", "above"],
    ["optimize demo:1 --task tool", "at least two"],
    ["optimize demo:1 demo:2 --task tool --acquisition magic", "magic"],
  ])("refuses `%s` with exit code 2", async (line, words) => {
    const result = await shell(line);
    expect(result).toMatchObject({ code: 2, out: "", error: expect.stringContaining(words) });
  });

  it.each([
    ["evaluate demo:1 --task nowhere.jsonl", "nowhere.jsonl"],
    ["suggest nowhere.csv", "nowhere.csv"],
  ])("says why `%s` fails, with exit code 1", async (line, words) => {
    const result = await shell(line);
    expect(result).toMatchObject({ code: 1, out: "", error: expect.stringContaining(words) });
    expect(result.error).not.toContain("    at ");
  });

  it("lets no name in a file write to the terminal", async () => {
    const hostile = () => {
      throw new AppError("bad-format", "Tensor \u001b[2Jx\u0007 is wrong.");
    };
    const { error } = await shell("inspect demo:1", fakeEngine({ inspect: hostile }));
    expect(error).toContain("Tensor \ufffd[2Jx\ufffd is wrong.");
  });

  it("shows a stack only when asked", async () => {
    const engine = fakeEngine({
      inspect: () => {
        throw new AppError("bad-format", "The file is broken.", { cause: new Error("inner") });
      },
    });
    expect((await shell("inspect x", engine)).error).toBe("error: The file is broken.\n");
    const verbose = await shell("inspect x --verbose", engine);
    expect(verbose.error).toContain("    at ");
    expect(verbose.error).toContain("caused by: Error: inner");
  });
});

describe("documents", () => {
  it("lists tasks", async () => {
    const { tasks } = (await shell("tasks --json")).json();
    expect(tasks[0]).toMatchObject({ name: "tool", metrics: ["acc", "acc_norm"], licence: "CC0-1.0" });
    expect((await shell("tasks")).out).toContain("tool (default)");
  });

  it("inspects every checkpoint of the run", async () => {
    const document = (await shell("inspect demo --json")).json();
    expect(document.checkpoints.map((report: { name: string }) => report.name)).toEqual([
      "demo:1",
      "demo:2",
      "demo:3",
    ]);
    expect(document.identical).toEqual([[0, 1]]);
  });

  it("tells in words what was found by looking", async () => {
    const { out } = await shell("inspect demo:1 demo:2 demo:3");
    expect(out).toMatch(/checkpoint +architecture +parameters +dtype +files +to fetch +skipped/);
    expect(out).toMatch(/^demo:1 +GPT-NeoX +10 +float16 +20 B +4 B$/m);
    expect(out).toContain("demo:1 and demo:2 are identical: the same weights under two names.");
    expect(out).toContain("memory (node): Two parents take 140 bytes: the parents stay loaded.");
    expect(out).toMatch(/demo:2 to demo:3: parts move by 3.0 % in the median, layer 1's MLP most \(4.0 %\);/);
    expect(out).toMatch(/^ {2}MLP +▅█ {2}2.0 % to 4.0 %$/m);
  });

  it("says why checkpoints cannot be merged, and still describes them", async () => {
    const whole = (await shell("inspect demo:1 --json")).json();
    const conflict = {
      tag: "mismatch",
      message: "a and b cannot be merged.",
      advice: "Choose.",
      fields: {},
      cause: null,
    };
    const engine = fakeEngine({ inspect: () => ({ ...whole, conflict }) });
    const { code, out } = await shell("inspect a b", engine);
    expect(code).toBe(0);
    expect(out).toContain("warning: a and b cannot be merged. Choose.");
    expect(out).toContain("GPT-NeoX");
  });

  it("opens a benchmark with its data and examples, and names what was asked for", async () => {
    const asked: unknown[] = [];
    const engine = fakeEngine({
      openBenchmark(request) {
        asked.push(request);
        return taskInfo({
          name: `${request.task}-2shot`,
          kind: "generation",
          version: 3,
          fewShot: { count: 2, seed: 7 },
          filters: ["strict-match", "flexible-extract"],
        });
      },
      evaluate: (request) => ({
        ...request,
        metrics: {
          exact_match: { value: 0.25, stderr: 0.1 },
          exact_match_flexible: { value: 0.5, stderr: 0.2 },
        },
        groups: [{ name: "piqa_a", n: 1, metrics: { exact_match: { value: 0, stderr: null } } }],
        ...{ n: 4, total: 4, rows: [], items: [], tokens: 1, elapsedMs: 1 },
      }),
    });
    const line = "evaluate demo:2 --task piqa --data some/folder --num-fewshot 2 --fewshot-seed 7 --json";
    const { json } = await shell(line, engine);
    expect(asked).toEqual([
      { task: "piqa", data: { kind: "path", path: "some/folder" }, fewShot: 2, seed: 7 },
    ]);
    const document = json();
    expect(document.results.piqa).toMatchObject({
      "exact_match,strict-match": 0.25,
      "exact_match_stderr,strict-match": 0.1,
      "exact_match,flexible-extract": 0.5,
      "exact_match_stderr,flexible-extract": 0.2,
      n: 4,
    });
    expect(document.results.piqa_a).toMatchObject({ "exact_match,strict-match": 0, n: 1 });
    expect(document.config).toMatchObject({ split: "all", num_fewshot: 2, fewshot_seed: 7 });
    expect(document.versions).toEqual({ piqa: 3, piqa_a: 3 });
  });

  it("says where a benchmark's data comes from: the hub, unless a folder or an address is named", async () => {
    const origins: unknown[] = [];
    const engine = fakeEngine({
      openBenchmark({ task, data }) {
        origins.push(data);
        return taskInfo({ name: task, kind: "multiple-choice" });
      },
    });
    await shell("evaluate demo:2 --task piqa", engine);
    await shell("evaluate demo:2 --task piqa --data https://x.org/valid.jsonl", engine);
    expect(origins).toEqual([{ kind: "hub" }, { kind: "url", url: "https://x.org/valid.jsonl" }]);
  });

  it("tells φ of the inputs in both definitions", async () => {
    const { json, out } = {
      ...(await shell("perplexity demo:1 demo:2 --task tool --inputs zero-shot --json")),
    };
    expect(out).not.toBe("");
    expect(json()).toMatchObject({
      inputs: "zero-shot",
      checkpoints: [
        { checkpoint: "demo:1", pooled: { value: 12 }, perSequence: { value: 14 } },
        { checkpoint: "demo:2" },
      ],
    });
    expect((await shell("perplexity demo:1 --task tool")).out).toContain("mean of sequences");
  });

  it("evaluates in lm-eval's shape and logs samples", async () => {
    const log = join(folder, "samples.jsonl");
    const document = (
      await shell(`evaluate demo:2 --task tool --limit 2 --log-samples ${log} --json`)
    ).json();
    expect(document.results.tool).toEqual({
      alias: "tool",
      "acc,none": 0.5,
      "acc_stderr,none": 0.25,
      "acc_norm,none": 1,
      "acc_norm_stderr,none": "N/A",
      n: 2,
    });
    expect(document.config).toMatchObject({ model: "demo:2", split: "search", limit: 2 });
    expect(readFileSync(log, "utf8")).toBe('{"doc_id":0}\n{"doc_id":1}\n');
  });

  it("sweeps, in the metric's own units", async () => {
    const document = (await shell("sweep demo:1 demo:2 --task text --points 3 --json")).json();
    expect(document.points).toEqual([
      { lambda: 0, value: 3, stderr: 0.1, n: 4 },
      { lambda: 0.5, value: 2.5, stderr: 0.1, n: 4 },
      { lambda: 1, value: 2.9, stderr: 0.1, n: 4 },
    ]);
    expect(document.parents.map((parent: { value: number }) => parent.value)).toEqual([3, 2.9]);
    expect(document.shareAboveBetterParent).toBeCloseTo(1 / 3);
    expect(document).toMatchObject({ metric: "nll", higherIsBetter: false, stopped: false });
    const { out } = await shell("sweep demo:1 demo:2 --task text --points 3");
    expect(out).toContain("best merge, λ = 0.5");
    expect(out).toContain("33 % of 3 λ");
  });

  it("optimises, in the metric's own units, and compares on held-out rows", async () => {
    const document = (await shell("optimize demo:1 demo:2 --task text --trials 2 --seed 7 --json")).json();
    expect(document.trials).toEqual([
      expect.objectContaining({
        number: 0,
        lambda: 1,
        weights: [0, 1],
        value: 2.9,
        stderr: 0.1,
        acquisition: null,
        posterior: null,
      }),
      expect.objectContaining({
        number: 1,
        lambda: 0.75,
        value: 2.6,
        acquisition: "ei",
        posterior: { mean: 2.7, std: 0.05 },
      }),
    ]);
    expect(document.best.number).toBe(1);
    expect(document.settings).toMatchObject({ seed: 7, trials: 2, alpha: 0.5 });
    expect(document.heldout).toMatchObject({ merge: { value: 2.7 }, delta: -0.2, deltaStderr: 0.05 });
    const { out } = await shell("optimize demo:1 demo:2 --task text --trials 2");
    expect(out).toContain("best: trial 1, λ = 0.75, 2.60 ± 0.10");
    expect(out).toContain("difference, paired: -0.200 ± 0.050");
  });

  it("fills the matrix", async () => {
    const document = (await shell("matrix demo --task tool --rule uniform --json")).json();
    expect(document.checkpoints.map((checkpoint: { name: string }) => checkpoint.name)).toHaveLength(3);
    expect(document.cells).toHaveLength(3);
    expect(document.cells[0]).toMatchObject({ i: 0, j: 1, lambda: 0.5, value: 0.6, delta: 0.1 });
    expect((await shell("matrix demo --task tool")).out).toContain("3 of 3 merges beat");
  });

  it("writes a merge, and never into a folder that holds something", async () => {
    const out = join(folder, "merged");
    const document = (await shell(`merge demo:1 demo:2 --lambda 0.25 --out ${out} --json`)).json();
    expect(document.recipe).toEqual({
      method: "linear",
      options: { lambda: 0.25 },
      parents: ["demo:1", "demo:2"],
      coefficients: [0.75, 0.25],
      dtype: "float16",
      arithmetic: "fp32",
    });
    expect(document.files).toEqual([{ name: "model.safetensors", bytes: 3 }]);
    mkdirSync(out);
    writeFileSync(join(out, "something"), "");
    const again = await shell(`merge demo:1 demo:2 --method uniform --out ${out}`);
    expect(again).toMatchObject({ code: 1, error: expect.stringContaining("not empty") });
  });

  it("advises on a table", async () => {
    const table = join(folder, "scores.csv");
    writeFileSync(table, "lambda,value,stderr\n0.5,0.61,0.01\n1,0.58,0.01\n");
    const document = (await shell(`suggest ${table} --grid 3 --fixed lengthscale=0.2 --json`)).json();
    expect(document.grid).toHaveLength(3);
    expect(document.grid[0]).toMatchObject({ lambda: 0, mean: 0, std: 1, ei: 0, logEi: -9, pi: 0, ucb: 2 });
    expect(document.model).toMatchObject({ kernel: "matern52", lengthscale: 0.2, noise: "known" });
    expect(document.next).toMatchObject({ lambda: 0.7, acquisition: "ei" });
  });
});

function trialsIn(file: string): number {
  return readFileSync(file, "utf8").split('{"record":"trial"').length - 1;
}

describe("journal", () => {
  it("keeps every trial, and resumes from them", async () => {
    const file = join(folder, "journal.jsonl");
    const line = `optimize demo:1 demo:2 --task text --journal ${file} --json`;
    await shell(`${line} --trials 2`);
    expect(trialsIn(file)).toBe(2);
    writeFileSync(file, `${readFileSync(file, "utf8")}{"record": "trial", "torn`);
    const document = (await shell(`${line} --trials 3`)).json();
    expect(document.trials.map((trial: { number: number }) => trial.number)).toEqual([0, 1, 2]);
    expect(trialsIn(file)).toBe(3);
  });

  it("refuses another search's journal, and a file that is none", async () => {
    const file = join(folder, "other.jsonl");
    await shell(`optimize demo:1 demo:2 --task text --trials 1 --journal ${file}`);
    const before = readFileSync(file, "utf8");
    const other = await shell(`optimize demo:1 demo:3 --task text --trials 1 --seed 3 --journal ${file}`);
    expect(other).toMatchObject({ code: 1, error: expect.stringContaining("checkpoints, seed differ") });
    expect(readFileSync(file, "utf8")).toBe(before);
    const text = join(folder, "text.jsonl");
    writeFileSync(text, "hello\n");
    const none = await shell(`optimize demo:1 demo:2 --task text --journal ${text}`);
    expect(none).toMatchObject({ code: 1, error: expect.stringContaining("not a journal") });
    expect(readFileSync(text, "utf8")).toBe("hello\n");
  });
});

describe("a document", () => {
  it("names a number that JSON has no word for, rather than hiding it as null", async () => {
    const engine = fakeEngine({
      evaluate: (request) => ({
        ...request,
        metrics: { perplexity: { value: Number.POSITIVE_INFINITY, stderr: null } },
        ...{ n: 1, total: 1, rows: [], groups: [], items: [], tokens: 1, elapsedMs: 1 },
      }),
    });
    const { json } = await shell("evaluate demo:1 --task text --json", engine);
    expect(json().results.text).toMatchObject({
      "perplexity,none": "Infinity",
      "perplexity_stderr,none": "N/A",
    });
  });
});

describe("stopping", () => {
  it("prints what was measured and exits 130", async () => {
    const stop = new AbortController();
    const engine = fakeEngine({
      optimize: (request, job) => {
        job.emit({ kind: "trial", trial: fakeTrial(0) });
        stop.abort();
        throw new AppError("cancelled", `stopped at ${request.trials}`);
      },
    });
    const result = await shell("optimize demo:1 demo:2 --task text --json", engine, { stop });
    expect(result.code).toBe(130);
    expect(result.json()).toMatchObject({ stopped: true, trials: [{ number: 0 }], heldout: null });
    expect(result.error).toContain("Stopped");
  });

  it("keeps the trials when the comparison after them is stopped", async () => {
    const engine = fakeEngine({
      compare: () => {
        throw new AppError("cancelled", "stopped");
      },
    });
    const result = await shell("optimize demo:1 demo:2 --task text --trials 2 --json", engine);
    expect(result.code).toBe(130);
    expect(result.json()).toMatchObject({
      stopped: true,
      trials: [{ number: 0 }, { number: 1 }],
      heldout: null,
    });
  });

  it("prints the parents when it is stopped before the first merge", async () => {
    const stopAfterParent = (job: { emit(event: EngineEvent): void }): never => {
      job.emit({ kind: "parent", index: 0, score: { value: -3, stderr: 0.1, n: 4 } });
      throw new AppError("cancelled", "stopped");
    };
    const engine = fakeEngine({
      sweep: (_request, job) => stopAfterParent(job),
      optimize: (_request, job) => stopAfterParent(job),
      matrix: (_request, job) => stopAfterParent(job),
    });
    for (const command of ["sweep", "optimize", "matrix"]) {
      const text = await shell(`${command} demo:1 demo:2 --task text`, engine);
      expect(text.code).toBe(130);
      expect(text.out).toContain("4 rows");
      expect(text.out).toMatch(/demo:1 +3\.00 ± 0\.10\ndemo:2 +not measured/);
    }
  });

  it("prints nothing on stdout when nothing was measured", async () => {
    const engine = fakeEngine({
      sweep: () => {
        throw new AppError("cancelled", "stopped");
      },
    });
    expect(await shell("sweep demo:1 demo:2 --task text --json", engine)).toMatchObject({
      code: 130,
      out: "",
    });
  });
});

describe("progress", () => {
  it("goes to stderr, as plain lines in a log and as one line on a screen", async () => {
    const plain = await shell("sweep demo:1 demo:2 --task text --json");
    expect(plain.error).toBe("sweeping λ: 1 of 3 points, 0:04 left\n");
    expect(() => plain.json()).not.toThrow();
    const screen = await shell("sweep demo:1 demo:2 --task text", fakeEngine(), { interactive: true });
    const wipe = "\r\u001b[K";
    const line = `${"█".repeat(7)}${"░".repeat(13)} sweeping λ: 1 of 3 points, 0:04 left`;
    expect(screen.error).toBe(`${wipe}${line}${wipe}`);
  });
});
