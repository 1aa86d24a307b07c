/** A page with the engine's worker and nothing else: `window.measure` runs the workload in it. */
import { pairRecipe } from "../src/domain/recipe.ts";
import { connectWorker } from "../src/rpc/client.ts";
import type { BrowserFigures } from "./checkpointsReport.ts";
import { type BrowserChoices, type ChoiceJob, scoreOurs, scoreTransformersJs } from "./scoredChoices.ts";
import { measureWorkload, type WorkloadTimes } from "./workload.ts";

declare global {
  interface Window {
    measure(threads: number): Promise<WorkloadTimes>;
    scoreOurs(job: ChoiceJob): Promise<BrowserChoices>;
    scoreTransformersJs(job: ChoiceJob & { readonly batch: number }): Promise<BrowserChoices>;
    measureHub(endpoint: string, names: readonly string[]): Promise<BrowserFigures>;
  }
}

const connect = () =>
  connectWorker(new Worker(new URL("../src/worker/main.ts", import.meta.url), { type: "module" }));

window.measure = (threads) => measureWorkload(connect(), "wasm", threads);

window.scoreOurs = (job) => scoreOurs(connect(), job);
window.scoreTransformersJs = scoreTransformersJs;

window.measureHub = async (endpoint, names) => {
  const engine = connect();
  const job = { signal: new AbortController().signal, emit: () => undefined };
  const [older = "", newer = ""] = names;
  await engine.call("start", { backend: "wasm", threads: 2 }, job);
  await engine.call("useHub", { endpoint, token: null }, job);
  const peak = watchMemory();
  const timeMs = async (work: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const evaluate = (lambda: number) => {
    const recipe = pairRecipe(older, newer, lambda);
    return engine.call("evaluate", { recipe, task: "knowledge-en", split: "search", limit: 100 }, job);
  };
  const fetchMs = await timeMs(() => engine.call("fetchCheckpoints", { checkpoints: names }, job));
  const firstMs = await timeMs(() => evaluate(0.5));
  const nextMs = await timeMs(() => evaluate(0.6));
  const exportMs = await timeMs(() =>
    engine.call(
      "exportMerge",
      {
        recipe: pairRecipe(older, newer, 0.5),
        ...({ dtype: "float16", arithmetic: "fp32", maxShardBytes: 5e9 } as const),
        target: { kind: "download", name: "merged" },
      },
      job,
    ),
  );
  return { fetchMs, firstMs, nextMs, exportMs, peakBytes: await peak() };
};

/** Asks for the memory of page and worker again and again; the browser answers when it collects garbage. */
function watchMemory(): () => Promise<number | null> {
  const { measureUserAgentSpecificMemory: measure } = performance as Performance & {
    measureUserAgentSpecificMemory?: () => Promise<{ readonly bytes: number }>;
  };
  if (measure === undefined) return async () => null;
  let highest: number | null = null;
  let watching = true;
  const watch = async () => {
    while (watching) {
      const { bytes } = await measure.call(performance);
      highest = Math.max(highest ?? 0, bytes);
    }
  };
  void watch();
  return async () => {
    watching = false;
    return highest;
  };
}
