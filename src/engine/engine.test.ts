import { expect, test } from "vitest";
import { pairRecipe } from "../domain/recipe.ts";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import type { Trial } from "../domain/study.ts";
import type { EngineEvent, SubjectRequest } from "../rpc/protocol.ts";
import { createMemorySource } from "../storage/memory.ts";
import { replayStudy } from "../study/replay.ts";
import { createEngine } from "./engine.ts";
import { NAMES, readJson, tinyFiles, tinyPlatform, WRITTEN } from "./fixtures/tinyRun.ts";

const [OLD, NEW] = [NAMES[2], NAMES[3]];

function watch(stopAfter: (event: EngineEvent) => boolean = () => false) {
  const controller = new AbortController();
  const events: EngineEvent[] = [];
  const emit = (event: EngineEvent) => {
    events.push(structuredClone(event));
    if (stopAfter(event)) controller.abort();
  };
  return { events, job: { signal: controller.signal, emit } };
}

const quiet = () => watch().job;
const engine = createEngine(tinyPlatform());
const subject: SubjectRequest = {
  parents: [OLD, NEW],
  task: "choices",
  split: "search",
  metric: null,
  limit: null,
};
const settings = { ...defaultSearchSettings(2), trials: 7 };

test("the demo is described without a device", async () => {
  const platform = tinyPlatform({ startBackend: () => Promise.reject(new Error("no device wanted")) });
  const alone = createEngine(platform);
  const run = await alone.call("openDemo", {}, quiet());
  expect(run.checkpoints.map(({ name }) => name)).toEqual(NAMES);
  expect(run.defaultPair).toEqual([OLD, NEW]);
  expect(run.tasks.map(({ kind }) => kind)).toEqual([
    "multiple-choice",
    "partial",
    "target",
    "text",
    "generation",
  ]);
  const request = { task: "choices", split: "test", limit: null, rows: [2, 3, 4] } as const;
  expect(await alone.call("taskRows", request, quiet())).toHaveLength(3);
});

test.each(["choices", "partial", "last", "text", "sums"])(
  "%s is evaluated, and the result crosses a thread wall",
  async (task) => {
    const { events, job } = watch();
    const request = { recipe: pairRecipe(OLD, NEW, 0.25), task, split: "search", limit: null } as const;
    const evaluation = await engine.call("evaluate", request, job);
    expect(evaluation.items).toHaveLength(evaluation.n);
    expect(evaluation.tokens).toBeGreaterThan(0);
    expect(structuredClone(evaluation)).toEqual(evaluation);
    const last = events.findLast((event) => event.kind === "progress")!.progress;
    expect(last.done).toBe(last.total);
    const again = await engine.call("evaluate", { ...request, limit: 3 }, quiet());
    expect(again.n).toBe(3);
  },
);

test("a merge at λ = 1 is the newer parent, item by item", async () => {
  const request = { task: "text", split: "search", limit: null } as const;
  const whole = await engine.call("evaluate", { ...request, recipe: pairRecipe(OLD, NEW, 1) }, quiet());
  const sole = await engine.call(
    "evaluate",
    { ...request, recipe: { parents: [NEW], coefficients: [1] } },
    quiet(),
  );
  expect(whole.items).toEqual(sole.items);
});

test("a sweep tells parents and points as they come, and counts them", async () => {
  const { events, job } = watch();
  const sweep = await engine.call("sweep", { subject, lambdas: [1, 0, 0.5], race: null }, job);
  expect(sweep.points.map(({ lambda }) => lambda)).toEqual([0, 0.5, 1]);
  expect(events.flatMap((event) => (event.kind === "point" ? [event.point.lambda] : []))).toEqual([
    1, 0, 0.5,
  ]);
  expect(sweep.points[0]).toEqual({ lambda: 0, ...sweep.parents[0] });
  expect(sweep.points[2]).toEqual({ lambda: 1, ...sweep.parents[1] });
  const better = Math.max(...sweep.parents.map(({ value }) => value));
  expect(sweep.shareAboveBetterParent).toBe(sweep.points.filter(({ value }) => value > better).length / 3);
});

test("a loss is turned round for the search: higher is better", async () => {
  const sweep = await engine.call(
    "sweep",
    { subject: { ...subject, task: "text" }, lambdas: [0.5], race: null },
    quiet(),
  );
  const request = { recipe: pairRecipe(OLD, NEW, 0.5), task: "text", split: "search", limit: null } as const;
  const evaluation = await engine.call("evaluate", request, quiet());
  expect(sweep.points[0]!.value).toBe(-evaluation.metrics.nll!.value);
});

test("an optimisation asks, tells, continues from its trials exactly, and replays", async () => {
  const { events, job } = watch();
  const request = {
    subject: { ...subject, task: "text" },
    settings,
    history: [],
    picked: [],
    journal: null,
    trials: 7,
    race: null,
  };
  const whole = await engine.call("optimize", request, job);
  expect(whole.trials).toHaveLength(7);
  const told = events
    .filter((event) => event.kind === "ask" || event.kind === "trial")
    .map(({ kind }) => kind);
  expect(told).toEqual(Array(7).fill(["ask", "trial"]).flat());
  expect(whole.surrogate?.grid?.lambda).toHaveLength(settings.gridPoints);

  const stopped = watch((event) => event.kind === "trial" && event.trial.number === 3);
  await expect(engine.call("optimize", request, stopped.job)).rejects.toMatchObject({ tag: "cancelled" });
  const before = stopped.events.flatMap((event): Trial[] => (event.kind === "trial" ? [event.trial] : []));
  expect(before).toHaveLength(4);
  const journal = JSON.parse(JSON.stringify(before)) as Trial[];
  const resumed = await engine.call("optimize", { ...request, history: journal }, quiet());
  const timeless = (trials: readonly Trial[]) => trials.map((trial) => ({ ...trial, elapsedMs: 0 }));
  expect(timeless(resumed.trials)).toEqual(timeless(whole.trials));
  expect(resumed.best).toBe(whole.best);

  expect(replayStudy(settings, resumed.parents, JSON.parse(JSON.stringify(resumed.trials)))).toEqual([]);
  const forged = resumed.trials.map((trial, i) =>
    i === 2 ? { ...trial, value: trial.value + 0.01 } : trial,
  );
  expect(replayStudy(settings, resumed.parents, forged).length).toBeGreaterThan(0);
});

test("a search set up for other checkpoints is refused", async () => {
  const request = {
    subject,
    settings: { ...settings, parents: 3 },
    history: [],
    picked: [],
    journal: null,
    trials: 3,
    race: null,
  };
  await expect(engine.call("optimize", request, quiet())).rejects.toMatchObject({ tag: "usage" });
});

test("three parents are searched on the simplex", async () => {
  const three = { ...defaultSearchSettings(3), trials: 6 };
  const request = {
    subject: { ...subject, parents: NAMES.slice(1) },
    settings: three,
    history: [],
    picked: [],
    journal: null,
    trials: 6,
    race: null,
  };
  const { trials } = await engine.call("optimize", request, quiet());
  for (const { weights, lambda } of trials) {
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(lambda).toBeNull();
  }
});

test("held-out rows are the other half, and the comparison is with the parent that is better there", async () => {
  const held = await engine.call("compare", { subject, weights: [0.5, 0.5] }, quiet());
  expect(held.split).toBe("test");
  expect(held.parents[held.betterParent]!.value).toBe(Math.max(...held.parents.map(({ value }) => value)));
  expect(held.delta).toBeCloseTo(held.merge.value - held.parents[held.betterParent]!.value, 12);
  expect(held.pValue).toBeGreaterThan(0);
});

test("changed items come with their rows, gained ones first, and add up to the difference", async () => {
  const changes = await engine.call("changes", { subject, weights: [0.5, 0.5] }, quiet());
  const flags = changes.map(({ gained }) => gained);
  expect(flags).toEqual([...flags].sort((a, b) => Number(b) - Number(a)));
  const sweep = await engine.call("sweep", { subject, lambdas: [0.5], race: null }, quiet());
  const better = Math.max(...sweep.parents.map(({ value }) => value));
  const net = flags.filter((gained) => gained).length - flags.filter((gained) => !gained).length;
  expect(net / 12).toBeCloseTo(sweep.points[0]!.value - better, 12);
  const losses = await engine.call(
    "changes",
    { subject: { ...subject, task: "text" }, weights: [0.5, 0.5] },
    quiet(),
  );
  expect(losses).toHaveLength(6);
});

test.each(["greedy", "uniform", "perplexity", "optimize"] as const)(
  "a matrix by the rule %s",
  async (rule) => {
    const { events, job } = watch();
    const request = {
      subject: { ...subject, parents: NAMES },
      rule,
      settings: { ...settings, trials: 5 },
      known: [],
    };
    const matrix = await engine.call("matrix", request, job);
    expect(matrix.diagonal).toHaveLength(4);
    expect(matrix.cells.map(({ i, j }) => [i, j])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [0, 2],
      [1, 3],
      [0, 3],
    ]);
    expect(events.flatMap((event) => (event.kind === "cell" ? [event.cell] : []))).toEqual(matrix.cells);
    for (const { i, j, value, lambda, delta } of matrix.cells) {
      const better = Math.max(matrix.diagonal[i]!.value, matrix.diagonal[j]!.value);
      expect(delta).toBeCloseTo(value - better, 12);
      if (rule === "greedy") expect(value).toBeGreaterThanOrEqual(better);
      if (rule === "greedy") expect([0, 0.5, 1]).toContain(lambda);
      if (rule === "perplexity") expect(Math.abs(lambda - 0.5)).toBeLessThan(0.3);
    }
  },
);

test("known cells are not measured again", async () => {
  const request = { subject: { ...subject, parents: NAMES }, rule: "uniform", settings, known: [] } as const;
  const whole = await engine.call("matrix", request, quiet());
  const stopped = watch((event) => event.kind === "cell" && event.cell.i === 1);
  await expect(engine.call("matrix", request, stopped.job)).rejects.toMatchObject({ tag: "cancelled" });
  const known = stopped.events.flatMap((event) => (event.kind === "cell" ? [event.cell] : []));
  const { events, job } = watch();
  const rest = await engine.call("matrix", { ...request, known }, job);
  expect(rest.cells).toEqual(whole.cells);
  expect(events.filter(({ kind }) => kind === "cell")).toHaveLength(6 - known.length);
});

test("parents make room for one another under a small budget, and the numbers stay the same", async () => {
  const request = { subject: { ...subject, parents: NAMES }, rule: "uniform", settings, known: [] } as const;
  const roomy = await engine.call("matrix", request, quiet());
  const { checkpoints } = await engine.call("inspect", { checkpoints: [NEW] }, quiet());
  const bytes = checkpoints[0]!.files[0]!.bytes;
  const small = createEngine(tinyPlatform({ residentBytes: () => 3.5 * bytes }));
  const { events, job } = watch();
  expect(await small.call("matrix", request, job)).toEqual(roomy);
  const labels = events.flatMap((event) => (event.kind === "progress" ? [event.progress.label] : []));
  expect(new Set(labels.filter((label) => label.startsWith("loading"))).size).toBe(4);
});

test("parents that do not fit side by side are read anew for every merge, and give the same numbers", async () => {
  const tiny = createEngine(tinyPlatform({ residentBytes: () => 1 }));
  const request = { subject: { ...subject, task: "text" }, lambdas: [0.25, 0.5], race: null };
  const { events, job } = watch();
  expect(await tiny.call("sweep", request, job)).toEqual(await engine.call("sweep", request, quiet()));
  const labels = events.flatMap((event) => (event.kind === "progress" ? [event.progress.label] : []));
  expect(labels).toContain("reading the parents");
  expect(labels.some((label) => label.startsWith("loading"))).toBe(false);
});

test("weights that are not numbers are counted and named", async () => {
  const files = tinyFiles();
  const path = "step10/model.safetensors";
  const source = files.get(path)!;
  const bytes = await source.read(0, source.byteLength);
  // The file ends with its last weight.
  new Float32Array(bytes.buffer, bytes.byteLength - 8).set([Number.NaN, Number.POSITIVE_INFINITY]);
  files.set(path, createMemorySource(path, bytes));
  const torn = createEngine(tinyPlatform({}, files));
  const failed = torn.call(
    "sweep",
    { subject: { ...subject, parents: [NAMES[0], NEW] }, lambdas: [0.5], race: null },
    quiet(),
  );
  await expect(failed).rejects.toThrow(
    /Weight "[\w.]+" of demo:10 holds 1 NaN and 1 infinite values, the first at/,
  );
});

test("checkpoints of one's own become a run in order of their steps", async () => {
  const names = [NAMES[2], NAMES[0], NAMES[1]];
  const run = await engine.call("openRun", { checkpoints: names }, quiet());
  expect(run.checkpoints.map(({ name, step }) => [name, step])).toEqual([
    [NAMES[0], 10],
    [NAMES[1], 20],
    [NAMES[2], 30],
  ]);
  expect(run.defaultPair).toEqual([NAMES[1], NAMES[2]]);
  expect(run.defaultTask).toBe("text");
  const alone = engine.call("openRun", { checkpoints: [NEW] }, quiet());
  await expect(alone).rejects.toMatchObject({ tag: "usage" });
});

test("a folder of one's own disk is a checkpoint", async () => {
  const files = tinyFiles();
  const folder = ["config.json", "tokenizer.json", "model.safetensors"].map(async (path) => {
    const source = files.get(`step20/${path}`)!;
    return { path, file: new Blob([await source.read(0, source.byteLength)]) };
  });
  const own = createEngine(tinyPlatform());
  const added = await own.call("addFolder", { name: "step20", files: await Promise.all(folder) }, quiet());
  expect(added).toEqual({ checkpoint: "disk:step20" });
  const parents = [NAMES[0], added.checkpoint];
  const sweep = await own.call(
    "sweep",
    { subject: { ...subject, parents }, lambdas: [0.5], race: null },
    quiet(),
  );
  const same = { ...subject, parents: [NAMES[0], NAMES[1]] };
  expect(sweep.points).toEqual(
    (await own.call("sweep", { subject: same, lambdas: [0.5], race: null }, quiet())).points,
  );
  const empty = own.call("addFolder", { name: "nothing", files: [] }, quiet());
  await expect(empty).rejects.toMatchObject({ tag: "usage" });
});

test("starting again gives the same numbers on a fresh device", async () => {
  const other = createEngine(tinyPlatform());
  expect((await other.call("start", { backend: "auto", threads: 1 }, quiet())).kind).toBe("node");
  const before = await other.call("sweep", { subject, lambdas: [0.5], race: null }, quiet());
  await other.call("start", { backend: "auto", threads: 1 }, quiet());
  expect(await other.call("sweep", { subject, lambdas: [0.5], race: null }, quiet())).toEqual(before);
});

test("inspect tells what is there and which are the same", async () => {
  const files = tinyFiles();
  files.set("step40/model.safetensors", files.get("step10/model.safetensors")!);
  const copied = createEngine(tinyPlatform({}, files));
  const names = [NAMES[0], NAMES[1], NAMES[3]];
  const { checkpoints, identical } = await copied.call("inspect", { checkpoints: names }, quiet());
  expect(checkpoints.map(({ name }) => name)).toEqual(names);
  expect(checkpoints[0]!.files[0]!.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(checkpoints[0]!.warnings).toEqual([]);
  expect(identical).toEqual([[0, 2]]);
});

test("a task of one's own is its rows as they stand", async () => {
  const jsonl = ["abc", "de f"].map((text) => JSON.stringify({ text })).join("\n");
  const info = await engine.call("addTask", { name: "dir/own.jsonl", jsonl }, quiet());
  expect(info).toMatchObject({ title: "own.jsonl", kind: "text", rows: { search: 2, test: 0 } });
  const own = { ...subject, task: "dir/own.jsonl" };
  expect(
    (await engine.call("sweep", { subject: own, lambdas: [0.5], race: null }, quiet())).points[0]!.n,
  ).toBe(2);
  const compared = engine.call("compare", { subject: own, weights: [0.5, 0.5] }, quiet());
  await expect(compared).rejects.toMatchObject({ tag: "not-found" });
  const longer = `${jsonl}\n${JSON.stringify({ text: "more" })}`;
  await engine.call("addTask", { name: "dir/own.jsonl", jsonl: longer }, quiet());
  const { points, parents } = await engine.call(
    "sweep",
    { subject: own, lambdas: [0.5], race: null },
    quiet(),
  );
  expect([...points, ...parents].map(({ n }) => n)).toEqual([3, 3, 3]);
});

test("an exported merge holds the numbers that were evaluated", async () => {
  const recipe = pairRecipe(OLD, NEW, 0.5);
  const request = {
    recipe,
    dtype: "float32",
    arithmetic: "fp32",
    maxShardBytes: 5e9,
    target: { kind: "path", path: "merged" },
  } as const;
  const { files } = await engine.call("exportMerge", request, quiet());
  const written = WRITTEN.get("merged")!;
  expect(files.map(({ name, bytes }) => [name, bytes])).toEqual(
    [...written].map(([name, bytes]) => [name, bytes.byteLength]),
  );
  const merged = tinyFiles();
  for (const [name, bytes] of written) merged.set(`step10/${name}`, createMemorySource(name, bytes));
  const reopened = createEngine(tinyPlatform({}, merged));
  const onText = { task: "text", split: "search", limit: null } as const;
  const sole = { parents: [NAMES[0]], coefficients: [1] };
  const there = await reopened.call("evaluate", { ...onText, recipe: sole }, quiet());
  const here = await engine.call("evaluate", { ...onText, recipe }, quiet());
  expect(there.items).toEqual(here.items);
});

test.each([
  [{ ...subject, parents: ["demo:99", NEW] }, /no checkpoint demo:99/, /demo:10, demo:20/],
  [{ ...subject, parents: ["/nowhere", NEW] }, /no checkpoint \/nowhere/, /folder/],
  [{ ...subject, parents: [NEW, NEW] }, /named twice/, /once/],
  [{ ...subject, task: "nothing" }, /no task named "nothing"/, /choices/],
  [{ ...subject, metric: "nll" }, /does not measure "nll"/, /acc/],
  [{ ...subject, limit: 0 }, /limit of 0/, /1 or more/],
] as const)("says what is wrong: %o", async (wrong, message, advice) => {
  const failed = engine.call("sweep", { subject: wrong, lambdas: [0.5], race: null }, quiet());
  await expect(failed).rejects.toThrow(message);
  await expect(failed).rejects.toMatchObject({ advice: expect.stringMatching(advice) });
});

test("checkpoints that do not belong together are refused before anything is loaded", async () => {
  const files = tinyFiles();
  const json = { ...(await readJson(files, "step10/config.json")), rotary_pct: 0.5 };
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  files.set("step10/config.json", createMemorySource("config.json", bytes));
  const mixed = createEngine(tinyPlatform({}, files));
  const parents = [NAMES[0], NEW];
  const failed = mixed.call(
    "sweep",
    { subject: { ...subject, parents }, lambdas: [0.5], race: null },
    quiet(),
  );
  await expect(failed).rejects.toThrow(
    "demo:10 and demo:40 cannot be merged: rotary.inverseFrequencies has 2 entries in the one and 1 in the other",
  );
});

test("an architecture that is not known is refused before a weights file is touched", async () => {
  const files = tinyFiles();
  const json = { ...(await readJson(files, "step10/config.json")), model_type: "mamba" };
  files.set(
    "step10/config.json",
    createMemorySource("config.json", new TextEncoder().encode(JSON.stringify(json))),
  );
  files.set("step10/model.safetensors", {
    name: "model.safetensors",
    byteLength: 1000,
    read: () => Promise.reject(new Error("the weights were touched")),
  });
  const other = createEngine(tinyPlatform({}, files));
  const failed = other.call("inspect", { checkpoints: [NAMES[0]] }, quiet());
  await expect(failed).rejects.toMatchObject({
    tag: "unsupported",
    message: expect.stringContaining("mamba"),
  });
});

test("a call that is stopped before it begins does nothing", async () => {
  const controller = new AbortController();
  controller.abort();
  const call = engine.call("openDemo", {}, { signal: controller.signal, emit() {} });
  await expect(call).rejects.toMatchObject({ tag: "cancelled" });
});
