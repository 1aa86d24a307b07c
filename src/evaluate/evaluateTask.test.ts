import { expect, test } from "vitest";
import type { GenerationRule, TaskRow } from "../domain/task.ts";
import { evaluateTask, outcomeOf, prepareTask, type TaskSettings } from "./evaluateTask.ts";
import { createHashModel } from "./fixtures/hashModel.ts";
import { createWordCodec } from "./fixtures/wordCodec.ts";
import type { ItemScore } from "./itemScores.ts";

const VOCABULARY = 40;
const rule: GenerationRule = {
  until: ["."],
  maxNewTokens: null,
  filters: [{ name: "none", pattern: null, select: 0 }],
  ignore: [],
  ignoreCase: false,
  ignorePunctuation: false,
  strip: true,
};
const packing = {
  batchTokens: 60,
  batchLogits: 20 * VOCABULARY,
  batchPairs: 1e9,
  vocabularySize: VOCABULARY,
  rowTokens: 12,
  maxColumns: 16,
  cacheTokens: 200,
  share: true,
};

function prepare(rows: readonly TaskRow[], settings: Partial<TaskSettings> = {}) {
  const codec = createWordCodec();
  const task = prepareTask(rows, {
    tokens: { codec, prefixToken: 0, maxLength: 16 },
    packing,
    rule,
    endTokens: [0],
    groups: [{ name: "", rows: rows.length }],
    weightBySize: true,
    seed: 1,
    ...settings,
  });
  return { codec, task };
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
    { kind: "generation", generated: " three", answers: [{ extracted: " three", correct: true }] },
    { kind: "generation", generated: " one", answers: [{ extracted: " one", correct: true }] },
  ]);
  // Nothing stops the third: it ends at one token for the longest answer and eight to spare.
  expect(items[2]).toMatchObject({ generated: "loop".repeat(9), answers: [{ correct: false }] });
  expect(metrics.exact_match!.value).toBeCloseTo(2 / 3, 12);
  expect(done.at(-1)).toBe(3);
  // Prompts once, then one token at a time: the first two go on once, the third eight times.
  expect(tokens).toBe(2 + 1 + 1 + (1 + 1 + 8));
});

test("generation stops between tokens", async () => {
  const { task } = prepare([{ kind: "generation", question: "loop", answer: "x" }]);
  const controller = new AbortController();
  let told = 0;
  const job = {
    signal: controller.signal,
    onBatch() {
      told++;
      controller.abort();
    },
  };
  await expect(evaluateTask(task, createHashModel(VOCABULARY), job)).rejects.toMatchObject({
    tag: "cancelled",
  });
  expect(told).toBe(1);
});

test("no rows, and a model without room for an answer, are refused in words", () => {
  expect(() => prepare([])).toThrow(/no rows/);
  const answer = Array.from({ length: 12 }, (_, i) => `w${i}`).join(" ");
  expect(() => prepare([{ kind: "generation", question: "x", answer }])).toThrow(/leaves no room/);
});

test("a prompt that is too long loses its left", async () => {
  const question = Array.from({ length: 30 }, (_, i) => `w${i}`).join(" ");
  const { task, codec } = prepare([{ kind: "generation", question, answer: "x" }], {
    rule: { ...rule, maxNewTokens: 4 },
  });
  if (task.work.kind !== "generation") throw new Error("generation was expected");
  expect(codec.decode(task.work.plan.prompts[0]!)).toBe(question.slice(question.indexOf(" w18")));
});

test("a row that cannot be scored is named by its number", () => {
  const row = (target: string): TaskRow => ({ kind: "target", context: "a", target, delimiter: " " });
  const long = Array.from({ length: 20 }, (_, i) => `w${i}`).join(" ");
  expect(() => prepare([row("b"), row(long)])).toThrow(/^Item 2: A continuation of 20 tokens is longer/);
});

/** Questions about colours, all after the same four worked examples. */
function questions(count: number): readonly TaskRow[] {
  const examples = Array.from({ length: 40 }, (_, i) => `e${i}`).join(" ");
  return Array.from(
    { length: count },
    (_, i): TaskRow => ({
      kind: "multiple-choice",
      context: `${examples} q${i} ${"x ".repeat(i % 3)}is`,
      choices: ["red", "green", "light blue"],
      gold: i % 3,
      delimiter: " ",
    }),
  );
}

const wide = {
  tokens: { codec: createWordCodec(), prefixToken: 0, maxLength: 64 },
  packing: { ...packing, vocabularySize: 400, maxColumns: 64, batchTokens: 64, batchLogits: 400 * 40 },
};

test("a beginning that all items share is read once, and the items are what they are without sharing", async () => {
  const rows = questions(120);
  const shared = prepare(rows, wide).task;
  const plain = prepare(rows, { ...wide, packing: { ...wide.packing, share: false } }).task;
  const model = createHashModel(400);
  const outcome = await evaluateTask(shared, model, watch().job);
  expect(model.remembered).toHaveLength(1);
  expect(model.remembered[0]!.length).toBeGreaterThanOrEqual(40);
  const twin = await evaluateTask(plain, createHashModel(400), watch().job);
  expect(outcome.items).toEqual(twin.items);
  expect(outcome.metrics).toEqual(twin.metrics);
  expect(outcome.tokens).toBeLessThan(twin.tokens / 10);
});

test("rounds tell a narrowing score in the same order each time, and what is stopped says what it saw", async () => {
  const rows = questions(200);
  const { task } = prepare(rows, wide);
  expect(task.rounds).toBeGreaterThan(2);
  const seen: number[] = [];
  const run = (until: number) =>
    evaluateTask(task, createHashModel(400), {
      ...watch().job,
      onRound({ outcome, fresh }) {
        expect(outcome.total).toBe(200);
        expect([...fresh.keys()].every((row) => outcome.rows.includes(row))).toBe(true);
        seen.push(outcome.n);
        return seen.length < until;
      },
    });
  const part = await run(2);
  expect(part.n).toBe(seen[1]);
  expect(part.n).toBeLessThan(200);
  expect(part.rows).toEqual([...part.rows].sort((a, b) => a - b));
  const sizes = seen.splice(0);
  const whole = await run(99);
  expect(seen.slice(0, 2)).toEqual(sizes);
  expect(whole.n).toBe(200);
  expect(part.items).toEqual(part.rows.map((row) => whole.items[row]));
  const errors = [part, whole].map(({ metrics }) => metrics.acc!.stderr!);
  expect(errors[1]).toBeLessThan(errors[0]!);
});

test("rows that are known are not run, and scores alone say the same", async () => {
  const rows = questions(90);
  const { task } = prepare(rows, wide);
  const known = new Map<number, ItemScore>();
  const whole = await evaluateTask(task, createHashModel(400), {
    ...watch().job,
    onRound({ fresh }) {
      for (const [row, score] of fresh) known.set(row, score);
      return true;
    },
  });
  expect(outcomeOf(task, known)).toEqual({ ...whole, tokens: 0 });
  const few = new Map([...known].filter(([row]) => row % 4 !== 0));
  const again = await evaluateTask(task, createHashModel(400), watch().job, few);
  expect(again.items).toEqual(whole.items);
  expect(again.tokens).toBeLessThan(whole.tokens / 2);
});

test("figures of several groups are put together as asked", async () => {
  const rows = questions(30);
  const groups = [
    { name: "a", rows: 20 },
    { name: "b", rows: 10 },
  ];
  const weighted = await evaluateTask(
    prepare(rows, { ...wide, groups }).task,
    createHashModel(400),
    watch().job,
  );
  const plain = await evaluateTask(
    prepare(rows, { ...wide, groups, weightBySize: false }).task,
    createHashModel(400),
    watch().job,
  );
  const [a, b] = weighted.groups.map(({ metrics }) => metrics.acc!);
  expect(weighted.groups.map(({ name, n }) => [name, n])).toEqual([
    ["a", 20],
    ["b", 10],
  ]);
  expect(weighted.metrics.acc!.value).toBeCloseTo((20 * a!.value + 10 * b!.value) / 30, 12);
  const pooled = (19 * 20 * a!.stderr! ** 2 + 9 * 10 * b!.stderr! ** 2) / (30 - 2);
  expect(weighted.metrics.acc!.stderr).toBeCloseTo(Math.sqrt(pooled / 30), 12);
  expect(plain.metrics.acc!.value).toBeCloseTo((a!.value + b!.value) / 2, 12);
  expect(plain.metrics.acc!.stderr).toBeCloseTo(Math.hypot(a!.stderr!, b!.stderr!) / 2, 12);
});
