/** Prompts against lm-evaluation-harness's own, on invented documents; and its task files read as ours. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { TaskRow } from "../domain/task.ts";
import type { Doc, Subset } from "./benchmark.ts";
import { buildRows, inputTexts } from "./buildRows.ts";
import { BUILT_INS, findDefinition } from "./builtIns.ts";

type Case = {
  readonly task: string;
  readonly shots: number;
  readonly data: Readonly<Record<string, readonly Doc[]>>;
  readonly requests: readonly (readonly (string | null)[])[];
  readonly golds: readonly (number | null)[];
  readonly version: number | null;
};

const golden: { readonly cases: readonly Case[] } = JSON.parse(
  readFileSync(new URL("./fixtures/prompts.json", import.meta.url), "utf8"),
);

function subsetOf({ task, data }: Case): Subset {
  const { definition, subsets } = findDefinition(task);
  const { docs, fewShot } = definition.hubSplits;
  return {
    name: subsets?.[0] ?? "",
    docs: data[docs]!,
    fewShotDocs: (fewShot === null ? null : data[fewShot]) ?? null,
  };
}

/** The arguments of each request, as the harness has them. */
function requestsOf(row: TaskRow): readonly (readonly string[])[] {
  switch (row.kind) {
    case "multiple-choice":
      return row.choices.map((choice) => [row.context, row.delimiter + choice]);
    case "partial":
      return row.contexts.map((context) => [context, row.delimiter + row.continuation]);
    case "target":
      return [[row.context, row.delimiter + row.target]];
    case "text":
      return [[row.text]];
    case "generation":
      return [[row.question]];
    default:
      return row satisfies never;
  }
}

describe.each(golden.cases.map((one) => [`${one.task}, ${one.shots}-shot`, one] as const))("%s", (_, one) => {
  const { definition } = findDefinition(one.task);
  const rows = buildRows(definition, subsetOf(one), { count: one.shots, seed: 1234 });

  test("every request's texts", () => {
    const expected = one.requests.map((parts) => parts.filter((part) => part !== null));
    expect(rows.flatMap(requestsOf)).toEqual(expected);
  });

  test("every right answer, and the version", () => {
    expect(rows.map((row) => ("gold" in row ? row.gold : null))).toEqual(one.golds);
    expect(definition.version).toBe(one.version ?? 0);
  });
});

test("every built-in benchmark is in the golden", () => {
  const named = new Set(golden.cases.map(({ task }) => findDefinition(task).definition.name));
  expect(BUILT_INS.map(({ name }) => name).filter((name) => !named.has(name))).toEqual([]);
});

test("a document without a field is named by its number and the field", () => {
  const { definition } = findDefinition("piqa");
  const docs = [
    { goal: "g", sol1: "a", sol2: "b", label: 0 },
    { goal: "g", sol1: "a" },
  ];
  const build = () => buildRows(definition, { name: "", docs, fewShotDocs: null }, { count: 0, seed: 1 });
  expect(build).toThrow(/piqa, row 2: its field "sol2" should be a text, and is missing/);
});

test("more worked examples than there are, are refused in words", () => {
  const { definition } = findDefinition("piqa");
  const docs = [{ goal: "g", sol1: "a", sol2: "b", label: 0 }];
  const build = () => buildRows(definition, { name: "", docs, fewShotDocs: null }, { count: 2, seed: 1 });
  expect(build).toThrow(/1 rows to draw 2 worked examples from/);
});

test("a right answer that is no choice is refused", () => {
  const { definition } = findDefinition("piqa");
  const docs = [{ goal: "g", sol1: "a", sol2: "b", label: 2 }];
  const build = () => buildRows(definition, { name: "", docs, fewShotDocs: null }, { count: 0, seed: 1 });
  expect(build).toThrow(/right answer is number 2 of 2 choices/);
});

test("inputs for perplexity hold no answer: bare, in the prompt, after worked examples", () => {
  const { definition } = findDefinition("piqa");
  const doc = (i: number) => ({ goal: `goal ${i}`, sol1: `yes ${i}`, sol2: `no ${i}`, label: 0 });
  const subset = { name: "", docs: [doc(1)], fewShotDocs: [doc(2), doc(2)] };
  const texts = (["raw", "zero-shot", "few-shot"] as const).map(
    (inputs) => inputTexts(definition, subset, inputs, { count: 1, seed: 1 })[0],
  );
  expect(texts).toEqual([
    { kind: "text", text: "goal 1" },
    { kind: "text", text: "Question: goal 1\nAnswer:" },
    { kind: "text", text: "Question: goal 2\nAnswer: yes 2\n\nQuestion: goal 1\nAnswer:" },
  ]);
});

test("scenes that are cleaned already are taken as they stand", () => {
  const { definition } = findDefinition("hellaswag");
  const docs = [{ query: "Cooking: [a pot", choices: ["boils.", "flies [off]"], gold: 1 }];
  const rows = buildRows(definition, { name: "", docs, fewShotDocs: null }, { count: 0, seed: 1 });
  const { query: context, choices, gold } = docs[0]!;
  expect(rows).toEqual([{ kind: "multiple-choice", context, choices, gold, delimiter: " " }]);
});
