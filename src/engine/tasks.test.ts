/** Benchmarks, races, rounds and kept results through the whole engine, on a tiny run with rows of our own. */
import { expect, test } from "vitest";
import { pairRecipe, soleRecipe } from "../domain/recipe.ts";
import type { Round } from "../domain/study.ts";
import type { Engine, EngineEvent } from "../rpc/protocol.ts";
import { createMemoryResults } from "../storage/results/resultStore.ts";
import { createEngine } from "./engine.ts";
import { NAMES, tinyPlatform } from "./fixtures/tinyRun.ts";

const quiet = { signal: new AbortController().signal, emit: () => undefined };
const file = (path: string, lines: readonly string[]) => ({ path, file: new Blob([lines.join("\n")]) });

/** PIQA's published form in the tiny tokenizer's letters. */
function benchmark(rows: number) {
  const goal = (i: number) => ({ goal: `do ${i}`, sol1: "ab", sol2: "ba" });
  return {
    kind: "files" as const,
    files: [
      file(
        "valid.jsonl",
        Array.from({ length: rows }, (_, i) => JSON.stringify(goal(i))),
      ),
      file(
        "valid-labels.lst",
        Array.from({ length: rows }, (_, i) => String(i % 2)),
      ),
    ],
  };
}

const open = (engine: Engine, rows = 200) =>
  engine.call("openBenchmark", { task: "piqa", data: benchmark(rows), fewShot: null, seed: null }, quiet);

test("benchmarks are listed without any data", async () => {
  const engine = createEngine(tinyPlatform());
  const listed = await engine.call("benchmarks", {}, quiet);
  expect(listed.map(({ name }) => name)).toEqual([
    ...["piqa", "winogrande", "hellaswag", "arc_easy", "arc_challenge", "sciq", "lambada_openai"],
    ...["blimp", "mmlu", "cmmlu", "ceval-valid", "medmcqa", "gsm8k", "wikitext"],
  ]);
  expect(
    listed.every(({ licence, files, metrics }) => licence !== "" && files !== "" && metrics.length > 0),
  ).toBe(true);
});

test("a benchmark is divided into halves that share no row, and evaluated whole as the harness does", async () => {
  const engine = createEngine(tinyPlatform());
  const info = await open(engine, 41);
  expect(info).toMatchObject({ name: "piqa", rows: { search: 21, test: 20 }, version: 1, splitSeed: 1 });
  const texts = async (split: "search" | "test" | "all", count: number) => {
    const rows = Array.from({ length: count }, (_, i) => i);
    const read = await engine.call("taskRows", { task: "piqa", split, limit: null, rows }, quiet);
    return read.map((row) => (row.kind === "multiple-choice" ? row.context : ""));
  };
  const [search, unseen, all] = [await texts("search", 21), await texts("test", 20), await texts("all", 41)];
  expect(new Set([...search, ...unseen]).size).toBe(41);
  expect([...search, ...unseen].sort()).toEqual([...all].sort());
  expect(all[7]).toBe("Question: do 7\nAnswer:");
  const request = { recipe: soleRecipe(NAMES[3]), task: "piqa", split: "all", limit: 10 } as const;
  expect(await engine.call("evaluate", request, quiet)).toMatchObject({ n: 10, total: 10 });
});

test("worked examples make another task, and bad data is told in words", async () => {
  const engine = createEngine(tinyPlatform());
  const request = { task: "piqa", data: benchmark(30), fewShot: 1, seed: 5 };
  expect((await engine.call("openBenchmark", request, quiet)).name).toBe("piqa-1shot-seed5");
  const short = {
    ...request,
    data: { ...benchmark(5), files: [benchmark(5).files[0]!, file("valid-labels.lst", ["0"])] },
  };
  await expect(engine.call("openBenchmark", short, quiet)).rejects.toThrow(/1 labels for the 5 rows/);
  const other = { ...request, data: { kind: "files" as const, files: [file("x.png", ["?"])] } };
  await expect(engine.call("openBenchmark", other, quiet)).rejects.toMatchObject({
    tag: "not-found",
    advice: "Wanted: valid.jsonl and valid-labels.lst. There: x.png.",
  });
  const unknown = { ...request, task: "pica" };
  await expect(engine.call("openBenchmark", unknown, quiet)).rejects.toMatchObject({ tag: "not-found" });
});

test("nothing is measured twice: by another engine on the same store, by a limit, by a half", async () => {
  const results = createMemoryResults();
  const platform = () => tinyPlatform({ openResults: async () => results });
  const first = createEngine(platform());
  await open(first);
  const recipe = pairRecipe(NAMES[0], NAMES[3], 0.25);
  const all = { recipe, task: "piqa", split: "all", limit: null } as const;
  const measured = await first.call("evaluate", all, quiet);
  expect(measured.tokens).toBeGreaterThan(0);
  const second = createEngine(platform());
  await open(second);
  for (const request of [all, { ...all, limit: 20 }, { ...all, split: "test" as const }]) {
    const again = await second.call("evaluate", request, quiet);
    expect(again).toMatchObject({ tokens: 0, elapsedMs: 0 });
    if (request.split === "all") expect(again.items).toEqual(measured.items.slice(0, again.n));
  }
  const anew = await second.call("evaluate", { ...all, recipe: pairRecipe(NAMES[0], NAMES[3], 0.3) }, quiet);
  expect(anew.tokens).toBe(measured.tokens);
  expect((await second.call("keptResults", {}, quiet)).tables).toBe(2);
  expect(await second.call("clearResults", {}, quiet)).toMatchObject({ tables: 0, usedBytes: 0 });
  expect((await second.call("evaluate", all, quiet)).tokens).toBe(measured.tokens);
});

test("rounds of a sweep narrow, and say which items changed against the better parent", async () => {
  const engine = createEngine(tinyPlatform());
  await open(engine, 400);
  const rounds: Round[] = [];
  const job = {
    ...quiet,
    emit: (event: EngineEvent) => {
      if (event.kind === "round") rounds.push(event.round);
    },
  };
  const subject = {
    parents: [NAMES[0], NAMES[3]],
    task: "piqa",
    split: "search",
    metric: null,
    limit: null,
  } as const;
  const { points } = await engine.call("sweep", { subject, lambdas: [0.5], race: null }, job);
  const last = rounds.at(-1)!;
  expect(last.score.n).toBe(last.total);
  expect(last.score.value).toBe(points[0]!.value);
  const changes = await engine.call("changes", { subject, weights: [0.5, 0.5] }, quiet);
  const told = rounds.flatMap((round) => round.changes).map(({ index, gained }) => `${index} ${gained}`);
  expect(told.sort()).toEqual(changes.map(({ index, gained }) => `${index} ${gained}`).sort());
});

test("samples have a line an item, as the harness logs them", async () => {
  const engine = createEngine(tinyPlatform());
  await open(engine, 12);
  const request = { recipe: soleRecipe(NAMES[1]), task: "piqa", split: "all", limit: 3 } as const;
  const { blob } = await engine.call("samples", request, quiet);
  const lines = (await blob.text())
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatchObject({
    doc_id: 1,
    task: "piqa",
    doc: { goal: "do 1", label: "1" },
    target: "1",
    arguments: {
      gen_args_0: { arg_0: "Question: do 1\nAnswer:", arg_1: " ab" },
      gen_args_1: { arg_1: " ba" },
    },
    filter: "none",
    metrics: ["acc", "acc_norm"],
    prompt_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(lines[1].resps).toHaveLength(2);
  expect(lines[1].resps[0][0][1]).toMatch(/^(True|False)$/);
});

test("φ of the inputs is told in both definitions, and needs no label", async () => {
  const engine = createEngine(tinyPlatform());
  await open(engine, 20);
  const ask = (inputs: "raw" | "zero-shot" | "few-shot") =>
    engine.call(
      "perplexity",
      { checkpoints: [NAMES[0], NAMES[3]], task: "piqa", split: "search", limit: null, inputs },
      quiet,
    );
  const [raw, prompted] = [await ask("raw"), await ask("zero-shot")];
  expect(raw.map(({ checkpoint, n }) => [checkpoint, n])).toEqual([
    [NAMES[0], 10],
    [NAMES[3], 10],
  ]);
  for (const { pooled, perSequence } of [...raw, ...prompted]) {
    expect(pooled.value).toBeGreaterThan(1);
    expect(perSequence.value).toBeGreaterThan(1);
    expect(pooled.stderr).toBeGreaterThan(0);
  }
  expect(raw[0]!.pooled.value).not.toBe(prompted[0]!.pooled.value);
});

test("a race ends what is decided and leaves the best as it is", async () => {
  const engine = createEngine(tinyPlatform());
  await open(engine, 2000);
  const subject = {
    parents: [NAMES[0], NAMES[3]],
    task: "piqa",
    split: "search",
    metric: null,
    limit: null,
  } as const;
  const lambdas = Array.from({ length: 9 }, (_, i) => (i + 1) / 10);
  const whole = await engine.call("sweep", { subject, lambdas, race: null }, quiet);
  await engine.call("clearResults", {}, quiet);
  const raced = await engine.call("sweep", { subject, lambdas, race: { errorRate: 0.2 } }, quiet);
  const best = (points: readonly { readonly value: number }[]) =>
    Math.max(...points.map(({ value }) => value));
  expect(best(raced.points)).toBe(best(whole.points));
  for (const point of raced.points)
    if (point.stopped !== undefined) {
      expect(point.n).toBe(point.stopped.seen);
      expect(point.stopped.seen).toBeLessThan(point.stopped.total);
      expect(point.value).toBeLessThanOrEqual(best(whole.points));
    }
});
