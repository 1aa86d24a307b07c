import { beforeEach, describe, expect, it } from "vitest";
import { taskInfo } from "../domain/fixtures/taskInfo.ts";
import type { BenchmarkInfo } from "../domain/task.ts";
import type { Engine, EngineMethod, EngineMethods } from "../rpc/protocol.ts";
import { appOver, forgetWorld, until } from "./fixtures/appOver.ts";
import { createFakeEngine } from "./fixtures/fakeEngine.ts";
import { currentLive } from "./live.ts";
import { currentTask } from "./subject.ts";
import { areTaskFiles, isTaskFile } from "./taskFiles.ts";

beforeEach(forgetWorld);

const BENCHMARK: BenchmarkInfo = {
  name: "piqa",
  title: "PIQA",
  description: "",
  kind: "multiple-choice",
  language: "en",
  version: 1,
  licence: "AFL-3.0",
  source: "ybisk",
  repository: "baber/piqa",
  subsets: [],
  fewShot: 0,
  metrics: ["acc"],
  files: "valid.jsonl and valid-labels.lst",
};

/** The made-up engine with tasks to open; `asked` are the requests about tasks. */
function engineWithTasks() {
  const asked: { method: string; request: unknown }[] = [];
  const base = createFakeEngine({ delayMs: 0 });
  const engine: Engine = {
    async call<M extends EngineMethod>(method: M, request: EngineMethods[M]["request"], job: never) {
      const opening = ["openBenchmark", "addTask", "addHarnessTask", "benchmarks", "taskRows"].includes(
        method,
      );
      if (!opening) return base.call(method, request, job);
      asked.push({ method, request });
      if (method === "benchmarks") return [BENCHMARK] as never;
      if (method === "taskRows")
        return (request as EngineMethods["taskRows"]["request"]).rows.map((row) => ({
          kind: "text",
          text: `row ${row}`,
        })) as never;
      const { task, name } = request as { task?: string; name?: string };
      return taskInfo({ name: task ?? name ?? "", kind: "multiple-choice", like: task ?? null }) as never;
    },
  };
  return { asked, engine };
}

const picked = (path: string, text = "{}") => ({ path, file: new Blob([text]) });

describe("opening tasks", () => {
  it("opens a picked benchmark with the files that were given, and makes it the present task", async () => {
    const { asked, engine } = engineWithTasks();
    const { store, actions, start } = appOver(engine);
    await start();
    actions.showTasks(true);
    await actions.readBenchmarks();
    expect(store.getState().tasks.benchmarks).toEqual([BENCHMARK]);
    actions.pickBenchmark("piqa");
    await actions.openPicked();
    expect(asked.map(({ method }) => method)).not.toContain("openBenchmark");
    await actions.addTaskFiles(async () => [picked("d/valid.jsonl"), picked("d/valid-labels.lst", "0\n")]);
    expect(store.getState().tasks.data).toEqual({
      kind: "files",
      files: [
        { path: "d/valid.jsonl", bytes: 2 },
        { path: "d/valid-labels.lst", bytes: 2 },
      ],
    });
    actions.pickShots({ fewShot: 5 });
    await actions.openPicked();
    expect(asked.at(-1)).toMatchObject({
      method: "openBenchmark",
      request: { task: "piqa", fewShot: 5, seed: null, data: { kind: "files" } },
    });
    expect(currentTask(store.getState())?.name).toBe("piqa");
    expect(store.getState().tasks.opened).toHaveLength(1);
  });

  it("asks the hub only when a benchmark is opened from it", async () => {
    const { asked, engine } = engineWithTasks();
    const { actions, start } = appOver(engine);
    await start();
    actions.pickBenchmark("piqa");
    actions.takeHubData();
    expect(asked).toEqual([]);
    await actions.openPicked();
    expect(asked).toMatchObject([{ method: "openBenchmark", request: { data: { kind: "hub" } } }]);
  });

  it("opens rows of one's own, and a harness file with its data", async () => {
    const { asked, engine } = engineWithTasks();
    const { store, actions, start } = appOver(engine);
    await start();
    await actions.addTaskFiles(async () => [picked("my.jsonl", '{"text":"a"}')]);
    expect(asked.at(-1)).toEqual({
      method: "addTask",
      request: { name: "my.jsonl", jsonl: '{"text":"a"}' },
    });
    await actions.addTaskFiles(async () => [picked("t.yaml", "task: t"), picked("rows.csv")]);
    expect(asked.at(-1)).toMatchObject({
      method: "addHarnessTask",
      request: { name: "t.yaml", yaml: "task: t", data: { kind: "files", files: [{ path: "rows.csv" }] } },
    });
    expect(store.getState().tasks.opened.map(({ name }) => name)).toEqual(["my.jsonl", "t.yaml"]);
  });

  it("says what is no task, and what could not be read", async () => {
    const { engine } = engineWithTasks();
    const { store, actions, start } = appOver(engine);
    await start();
    await actions.addTaskFiles(async () => [picked("notes.md")]);
    expect(store.getState().tasks.status).toMatchObject({
      kind: "failed",
      error: { message: "No file of a task was among these." },
    });
    await actions.addTaskFiles(async () => [picked("table.csv")]);
    expect(store.getState().tasks.status).toMatchObject({
      kind: "failed",
      error: { advice: expect.stringContaining("Pick the benchmark") },
    });
    await actions.addTaskFiles(() => Promise.reject(new Error("gone")));
    expect(store.getState().tasks.status).toMatchObject({ kind: "failed", error: { message: "gone" } });
  });
});

describe("dropped files", () => {
  it("are a task's unless weights are among them", () => {
    expect(areTaskFiles([{ path: "a/valid.jsonl" }, { path: "a/README.md" }])).toBe(true);
    expect(areTaskFiles([{ path: "m/config.json" }, { path: "m/model.safetensors" }])).toBe(false);
    expect(areTaskFiles([{ path: "m/rows.jsonl" }, { path: "m/pytorch_model.bin" }])).toBe(false);
    expect(areTaskFiles([{ path: "picture.png" }])).toBe(false);
    expect(["tokenizer.json", "m/config.json", "x.py"].some(isTaskFile)).toBe(false);
    expect(["dev.json", "t.yml", "x.PARQUET", "wiki.test.raw"].every(isTaskFile)).toBe(true);
  });
});

describe("a merge that is being evaluated", () => {
  it("shows its rounds and the rows of the items it changes, until another one begins", async () => {
    const { engine: tasks } = engineWithTasks();
    const change = (index: number) => ({
      index,
      gained: true,
      parent: { kind: "target", logprob: -1, tokens: 1, greedy: false } as const,
      merge: { kind: "target", logprob: -1, tokens: 1, greedy: true } as const,
    });
    const round = (weights: readonly number[], n: number, ...changed: readonly number[]) => ({
      kind: "round" as const,
      round: { weights, score: { value: 0.5, stderr: 1 / n, n }, total: 100, changes: changed.map(change) },
    });
    let finish = (): void => undefined;
    const engine: Engine = {
      async call(method, request, job) {
        if (method !== "sweep") return tasks.call(method, request, job);
        for (const event of [round([0.5, 0.5], 25, 3), round([0.5, 0.5], 50, 40)]) job.emit(event);
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        job.emit(round([0.4, 0.6], 25, 7));
        return createFakeEngine({ delayMs: 0 }).call(method, request, job);
      },
    };
    const { store, actions, start } = appOver(engine);
    await start();
    const sweep = actions.runSweep();
    await until(() => currentLive(store.getState())?.score.n === 50);
    const live = currentLive(store.getState())!;
    expect(live.trail.map(({ n }) => n)).toEqual([25, 50]);
    expect(live.changes.map(({ index }) => index)).toEqual([3, 40]);
    await until(() => Object.keys(store.getState().live.rows).length === 2);
    expect(store.getState().live.rows[40]).toEqual({ kind: "text", text: "row 40" });
    finish();
    await sweep;
    expect(currentLive(store.getState())).toMatchObject({ weights: [0.4, 0.6], trail: [{ n: 25 }] });
    actions.pickParents(["demo:3000", "demo:3200"]);
    expect(currentLive(store.getState())).toBeNull();
    expect(store.getState().live.rows).toEqual({});
  });
});
