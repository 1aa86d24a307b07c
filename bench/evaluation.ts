/**
 * `npm run bench:eval`: published benchmarks on a model of Pythia-70M's shape, in Node against lm-evaluation-harness with
 * transformers, in one run on one machine; and how far that is from what the arithmetic allows. Written to
 * bench/RESULTS.md. Needs MERGESCOPE_PYTHON (tools/golden/requirements.txt) and the sets in ../shared/data.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as ort from "onnxruntime-node";
import { createNodeEngine } from "../src/cli/nodePlatform.ts";
import { soleRecipe } from "../src/domain/recipe.ts";
import { createCheckpointShelf } from "../src/engine/checkpoints.ts";
import { createWeightReader } from "../src/engine/weightReader.ts";
import { encodeModel } from "../src/model/onnx/encode.ts";
import { GraphBuilder } from "../src/model/onnx/graphBuilder.ts";
import { createNodeBackend } from "../src/runtime/ortNode.ts";
import { createNodeFileSet } from "../src/storage/node/nodeFile.ts";
import { type EvaluationFigures, formatEvaluation } from "./evaluationReport.ts";
import { writePart } from "./resultsFile.ts";
import type { ChoiceRow } from "./scoredChoices.ts";
import { findPython } from "./torch.ts";
import { measureChoicesInBrowser, TRANSFORMERS_JS } from "./transformersJs.ts";

const THREADS = 2;
const REPEATS = 3;
/** Items of PIQA that are scored in the browser, where a model of this size is slow. */
const BROWSER_ITEMS = 40;
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SHARED = here("../../shared/data");
const SCRIPT = here("../tools/bench_lm_eval.py");

/** Name, worked examples, limit of each part: as in the script. */
const PLANS = [
  { task: "piqa", fewShot: 0, limit: 200, target: 3.5 },
  { task: "hellaswag", fewShot: 0, limit: 100, target: 6 },
  { task: "mmlu", fewShot: 5, limit: 20, target: 12 },
] as const;

type Peer = {
  readonly seconds: number;
  readonly batch: number;
  readonly items: number;
  readonly acc: number;
};

const job = { signal: new AbortController().signal, emit: () => undefined };
const folder = mkdtempSync(join(tmpdir(), "mergescope-eval-"));
process.env.MERGESCOPE_CACHE = join(folder, "results");

function runPython<T>(python: string, args: readonly string[]): T {
  const { status, stdout, stderr } = spawnSync(python, [SCRIPT, ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    env: { ...process.env, HF_HUB_OFFLINE: "1" },
  });
  if (status !== 0) throw new Error(`${args[0]} failed: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

async function measureOurs(model: string) {
  const engine = createNodeEngine({});
  await engine.call("start", { backend: "auto", threads: THREADS }, job);
  const measured = [];
  const heads = await countHeads();
  for (const { task, fewShot, limit } of PLANS) {
    const data = { kind: "path", path: join(SHARED, "benchmarks", task) } as const;
    const info = await engine.call("openBenchmark", { task, data, fewShot, seed: null }, job);
    const request = { recipe: soleRecipe(model), task: info.name, split: "all", limit } as const;
    // Opens, tokenises and compiles; both sides have that behind them when the clock starts.
    heads.count = 0;
    let best = await engine.call("evaluate", request, job);
    const scored = heads.count;
    for (let i = 0; i < REPEATS; i++) {
      await engine.call("clearResults", {}, job);
      const next = await engine.call("evaluate", request, job);
      if (next.elapsedMs < best.elapsedMs) best = next;
    }
    console.error(`${task}: Node ${(best.elapsedMs / 1000).toFixed(2)} s, ${best.tokens} tokens`);
    const { elapsedMs, tokens, n, metrics } = best;
    measured.push({ elapsedMs, tokens, scored, n, acc: metrics.acc!.value });
  }
  return measured;
}

/** Counts the positions whose logits are computed, over every run of any session from now on. */
async function countHeads(): Promise<{ count: number }> {
  const heads = { count: 0 };
  const graph = new GraphBuilder();
  graph.output(graph.apply("Neg", [graph.input("a", "float32", [1])]), "c", "float32", [1]);
  const session = await ort.InferenceSession.create(encodeModel(graph.build("probe")));
  const prototype = Object.getPrototypeOf(session) as ort.InferenceSession;
  const { run } = prototype;
  prototype.run = function counted(
    this: ort.InferenceSession,
    feeds: ort.InferenceSession.FeedsType,
    ...rest
  ) {
    heads.count += feeds.scoredPlaces?.dims[0] ?? 0;
    return Reflect.apply(run, this, [feeds, ...rest]);
  } as typeof run;
  await session.release();
  return heads;
}

/** Multiply-adds a second of one large product in the shapes of the model's MLP. */
async function measureGemm(): Promise<number> {
  const [rows, inner, columns] = [2048, 512, 2048];
  const graph = new GraphBuilder();
  const a = graph.input("a", "float32", [rows, inner]);
  const b = graph.input("b", "float32", [inner, columns]);
  graph.output(graph.apply("MatMul", [a, b]), "c", "float32", [rows, columns]);
  const session = await ort.InferenceSession.create(encodeModel(graph.build("gemm")), {
    intraOpNumThreads: THREADS,
  });
  const filled = (count: number) => Float32Array.from({ length: count }, (_, i) => (i % 7) - 3);
  const feeds = {
    a: new ort.Tensor("float32", filled(rows * inner), [rows, inner]),
    b: new ort.Tensor("float32", filled(inner * columns), [inner, columns]),
  };
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    await session.run(feeds);
    best = Math.min(best, performance.now() - start);
  }
  await session.release();
  return (rows * inner * columns) / (best / 1000);
}

/** 16 prompts of 200 tokens, 64 new tokens each, decoded side by side. */
async function measureDecoding(
  model: string,
): Promise<{ readonly seconds: number; readonly newTokens: number }> {
  const shelf = createCheckpointShelf(async (name) => ({
    files: createNodeFileSet(name),
    place: "disk",
    step: null,
    hub: null,
  }));
  const opened = await shelf.open(model, job.signal);
  const backend = await createNodeBackend(THREADS);
  const resident = await backend.createModel(opened.config);
  await resident.mixer.load("model", createWeightReader(opened), job.signal, () => undefined);
  await resident.mixer.mix(["model"], [1]);
  const prompts = Array.from({ length: 16 }, (_, p) =>
    Array.from({ length: 200 }, (_unused, i) => 1 + ((p * 7919 + i * 104729) % 50000)),
  );
  const rows = Int32Array.from(prompts, (_, row) => row);
  const run = async () => {
    const start = performance.now();
    const decoding = await resident.model.decode(prompts, 64);
    for (let step = 1; step < 64; step++) await decoding.advance(rows, decoding.next.slice());
    decoding.dispose();
    return (performance.now() - start) / 1000;
  };
  await run();
  const seconds = Math.min(await run(), await run());
  await resident.dispose();
  return { seconds, newTokens: prompts.length * 64 };
}

/** The first items of PIQA as rows of choices, worded as the harness does. */
function readPiqa(count: number): readonly ChoiceRow[] {
  const folder = join(SHARED, "benchmarks", "piqa");
  const lines = (name: string) => readFileSync(join(folder, name), "utf8").split("\n").slice(0, count);
  const labels = lines("valid-labels.lst");
  return lines("valid.jsonl").map((line, i) => {
    const { goal, sol1, sol2 } = JSON.parse(line);
    return { context: `Question: ${goal}\nAnswer:`, choices: [sol1, sol2], gold: Number(labels[i]) };
  });
}

const found = findPython();
if ("skipped" in found) throw new Error(found.skipped);
if (!existsSync(SHARED)) throw new Error("The published benchmarks are not in ../shared/data.");
const { python } = found;
const model = join(folder, "model");
const load = loadavg()[0]!.toFixed(1);
const tokenizer = join(SHARED, "tokenizer", "tokenizer.json");
runPython(python, ["make", model, tokenizer]);
const ours = await measureOurs(model);
const gemm = await measureGemm();
const decoding = await measureDecoding(model);
console.error("Chromium");
runPython(python, ["onnx", model]);
const rows = readPiqa(BROWSER_ITEMS);
const browser = await measureChoicesInBrowser(model, join(folder, "library"), rows, THREADS);
console.error("lm-eval, several batch sizes each");
const peers = runPython<Readonly<Record<string, Peer>>>(python, [
  "score",
  model,
  join(SHARED, "benchmarks"),
  "--threads",
  String(THREADS),
]);
const generation = runPython<{ readonly seconds: number; readonly newTokens: number }>(python, [
  "generate",
  model,
  "--threads",
  String(THREADS),
]);
rmSync(folder, { recursive: true });
const figures: EvaluationFigures = {
  machine: `${cpus().length} processors (${cpus()[0]?.model ?? "unknown"}), load ${load} at the start`,
  threads: THREADS,
  gemm,
  tasks: PLANS.map(({ task, fewShot, target }, i) => ({
    task,
    fewShot,
    target,
    ours: ours[i]!,
    peer: peers[task]!,
  })),
  decoding,
  generation,
  browser: { ...browser, items: rows.length, version: TRANSFORMERS_JS },
};
writePart(formatEvaluation(figures));
console.log(formatEvaluation(figures));
