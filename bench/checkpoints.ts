/**
 * `npm run bench:checkpoints`: full-size checkpoints with random weights through everything, in Node and in Chromium, written
 * to bench/RESULTS.md. Needs about 12 GB of disk for a while and a quarter of an hour.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startMockHub } from "../src/storage/fixtures/mockHub.ts";
import { measureHubInBrowser } from "./browserHub.ts";
import { type CheckpointFigures, formatCheckpoints, type ShapeFigures } from "./checkpointsReport.ts";
import { type ShapeName, writeRandomCheckpoint } from "./fullSize.ts";
import { writePart } from "./resultsFile.ts";

const SPAWNS = 3;
/** Layers of a 7B model that make about 3 GB; its largest tensors are whole. */
const LARGE_LAYERS = 2;

const folder = mkdtempSync(join(tmpdir(), "mergescope-full-"));

/** A step in a process of its own. */
function runStep<T>(step: string, names: readonly string[], env: Readonly<Record<string, string>> = {}): T {
  const script = fileURLToPath(new URL("./fullSizeSteps.ts", import.meta.url));
  const args = ["--import", "tsx", script, step, ...names];
  // Each step measures anew what another one may have measured before.
  const own = { MERGESCOPE_CACHE: mkdtempSync(join(folder, "results-")) };
  const options = {
    encoding: "utf8",
    env: { ...process.env, ...own, ...env },
    maxBuffer: 2 ** 26,
  } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  if (status !== 0) throw new Error(`${step} failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** The quickest of several processes: others can only slow one down. */
function quickest<T extends { readonly ms: number }>(step: string, names: readonly string[]): T {
  const runs = Array.from({ length: SPAWNS }, () => runStep<T>(step, names));
  return runs.reduce((best, one) => (one.ms < best.ms ? one : best));
}

async function writePair(shape: ShapeName, layers?: number): Promise<readonly [string, string]> {
  const pair = [join(folder, shape, "step1000"), join(folder, shape, "step2000")] as const;
  for (const [seed, path] of pair.entries()) await writeRandomCheckpoint(path, shape, seed, layers);
  return pair;
}

async function measureShape(shape: "pythia-70m" | "pythia-410m"): Promise<ShapeFigures> {
  const pair = await writePair(shape);
  const out = join(folder, "out");
  const engine = runStep<Omit<ShapeFigures["engine"], "outBytes">>("engine", [...pair, out]);
  const outBytes = statSync(join(out, "model.safetensors")).size;
  rmSync(out, { recursive: true });
  const hub = await startMockHub({ [`random/${shape}`]: { revisions: revisionsOf(pair) } });
  try {
    const names = pair.map((_, i) => `hf:random/${shape}@step${i + 1}000`);
    const env = { HF_ENDPOINT: hub.endpoint, HF_HOME: join(folder, "hf") };
    // The hub answers from this process, which must not wait for the child.
    const fetched = await runStepBeside<{ readonly ms: number; readonly peakBytes: number }>(
      "fetch",
      names,
      env,
    );
    const sentBytes = hub.sentBytes("model.safetensors");
    const browser = shape === "pythia-70m" ? await measureHubInBrowser(hub.endpoint, names) : null;
    return {
      shape,
      fileBytes: 2 * statSync(join(pair[0], "model.safetensors")).size,
      read: quickest("read", pair),
      load: quickest("load", pair),
      engine: { ...engine, outBytes },
      fetched: { ...fetched, sentBytes },
      browser,
    };
  } finally {
    await hub.close();
  }
}

function revisionsOf(pair: readonly string[]) {
  const names = ["config.json", "tokenizer.json", "model.safetensors"];
  return Object.fromEntries(
    pair.map((path, i) => [
      `step${i + 1}000`,
      Object.fromEntries(names.map((name) => [name, { file: join(path, name) }])),
    ]),
  );
}

async function runStepBeside<T>(
  step: string,
  names: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<T> {
  const script = fileURLToPath(new URL("./fullSizeSteps.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, step, ...names], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const out: string[] = [];
  child.stdout.on("data", (data) => out.push(String(data)));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`${step} failed`);
  return JSON.parse(out.join(""));
}

async function measureLarge(): Promise<CheckpointFigures["large"]> {
  const pair = await writePair("llama-7b", LARGE_LAYERS);
  const out = join(folder, "out-large");
  const { ms, peakBytes } = runStep<{ readonly ms: number; readonly peakBytes: number }>("export", [
    ...pair,
    out,
  ]);
  const parentBytes = statSync(join(pair[0], "model.safetensors")).size;
  const copyMs = timeCopy(join(pair[0], "model.safetensors"), join(folder, "copy"));
  return { ms, peakBytes, parentBytes, copyMs };
}

/** What the disk does alone: one parent copied and synced. */
function timeCopy(from: string, to: string): number {
  const start = performance.now();
  const { status } = spawnSync("dd", [`if=${from}`, `of=${to}`, "bs=4M", "conv=fsync"], { stdio: "ignore" });
  if (status !== 0) throw new Error("dd failed");
  return performance.now() - start;
}

try {
  const machine = `${cpus().length} processors (${cpus()[0]?.model ?? "unknown"}), load ${loadavg()[0]!.toFixed(1)} at the start`;
  const small = await measureShape("pythia-70m");
  const middle = await measureShape("pythia-410m");
  rmSync(join(folder, "hf"), { recursive: true });
  const part = formatCheckpoints({ machine, shapes: [small, middle], large: await measureLarge() });
  writePart(part);
  console.log(part);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
