/**
 * One measured step in a process of its own, so that its peak memory is its own: `tsx bench/fullSizeSteps.ts STEP FOLDER…`
 * prints a JSON document.
 */
import { createNodeEngine } from "../src/cli/nodePlatform.ts";
import { pairRecipe } from "../src/domain/recipe.ts";
import { createCheckpointShelf } from "../src/engine/checkpoints.ts";
import { createWeightReader } from "../src/engine/weightReader.ts";
import { parameterTable } from "../src/model/parameterTable.ts";
import type { Engine, Job } from "../src/rpc/protocol.ts";
import { createCpuMixer } from "../src/runtime/cpuMixer.ts";
import { createJobQueue } from "../src/runtime/jobQueue.ts";
import { createNodeFileSet } from "../src/storage/node/nodeFile.ts";

const { signal } = new AbortController();
const quiet: Job = { signal, emit: () => undefined };
const ROWS = { task: "knowledge-en", split: "search", limit: 100 } as const;

async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Bytes of the process, now. */
const rss = () => process.memoryUsage().rss;

/** Highest resident memory while work runs, looked at often. */
async function peakOf(work: () => Promise<unknown>): Promise<number> {
  let peak = rss();
  const timer = setInterval(() => {
    peak = Math.max(peak, rss());
  }, 5);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(peak, rss());
}

/** The pair's weights read into memory and kept there, and nothing else: what opening is held to. */
async function readPair(folders: readonly string[]) {
  const parents = await openBoth(folders);
  const kept: Uint8Array[] = [];
  const ms = await timeMs(async () => {
    for (const { checkpoint, config } of parents)
      for (const { name } of parameterTable(config)) kept.push(await checkpoint.readTensor(name, signal));
  });
  return { ms, bytes: kept.reduce((sum, { byteLength }) => sum + byteLength, 0) };
}

/** The same pair opened: read, checked for NaN, kept by a mixer. */
async function loadPair(folders: readonly string[]) {
  const parents = await openBoth(folders);
  const mixer = createCpuMixer(parents[0]!.config, createJobQueue());
  const before = rss();
  let ms = 0;
  const peak = await peakOf(async () => {
    ms = await timeMs(async () => {
      for (const parent of parents)
        await mixer.load(parent.name, createWeightReader(parent), signal, () => undefined);
    });
  });
  // The merge's own array takes memory when it is first written to, which comes later.
  const parentBytes = parents.reduce((sum, { weightBytes }) => sum + weightBytes, 0);
  return { ms, overheadBytes: peak - before - parentBytes };
}

function openBoth(folders: readonly string[]) {
  const shelf = createCheckpointShelf(async (name) => ({
    files: createNodeFileSet(name),
    place: "disk",
    step: null,
    hub: null,
  }));
  return shelf.openParents(folders, signal);
}

async function throughEngine(engine: Engine, [older, newer]: readonly [string, string], out: string) {
  const inspectMs = await timeMs(() => engine.call("inspect", { checkpoints: [older, newer] }, quiet));
  const recipe = pairRecipe(older, newer, 0.5);
  const firstMs = await timeMs(() => engine.call("evaluate", { recipe, ...ROWS }, quiet));
  const nextMs = await timeMs(() =>
    engine.call("evaluate", { recipe: pairRecipe(older, newer, 0.6), ...ROWS }, quiet),
  );
  const evaluatedPeak = process.resourceUsage().maxRSS * 1024;
  const target = { kind: "path", path: out } as const;
  const request = { recipe, dtype: "float16", arithmetic: "fp32", maxShardBytes: 5e9, target } as const;
  const exportMs = await timeMs(() => engine.call("exportMerge", request, quiet));
  return { inspectMs, firstMs, nextMs, exportMs, evaluatedPeak };
}

async function exportAlone(engine: Engine, [older, newer]: readonly [string, string], out: string) {
  const target = { kind: "path", path: out } as const;
  const request = {
    recipe: pairRecipe(older, newer, 0.5),
    ...({ dtype: "float16", arithmetic: "fp32", maxShardBytes: 5e9, target } as const),
  };
  const ms = await timeMs(() => engine.call("exportMerge", request, quiet));
  return { ms, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

async function fetchAll(engine: Engine, checkpoints: readonly string[]) {
  const ms = await timeMs(() => engine.call("fetchCheckpoints", { checkpoints }, quiet));
  return { ms, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

const [step, ...names] = process.argv.slice(2);
const [older = "", newer = "", out = ""] = names;
const steps: Readonly<Record<string, () => Promise<object>>> = {
  read: () => readPair([older, newer]),
  load: () => loadPair([older, newer]),
  engine: () => throughEngine(createNodeEngine({}), [older, newer], out),
  export: () => exportAlone(createNodeEngine({}), [older, newer], out),
  fetch: () => fetchAll(createNodeEngine({}), names),
};
console.log(JSON.stringify(await steps[step ?? ""]!()));
