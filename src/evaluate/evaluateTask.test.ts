import { expect, test } from "vitest";
import type { TaskRow } from "../domain/task.ts";
import { evaluateTask, prepareTask } from "./evaluateTask.ts";
import { createHashModel } from "./fixtures/hashModel.ts";
import { createWordCodec } from "./fixtures/wordCodec.ts";

const VOCABULARY = 40;
const stop = { until: ["."], endTokens: [0] };
const packing = {
  batchTokens: 60,
  batchLogits: 20 * VOCABULARY,
  batchPairs: 1e9,
  vocabularySize: VOCABULARY,
  rowTokens: 12,
  maxColumns: 16,
  share: true,
};

function prepare(rows: readonly TaskRow[]) {
  const codec = createWordCodec();
  return { codec, task: prepareTask(rows, { codec, prefixToken: 0, maxLength: 16 }, packing, stop) };
}

function watch() {
  const done: number[] = [];
  return {
    done,
    job: { signal: new AbortController().signal, onBatch: (count: number) => done.push(count) },
  };
}

test("choices, scored in batches, are what the model says of each sequence alone", async () => {
  const rows = Array.from(
    { length: 9 },
    (_, i): TaskRow => ({
      kind: "multiple-choice",
      context: `a b c ${"d ".repeat(i)}`.trim(),
      choices: ["x", "y z", "x w"],
      gold: i % 3,
      delimiter: " ",
    }),
  );
  const { codec, task } = prepare(rows);
  const model = createHashModel(VOCABULARY);
  const { done, job } = watch();
  const outcome = await evaluateTask(task, model, job);
  expect(done.at(-1)).toBe(task.total);
  for (const [i, row] of rows.entries()) {
    const item = outcome.items[i]!;
    if (row.kind !== "multiple-choice" || item.kind !== "choice") throw new Error("a choice was expected");
    for (const [c, choice] of row.choices.entries())
      expect(item.logprobs[c]).toBeCloseTo(
        await aloneLogprob(model, codec.encode(row.context), codec.encode(`${row.context} ${choice}`)),
        5,
      );
  }
  expect(outcome.metrics.acc!.value).toBe(
    outcome.items.filter((item) => item.kind === "choice" && item.chosen === item.gold).length / 9,
  );
  expect(outcome.tokens).toBeLessThan(outcome.items.length * 3 * 8);
});

/** The plainest way: one batch a token. */
async function aloneLogprob(
  model: ReturnType<typeof createHashModel>,
  context: readonly number[],
  whole: readonly number[],
) {
  let sum = 0;
  for (let end = context.length; end < whole.length; end++) {
    const { logprobs } = await model.score({
      rows: 1,
      columns: end,
      tokens: Int32Array.from(whole.slice(0, end)),
      positions: Int32Array.from({ length: end }, (_, i) => i),
      segments: new Int32Array(end),
      parentSegments: new Int32Array(end),
      scoredPlaces: Int32Array.of(end - 1),
      targetPlaces: Int32Array.of(0),
      targetTokens: Int32Array.of(whole[end]!),
    });
    sum += logprobs[0]!;
  }
  return sum;
}

test("a long text is scored in windows, and counts are of its original text", async () => {
  const text = Array.from({ length: 40 }, (_, i) => `w${i % 7}`).join(" ");
  const { task } = prepare([{ kind: "text", text: `${text}é` }]);
  const { items } = await evaluateTask(task, createHashModel(VOCABULARY, 16), watch().job);
  expect(items[0]).toMatchObject({ kind: "text", tokens: 41, words: 40, bytes: text.length + 2 });
});

test("generation is greedy, stops at the stop string, and is matched without spaces at its ends", async () => {
  const rows: readonly TaskRow[] = [
    { kind: "generation", question: "one two", answer: "three" },
    { kind: "generation", question: "two", answer: "one" },
    { kind: "generation", question: "loop", answer: "three" },
  ];
  const { codec, task } = prepare(rows);
  const id = (word: string) => codec.encode(word)[0]!;
  const next = new Map([
    [id(" two"), id(" three")],
    [id(" three"), id(".")],
    [id("two"), id(" one")],
    [id(" one"), 0],
    [id("loop"), id("loop")],
  ]);
  const model = createHashModel(VOCABULARY, 64, (past) => {
    const wanted = next.get(past.at(-1)![0]);
    return Array.from({ length: VOCABULARY }, (_, v) => (v === wanted ? 9 : 0));
  });
  const { done, job } = watch();
  const { items, metrics, tokens } = await evaluateTask(task, model, job);
  expect(items.slice(0, 2)).toEqual([
    { kind: "generation", generated: " three", correct: true },
    { kind: "generation", generated: " one", correct: true },
  ]);
  // Nothing stops the third: it ends at one token for the longest answer and eight to spare.
  expect(items[2]).toEqual({ kind: "generation", generated: "loop".repeat(9), correct: false });
  expect(metrics.exact_match!.value).toBeCloseTo(2 / 3, 12);
  expect(done.at(-1)).toBe(3);
  expect(tokens).toBe(2 + 3 + (1 + 2) + (1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9));
});

test("generation stops between batches", async () => {
  const { task } = prepare([{ kind: "generation", question: "loop", answer: "x" }]);
  const controller = new AbortController();
  const model = createHashModel(VOCABULARY);
  const run = evaluateTask(task, model, { signal: controller.signal, onBatch: () => controller.abort() });
  await expect(run).rejects.toMatchObject({ tag: "cancelled" });
  expect(model.batches).toHaveLength(1);
});

test("no rows, and a question without room for its answer, are refused in words", () => {
  expect(() => prepare([])).toThrow(/no rows/);
  const question = Array.from({ length: 12 }, (_, i) => `w${i}`).join(" ");
  expect(() => prepare([{ kind: "generation", question, answer: "x" }])).toThrow(/Question 1 has 12 tokens/);
});
