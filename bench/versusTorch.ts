/** The engine in Node against transformers: same model, same items, in memory, same number of threads. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { soleRecipe } from "../src/domain/recipe.ts";
import type { Engine, Job } from "../src/rpc/protocol.ts";
import { makePythiaShape, measureTorch, type TorchTimes } from "./torch.ts";

const REPEATS = 5;
/** Items of the larger model: enough for a steady rate. */
const LARGE_ITEMS = 100;

/** One model on one task, both ways. */
export type Versus = {
  readonly model: string;
  readonly task: string;
  readonly items: number;
  readonly nodeMs: number;
  readonly nodeTokens: number;
  readonly nodeAccuracy: number | null;
  readonly torch: TorchTimes;
};

/** The shipped checkpoint on three tasks, and a random model in the shape of Pythia-70M on one. */
export async function compareWithTorch(
  engine: Engine,
  python: string,
  demoFolder: string,
  threads: number,
): Promise<readonly Versus[]> {
  const job: Job = { signal: new AbortController().signal, emit: () => undefined };
  await engine.call("start", { backend: "auto", threads }, job);
  const run = await engine.call("openDemo", {}, job);
  const demo = run.defaultPair[1];
  const folder = join(demoFolder, demo.replace("demo:", "step"));
  const compare = async (checkpoint: string, at: string, task: string, items: number): Promise<Versus> => {
    const torch = measureTorch(python, at, join(demoFolder, "tasks", `${task}.search.jsonl`), items, threads);
    const request = { recipe: soleRecipe(checkpoint), task, split: "search", limit: items } as const;
    let best = await engine.call("evaluate", request, job);
    for (let i = 0; i < REPEATS; i++) {
      // What was measured before would be looked up.
      await engine.call("clearResults", {}, job);
      const next = await engine.call("evaluate", request, job);
      if (next.elapsedMs < best.elapsedMs) best = next;
    }
    const nodeAccuracy = best.metrics.acc?.value ?? null;
    console.error(
      `${task}: Node ${best.elapsedMs.toFixed(0)} ms, transformers ${torch.seconds.toFixed(2)} s`,
    );
    return {
      model: checkpoint === demo ? demo : "Pythia-70M's shape, random",
      ...{ task, items: best.n, nodeMs: best.elapsedMs, nodeTokens: best.tokens, nodeAccuracy, torch },
    };
  };
  const results: Versus[] = [];
  for (const { name, kind, rows } of run.tasks.filter(({ language }) => language === "English"))
    if (kind !== "generation") results.push(await compare(demo, folder, name, rows.search));
  const large = mkdtempSync(join(tmpdir(), "mergescope-bench-"));
  try {
    makePythiaShape(python, large, folder);
    results.push(await compare(large, large, run.defaultTask, LARGE_ITEMS));
  } finally {
    rmSync(large, { recursive: true });
  }
  return results;
}
