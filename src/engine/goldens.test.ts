/**
 * The shipped checkpoints against the reference programs, through the real files, tokenizer, graph and evaluation:
 * transformers' log-probabilities, and lm-evaluation-harness's metrics and choices. tools/golden wrote the numbers.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256Hex } from "../base/bytes.ts";
import { type Checkpoint, openCheckpoint } from "../checkpoint/open.ts";
import type { ItemResult } from "../domain/evaluation.ts";
import type { GenerationRule } from "../domain/task.ts";
import { evaluateTask, prepareTask, type TaskOutcome } from "../evaluate/evaluateTask.ts";
import { parseModelConfig } from "../model/config.ts";
import { createTokenizer } from "../model/tokenizer.ts";
import type { Backend, ResidentModel } from "../runtime/backend.ts";
import type { PackedBatch } from "../runtime/languageModel.ts";
import { createNodeBackend } from "../runtime/ortNode.ts";
import { createNodeFileSet } from "../storage/node/nodeFile.ts";
import { parseTaskRows } from "../tasks/rows.ts";
import { packingFor } from "./batchBudget.ts";

type TransformersGolden = {
  readonly parents: readonly [number, number];
  readonly parentSha256: readonly string[];
  readonly lambda: number;
  readonly texts: readonly string[];
  readonly tokens: readonly (readonly number[])[];
  readonly logprobs: Readonly<Record<"older" | "newer" | "merge", readonly (readonly number[])[]>>;
};
type LmEvalGolden = {
  readonly step: number;
  readonly sha256: string;
  readonly limit: number;
  readonly tasks: Readonly<
    Record<
      string,
      { readonly results: Readonly<Record<string, number>>; readonly loglikelihoods: number[][] }
    >
  >;
};

const DEMO = join(import.meta.dirname, "../../public/demo");
const { signal } = new AbortController();
const readGolden = <T>(name: string): T =>
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures", name), "utf8"));
const transformers = readGolden<TransformersGolden>("transformersDemo.json");
const lmEval = readGolden<LmEvalGolden>("lmEvalDemo.json");

let backend: Backend;
let older: Checkpoint;
let newer: Checkpoint;
let resident: ResidentModel;
const openStep = (step: number) => openCheckpoint(createNodeFileSet(join(DEMO, `step${step}`)), signal);

beforeAll(async () => {
  backend = await createNodeBackend(2);
  [older, newer] = await Promise.all([openStep(transformers.parents[0]), openStep(transformers.parents[1])]);
  resident = await backend.createModel(parseModelConfig(newer.config));
  await resident.mixer.load("older", older, signal, () => undefined);
  await resident.mixer.load("newer", newer, signal, () => undefined);
});
afterAll(async () => {
  await resident.dispose();
  await backend.dispose();
});

async function hashOf(checkpoint: Checkpoint): Promise<string> {
  return sha256Hex((await checkpoint.readFile("model.safetensors", signal))!);
}

/** One sequence a row; every token but the first is a target. */
function batchOf(sequences: readonly (readonly number[])[]): PackedBatch {
  const columns = Math.max(...sequences.map((tokens) => tokens.length));
  const places = sequences.flatMap((tokens, row) =>
    tokens.map((token, i) => ({ token, i, at: row * columns + i })),
  );
  const size = sequences.length * columns;
  const [tokens, positions] = [new Int32Array(size), new Int32Array(size)];
  // Padding is a segment of its own beside segment 0.
  const segments = new Int32Array(size).fill(1);
  for (const { token, i, at } of places) {
    tokens[at] = token;
    positions[at] = i;
    segments[at] = 0;
  }
  const targets = places.filter(({ i }) => i > 0);
  return {
    rows: sequences.length,
    columns,
    tokens,
    positions,
    segments,
    parentSegments: segments.slice(),
    scoredPlaces: Int32Array.from(targets, ({ at }) => at - 1),
    targetPlaces: Int32Array.from(targets, (_, i) => i),
    targetTokens: Int32Array.from(targets, ({ token }) => token),
  };
}

describe("transformers", () => {
  test("saw the checkpoints that are shipped, and the same tokens", async () => {
    expect([await hashOf(older), await hashOf(newer)]).toEqual(transformers.parentSha256);
    const tokenizer = createTokenizer(newer.tokenizer, newer.tokenizerConfig);
    expect(transformers.texts.map((text) => tokenizer.encode(text))).toEqual(transformers.tokens);
  });

  const mixtures = [
    ["older", 0],
    ["newer", 1],
    ["merge", transformers.lambda],
  ] as const;
  test.each(mixtures)("gives the log-probabilities of the %s within 1e-4", async (name, lambda) => {
    await resident.mixer.mix(["older", "newer"], [1 - lambda, lambda]);
    const { logprobs } = await resident.model.score(batchOf(transformers.tokens));
    const expected = transformers.logprobs[name].flat();
    expect(logprobs).toHaveLength(expected.length);
    const differences = expected.map((value, i) => Math.abs(value - logprobs[i]!));
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  });
});

describe("lm-evaluation-harness", () => {
  const outcomes = new Map<string, TaskOutcome>();
  beforeAll(async () => {
    const checkpoint = await openStep(lmEval.step);
    expect(await hashOf(checkpoint)).toBe(lmEval.sha256);
    const config = parseModelConfig(checkpoint.config);
    const codec = createTokenizer(checkpoint.tokenizer, checkpoint.tokenizerConfig);
    const tokens = { codec, prefixToken: config.bosToken!, maxLength: config.maxPositions };
    await resident.mixer.load("evaluated", checkpoint, signal, () => undefined);
    await resident.mixer.mix(["evaluated"], [1]);
    const rule: GenerationRule = {
      until: [],
      maxNewTokens: null,
      filters: [],
      ignore: [],
      ignoreCase: false,
      ignorePunctuation: false,
      strip: true,
    };
    for (const name of Object.keys(lmEval.tasks)) {
      const { rows } = parseTaskRows(name, readFileSync(join(DEMO, `tasks/${name}.search.jsonl`), "utf8"));
      const task = prepareTask(rows.slice(0, lmEval.limit), {
        tokens,
        packing: packingFor("node", config),
        rule,
        endTokens: [],
        groups: [{ name: "", rows: lmEval.limit }],
        weightBySize: true,
        seed: 1,
      });
      outcomes.set(name, await evaluateTask(task, resident.model, { signal, onBatch: () => undefined }));
    }
  });

  const logprobsOf = (item: ItemResult): readonly number[] =>
    item.kind === "choice" ? item.logprobs : item.kind === "text" ? [item.logprob] : [];
  const argmax = (values: readonly number[]) => values.indexOf(Math.max(...values));

  test.each(Object.keys(lmEval.tasks))("%s: every item's log-likelihoods", (name) => {
    const expected = lmEval.tasks[name]!.loglikelihoods;
    const { items } = outcomes.get(name)!;
    expect(items).toHaveLength(expected.length);
    const differences = items.flatMap((item, i) => {
      const logprobs = logprobsOf(item);
      expect(logprobs).toHaveLength(expected[i]!.length);
      // Sums over up to a hundred tokens, each within 1e-5.
      return logprobs.map((value, choice) => Math.abs(value - expected[i]![choice]!));
    });
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  });

  test.each(["knowledge-en", "pronoun"])("%s: the same choice for every item", (name) => {
    const expected = lmEval.tasks[name]!.loglikelihoods.map(argmax);
    const chosen = outcomes.get(name)!.items.map((item) => (item.kind === "choice" ? item.chosen : null));
    expect(chosen).toEqual(expected);
  });

  test.each(["knowledge-en", "pronoun", "text-en"])("%s: the same metrics and standard errors", (name) => {
    const { metrics } = outcomes.get(name)!;
    const results = Object.entries(lmEval.tasks[name]!.results);
    expect(results.length).toBeGreaterThan(0);
    for (const [key, value] of results) {
      const [metric = "", isStderr] = key.replace(",none", "").split(/(_stderr)$/);
      const ours = metrics[metric as keyof typeof metrics];
      expect({ key, value: isStderr ? ours?.stderr : ours?.value }).toEqual({
        key,
        value: expect.closeTo(value, 5),
      });
    }
  });
});
