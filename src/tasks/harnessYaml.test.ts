import { describe, expect, test } from "vitest";
import { buildRows } from "./buildRows.ts";
import { parseHarnessTask } from "./harnessYaml.ts";
import { compileTemplate } from "./template.ts";

const rowsOf = (yaml: string, docs: readonly Record<string, unknown>[], count = 0) => {
  const definition = parseHarnessTask("my.yaml", yaml);
  return buildRows(definition, { name: "", docs, fewShotDocs: docs }, { count, seed: 1234 });
};

describe("templates", () => {
  test.each([
    ["{{text.split(' ')[:-1]|join(' ')}}", { text: "a b c" }, "a b"],
    ["{{support.lstrip()}}\nQ", { support: "  x" }, "x\nQ"],
    ["Q: {{q}}\n", { q: 1 }, "Q: 1\n"],
    ["{% for c in list %}{{loop.index}}.{{c}} {% endfor %}", { list: ["x", "y"] }, "1.x 2.y "],
    ["{{x.capitalize()}}", { x: "hello WORLD" }, "Hello world"],
    ["{% if yes %}a{% else %}b{% endif %}", { yes: false }, "b"],
    ["{% set n = 2 %}{{n + k}}", { k: 3 }, "5"],
  ])("%s", (source, doc, made) => {
    expect(compileTemplate(source).text(doc)).toBe(made);
  });

  test.each([
    ["{{choices.text}}", { choices: { text: ["a", "b"] } }, ["a", "b"]],
    ["{{[one, two]}}", { one: 'say "a"', two: "it's" }, ['say "a"', "it's"]],
    ["{{choices.label.index(key)}}", { choices: { label: ["A", "B"] }, key: "B" }, 1],
    ["{{['A', 'B'].index(x)}}", { x: "A" }, 0],
    ["{{'ABCD'.index(x)}}", { x: "C" }, 2],
    ["{{'ABCD'[n]}}", { n: 3 }, "D"],
    ["plain", {}, "plain"],
  ])("%s as a value", (source, doc, value) => {
    expect(compileTemplate(source).value(doc)).toEqual(value);
  });

  test("a field that is not there is an error, not nothing", () => {
    expect(() => compileTemplate("{{absent}}").text({})).toThrow(/no field "absent"/);
  });

  test("what would run for ever or grow without end is refused", () => {
    expect(() => compileTemplate("{% for i in range(100000000) %}x{% endfor %}").text({})).toThrow(/range/);
    const nested = "{% for a in x %}{% for b in x %}{% for c in x %}y{% endfor %}{% endfor %}{% endfor %}";
    expect(() => compileTemplate(nested)).toThrow(/nests more than 2 loops/);
    expect(() => compileTemplate("x".repeat(70_000))).toThrow(/too long/);
    expect(() => compileTemplate("{{ (").text({})).toThrow(/cannot be used/);
  });

  test("nothing outside the document can be reached", () => {
    for (const source of [
      "{{constructor}}",
      "{{x.constructor}}",
      "{{''.constructor.constructor('return 1')()}}",
    ]) {
      let made: unknown = "";
      try {
        made = compileTemplate(source).text({ x: 1 });
      } catch {
        continue;
      }
      expect(made).toBe("");
    }
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
    expect(() => rowsOf(yaml, [{ q: "x", a: "maybe" }])).toThrow(/right answer is number -1/);
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
    ["task: [", "not usable"],
    ["just text", "no record"],
    ["task: t\nfilter_list: [{name: f, filter: [{function: majority_vote}]}]", "majority_vote"],
  ])("%s is refused", (yaml, words) => {
    expect(() => parseHarnessTask("my.yaml", yaml)).toThrow(new RegExp(words));
  });

  test("aliases that multiply are refused", () => {
    const bomb = `task: t\na: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]`;
    expect(() => parseHarnessTask("my.yaml", bomb)).toThrow(/not usable/);
  });
});
