import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { TaskRow } from "../domain/task.ts";
import type { Doc } from "./benchmark.ts";
import { buildRows } from "./buildRows.ts";
import { parseHarnessTask } from "./harnessYaml.ts";

const rowsOf = (yaml: string, docs: readonly Record<string, unknown>[], count = 0) => {
  const definition = parseHarnessTask("my.yaml", yaml);
  return buildRows(definition, { name: "", docs, fewShotDocs: docs }, { count, seed: 1234 });
};

type Case = {
  readonly yaml: string;
  readonly shots: number;
  readonly docs: readonly Doc[];
  readonly fewShotDocs: readonly Doc[];
  readonly requests: readonly (readonly string[])[];
  readonly golds: readonly (number | string)[];
  readonly until: readonly string[] | null;
};

const golden: { readonly tasks: readonly Case[] } = JSON.parse(
  readFileSync(new URL("./fixtures/templates.json", import.meta.url), "utf8"),
);

function requestsOf(row: TaskRow): readonly (readonly string[])[] {
  switch (row.kind) {
    case "multiple-choice":
      return row.choices.map((choice) => [row.context, row.delimiter + choice]);
    case "target":
      return [[row.context, row.delimiter + row.target]];
    case "text":
      return [[row.text]];
    case "generation":
      return [[row.question]];
    default:
      throw new Error(`no ${row.kind} in these tasks`);
  }
}

describe("as the harness reads its files", () => {
  test.each(golden.tasks)("$yaml", ({ yaml, shots, docs, fewShotDocs, requests, golds, until }) => {
    const definition = parseHarnessTask("my.yaml", yaml);
    expect(definition.fewShot.count).toBe(shots);
    const rows = buildRows(definition, { name: "", docs, fewShotDocs }, { count: shots, seed: 1234 });
    expect(rows.flatMap(requestsOf)).toEqual(requests);
    const found = docs.map((doc) =>
      definition.kind === "multiple-choice" ? definition.gold(doc) : definition.target(doc),
    );
    expect(found).toEqual(golds.map((gold) => (definition.kind === "multiple-choice" ? gold : String(gold))));
    expect(definition.generation?.until ?? null).toEqual(until);
  });
});

describe("harness YAML", () => {
  test("multiple choice with worked examples", () => {
    const yaml = `
task: colours
output_type: multiple_choice
description: "Colours.\\n\\n"
doc_to_text: "Q: {{q}}\\nA:"
doc_to_choice: "{{[a, b]}}"
doc_to_target: label
metric_list:
  - metric: acc
  - metric: acc_norm
fewshot_config:
  sampler: first_n
metadata:
  version: 2.0
`;
    const docs = [
      { q: "sky?", a: "blue", b: "red", label: 0 },
      { q: "grass?", a: "pink", b: "green", label: "1" },
    ];
    expect(parseHarnessTask("x", yaml)).toMatchObject({
      name: "colours",
      version: 2,
      kind: "multiple-choice",
    });
    expect(rowsOf(yaml, docs, 1)[1]).toEqual({
      kind: "multiple-choice",
      context: "Colours.\n\nQ: sky?\nA: blue\n\nQ: grass?\nA:",
      choices: ["pink", "green"],
      gold: 1,
      delimiter: " ",
    });
  });

  test("fixed choices and a target that is the choice's text", () => {
    const yaml =
      "task: t\noutput_type: multiple_choice\ndoc_to_text: '{{q}}'\ndoc_to_choice: ['yes', 'no']\ndoc_to_target: '{{a}}'";
    expect(rowsOf(yaml, [{ q: "x", a: "no" }])[0]).toMatchObject({ choices: ["yes", "no"], gold: 1 });
    expect(() => rowsOf(yaml, [{ q: "x", a: "maybe" }])).toThrow(
      /right answer "maybe" is none of its choices/,
    );
  });

  test("generation with filters and options of exact match", () => {
    const yaml = `
task: sums
output_type: generate_until
doc_to_text: "{{q}} ="
doc_to_target: "{{a}}"
generation_kwargs:
  until: "\\n"
  max_gen_toks: 8
filter_list:
  - name: number
    filter:
      - function: regex
        regex_pattern: "(\\\\d+)"
      - function: take_first
metric_list:
  - metric: exact_match
    ignore_case: true
    regexes_to_ignore: [","]
`;
    expect(parseHarnessTask("x", yaml).generation).toEqual({
      until: ["\n"],
      maxNewTokens: 8,
      filters: [{ name: "number", pattern: "(\\d+)", select: 0 }],
      ignore: [","],
      ignoreCase: true,
      ignorePunctuation: false,
      strip: false,
    });
    expect(rowsOf(yaml, [{ q: "1 + 1", a: 2 }])).toEqual([
      { kind: "generation", question: "1 + 1 =", answer: "2" },
    ]);
  });

  test("a target and a rolling text", () => {
    const target = "task: t\noutput_type: loglikelihood\ndoc_to_text: '{{a}}'\ndoc_to_target: ' {{b}}'";
    expect(rowsOf(target, [{ a: "x", b: "y" }])[0]).toEqual({
      kind: "target",
      context: "x",
      target: " y",
      delimiter: "",
    });
    const text = "task: t\noutput_type: loglikelihood_rolling\ndoc_to_target: '{{page}}'";
    expect(rowsOf(text, [{ page: "p" }])[0]).toEqual({ kind: "text", text: "p" });
  });

  test.each([
    ["task: t\ndoc_to_text: !function utils.f", "Python function"],
    ["task: t\ninclude: other.yaml", '"include"'],
    ["task: t\nprocess_docs: x", '"process_docs"'],
    [
      "task: t\noutput_type: multiple_choice\ndoc_to_text: x\nmetric_list: [{metric: brier_score}]",
      "brier_score",
    ],
    ["task: t\noutput_type: multiple_choice\ndoc_to_text: x", "doc_to_choice"],
    ["task: t\noutput_type: chat", "output_type"],
    ["task: t\nrepeats: 3", "repeats"],
    ["task: t\nfewshot_config: {samples: [{q: a}]}", "fewshot_config"],
    ["task: t\ngeneration_kwargs: {do_sample: true}", "do_sample"],
    ["task: t\ngeneration_kwargs: {top_p: 0.9}", "top_p: is not supported"],
    ["task: t\ndescription: 'About {{subject}}.'", 'no field "subject"'],
    [
      "task: t\nmetric_list: [{metric: exact_match, ignore_numbers: true}]",
      "ignore_numbers is not supported",
    ],
    ["task: t\nmetric_list: [{metric: exact_match, aggregation: median}]", "aggregated by median"],
    ["task: t\nmetric_list: [{metric: constructor}]", "constructor"],
    ["task: t\nfilter_list: [{name: f, filter: [{function: regex}]}]", "no regex_pattern"],
    ["task: [", "not usable"],
    ["just text", "no record"],
    ["task: t\nfilter_list: [{name: f, filter: [{function: majority_vote}]}]", "majority_vote"],
  ])("%s is refused", (yaml, words) => {
    expect(() => parseHarnessTask("my.yaml", yaml)).toThrow(new RegExp(words));
  });

  test.each([
    [
      "doc_to_text: '{{n}}'\ndoc_to_choice: '{{[a, b]}}'\ndoc_to_target: n",
      /row 1: its doc_to_text is a number/,
    ],
    ["doc_to_text: a\ndoc_to_choice: '{{a}}'\ndoc_to_target: n", /row 1: its choices are "x", not a list/],
    ["doc_to_text: a\ndoc_to_choice: '{{[a, c]}}'\ndoc_to_target: n", /row 1: it has no field "c"/],
    [
      "doc_to_text: a\ndoc_to_choice: '{{[a, b]}}'\ndoc_to_target: many",
      /row 1: it gives \["x","y"\] where one/,
    ],
  ])("%s is refused on a document", (keys, words) => {
    const yaml = `task: t\noutput_type: multiple_choice\n${keys}`;
    expect(() => rowsOf(yaml, [{ n: 1, a: "x", b: "y", many: ["x", "y"] }])).toThrow(words);
  });

  test("aliases that multiply are refused", () => {
    const bomb = `task: t\na: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]`;
    expect(() => parseHarnessTask("my.yaml", bomb)).toThrow(/not usable/);
  });
});
