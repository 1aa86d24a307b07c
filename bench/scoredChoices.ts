/** Choices scored in a page: by the engine's worker, and by transformers.js with rows padded on the right. */
import { soleRecipe } from "../src/domain/recipe.ts";
import type { EngineClient } from "../src/rpc/client.ts";

/** One item: a context, its choices, the right one. */
export type ChoiceRow = {
  readonly context: string;
  readonly choices: readonly string[];
  readonly gold: number;
};

/** What both sides score. `model` is a repository of the hub at `endpoint`. */
export type ChoiceJob = {
  readonly endpoint: string;
  readonly model: string;
  readonly rows: readonly ChoiceRow[];
  readonly threads: number;
};

/** Seconds of the fastest run, and the choice of greatest log-probability of each row. */
export type BrowserChoices = { readonly seconds: number; readonly chosen: readonly number[] };

const REPEATS = 2;

/** By the engine, which tokenises and compiles in a first run that does not count. */
export async function scoreOurs(engine: EngineClient, { endpoint, model, rows, threads }: ChoiceJob) {
  const job = { signal: new AbortController().signal, emit: () => undefined };
  await engine.call("start", { backend: "wasm", threads }, job);
  await engine.call("useHub", { endpoint, token: null }, job);
  const checkpoint = `hf:${model}@main`;
  await engine.call("fetchCheckpoints", { checkpoints: [checkpoint] }, job);
  const jsonl = rows.map((row) => JSON.stringify(row)).join("\n");
  const { name } = await engine.call("addTask", { name: "choices", jsonl }, job);
  const request = { recipe: soleRecipe(checkpoint), task: name, split: "all", limit: null } as const;
  await engine.call("evaluate", request, job);
  let seconds = Number.POSITIVE_INFINITY;
  let chosen: readonly number[] = [];
  for (let run = 0; run < REPEATS; run++) {
    await engine.call("clearResults", {}, job);
    const { elapsedMs, items } = await engine.call("evaluate", request, job);
    seconds = Math.min(seconds, elapsedMs / 1000);
    chosen = items.map((item) => (item.kind === "choice" ? item.chosen : -1));
  }
  return { seconds, chosen };
}

/** The parts of transformers.js that are used. */
type Library = {
  readonly env: {
    remoteHost: string;
    allowLocalModels: boolean;
    useBrowserCache: boolean;
    readonly backends: {
      readonly onnx: { readonly wasm: { wasmPaths: string; numThreads: number; proxy: boolean } };
    };
  };
  readonly AutoTokenizer: {
    from_pretrained(name: string): Promise<{ encode(text: string): number[] }>;
  };
  readonly AutoModelForCausalLM: {
    from_pretrained(
      name: string,
      options: { readonly dtype: "fp32"; readonly device: "wasm" },
    ): Promise<
      (inputs: object) => Promise<{
        readonly logits: { readonly data: Float32Array; readonly dims: readonly number[]; dispose(): void };
      }>
    >;
  };
  readonly Tensor: new (type: "int64", data: BigInt64Array, dims: readonly number[]) => object;
};

type Request = {
  readonly item: number;
  readonly choice: number;
  readonly ids: number[];
  readonly start: number;
};

const LIBRARY = "/library/@huggingface/transformers/dist/transformers.web.js";

/** By transformers.js: the longest rows first, `batch` of them a call; tokenised before the clock starts. */
export async function scoreTransformersJs({ batch, ...job }: ChoiceJob & { readonly batch: number }) {
  const library: Library = await import(/* @vite-ignore */ LIBRARY);
  const { env, AutoTokenizer, AutoModelForCausalLM } = library;
  env.remoteHost = job.endpoint;
  env.allowLocalModels = false;
  env.useBrowserCache = false;
  env.backends.onnx.wasm.wasmPaths = "/library/onnxruntime-web/dist/";
  env.backends.onnx.wasm.numThreads = job.threads;
  const tokenizer = await AutoTokenizer.from_pretrained(job.model);
  const model = await AutoModelForCausalLM.from_pretrained(job.model, { dtype: "fp32", device: "wasm" });
  const requests = job.rows
    .flatMap(({ context, choices }, item) =>
      choices.map((text, choice): Request => {
        const start = tokenizer.encode(context).length;
        return { item, choice, ids: tokenizer.encode(`${context} ${text}`), start };
      }),
    )
    .sort((a, b) => b.ids.length - a.ids.length);
  const run = async (): Promise<BrowserChoices> => {
    const scores = job.rows.map(({ choices }) => choices.map(() => 0));
    const begin = performance.now();
    for (let first = 0; first < requests.length; first += batch) {
      const part = requests.slice(first, first + batch);
      const { logits } = await model(paddedInputs(library, part));
      const [, columns = 0, vocabulary = 0] = logits.dims;
      part.forEach(({ item, choice, ids, start }, row) => {
        for (let place = start; place < ids.length; place++) {
          const offset = (row * columns + place - 1) * vocabulary;
          scores[item]![choice]! += logProbability(
            logits.data.subarray(offset, offset + vocabulary),
            ids[place]!,
          );
        }
      });
      logits.dispose();
    }
    const seconds = (performance.now() - begin) / 1000;
    return { seconds, chosen: scores.map((row) => row.indexOf(Math.max(...row))) };
  };
  let best = await run();
  for (let i = 0; i < REPEATS; i++) {
    const next = await run();
    if (next.seconds < best.seconds) best = next;
  }
  return best;
}

/** The last token of a row predicts nothing that is scored; it is left out. */
function paddedInputs({ Tensor }: Library, part: readonly Request[]): object {
  const columns = Math.max(...part.map(({ ids }) => ids.length - 1));
  const tokens = new BigInt64Array(part.length * columns);
  const mask = new BigInt64Array(part.length * columns);
  part.forEach(({ ids }, row) => {
    ids.slice(0, -1).forEach((id, place) => {
      tokens[row * columns + place] = BigInt(id);
      mask[row * columns + place] = 1n;
    });
  });
  const dims = [part.length, columns];
  return { input_ids: new Tensor("int64", tokens, dims), attention_mask: new Tensor("int64", mask, dims) };
}

function logProbability(logits: Float32Array, token: number): number {
  const most = logits.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return logits[token]! - most - Math.log(sum);
}
