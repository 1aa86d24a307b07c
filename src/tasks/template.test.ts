/** Templates against the harness's own Jinja on one invented document; and hostile ones. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Doc } from "./benchmark.ts";
import { compileTemplate } from "./template.ts";

const golden: {
  readonly doc: Doc;
  readonly templates: readonly { readonly template: string; readonly text: string | null }[];
} = JSON.parse(readFileSync(new URL("./fixtures/templates.json", import.meta.url), "utf8"));

describe("as the harness renders them", () => {
  test.each(golden.templates)("$template", ({ template, text }) => {
    const render = () => compileTemplate(template).text(golden.doc);
    if (text === null) expect(render).toThrow(/no field|prints what is not there/);
    else expect(render()).toBe(text);
  });
});

test.each([
  ["{{choices.text}}", { choices: { text: ["a", "b"] } }, ["a", "b"]],
  ["{{[one, two]}}", { one: 'say "a"', two: "it's" }, ['say "a"', "it's"]],
  ["{% set x = n|string %} {{[x + 'a', x]}}\n", { n: 1 }, ["1a", "1"]],
  ["{{list}} and more", { list: ["a"] }, "['a'] and more"],
  ["{{choices.label.index(key)}}", { choices: { label: ["A", "B"] }, key: "B" }, "1"],
  ["plain", {}, "plain"],
])("%s as a value: a list where it is all that is printed", (source, doc, value) => {
  expect(compileTemplate(source).value(doc)).toEqual(value);
});

test("a field that is not there is an error, not nothing", () => {
  expect(() => compileTemplate("{{absent}}").text({})).toThrow(/no field "absent"/);
  expect(() => compileTemplate("{{a.b}}").text({ a: {} })).toThrow(/prints what is not there/);
});

describe("hostile templates end soon, in words", () => {
  const double = (start: string, step: string, times: number) =>
    `{% set ns = namespace(s=${start}) %}{% for i in range(${times}) %}{% set ns.s = ${step} %}{% endfor %}{{ ns.s }}`;
  test.each([
    ["a long range", "{% for i in range(100000000) %}x{% endfor %}", /range of more than/],
    [
      "loops in loops",
      "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}y{% endfor %}{% endfor %}{% endfor %}",
      /more than 100000 steps/,
    ],
    ["a text that doubles", double("'x'", "ns.s + ns.s", 40), /more than a million characters/],
    ["a list that doubles", double("['x']", "ns.s + ns.s", 40), /more than a million characters/],
    ["a list in itself, twice", double("['x']", "[ns.s, ns.s]", 40), /more than a million characters/],
    ["a text that is joined", double("'x'", "[ns.s, ns.s]|join(ns.s)", 40), /more than a million characters/],
    [
      "a printed loop",
      "{% for a in x %}{% for b in x %}{{ long }}{% endfor %}{% endfor %}",
      /million characters/,
    ],
    ["a macro", "{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}", /has a macro/],
    ["no template", "{{ (", /cannot be used/],
    ["a method that is not there", "{{ long.explode() }}", /cannot be used/],
    ["deep brackets", `{{ ${"(".repeat(20_000)}1${")".repeat(20_000)} }}`, /cannot be used/],
  ])("%s", (_, source, words) => {
    const doc = { x: Array.from({ length: 100 }, () => "x"), long: "x".repeat(1000) };
    const begin = performance.now();
    expect(() => compileTemplate(source).text(doc)).toThrow(words);
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  test("a template that is too long", () => {
    expect(() => compileTemplate("x".repeat(70_000))).toThrow(/too long/);
  });

  test.each([
    "{{constructor}}",
    "{{x.constructor}}",
    "{{x.__proto__}}",
    "{{''.constructor.constructor('return 1')()}}",
  ])("nothing outside the document is reached by %s", (source) => {
    expect(() => compileTemplate(source).text({ x: "1" })).toThrow(/no field|not there|cannot be used/);
  });
});
