/** Golden file: tools/golden/lm_eval/answers.py, by lm-evaluation-harness's own filter and metric. */
import { describe, expect, it, test } from "vitest";
import type { GenerationRule } from "../domain/task.ts";
import { checkPatterns, matchAnswer } from "./answerMatch.ts";
import golden from "./fixtures/answers.json" with { type: "json" };

const plain: GenerationRule = {
  until: [],
  maxNewTokens: null,
  filters: [{ name: "none", pattern: null, select: 0 }],
  ignore: [],
  ignoreCase: false,
  ignorePunctuation: false,
  strip: false,
};

describe("answers are read and judged as lm-evaluation-harness does", () => {
  it.each(golden.rules.map((known) => [known.pattern, known] as const))("by %s", (_, known) => {
    const { pattern, select, ignore, ignoreCase, ignorePunctuation, answers } = known;
    const filters = [{ name: "f", pattern, select }];
    const rule = { ...plain, filters, ignore, ignoreCase, ignorePunctuation };
    for (const { text, extracted, right } of answers)
      for (const [g, gold] of golden.golds.entries())
        expect([text, gold, matchAnswer(text, gold, rule)]).toEqual([
          text,
          gold,
          [{ extracted, correct: right[g] }],
        ]);
  });
});

test("each filter has its own answer, and one without a pattern takes the whole text", () => {
  const filters = [
    { name: "strict", pattern: "#### ([0-9]+)", select: 0 },
    { name: "whole", pattern: null, select: 0 },
  ];
  expect(matchAnswer(" 4", "4", { ...plain, filters })).toEqual([
    { extracted: "[invalid]", correct: false },
    { extracted: " 4", correct: false },
  ]);
  expect(matchAnswer(" 4 ", "4", { ...plain, filters, strip: true })[1]!.correct).toBe(true);
});

test("a pattern that cannot be run in linear time is refused in words, before anything is generated", () => {
  const rule = (pattern: string) => ({ ...plain, filters: [{ name: "f", pattern, select: 0 }] });
  for (const pattern of ["(?<=is )x", "(a)\\1", "("])
    expect(() => checkPatterns(rule(pattern))).toThrow(/The pattern .* cannot be used/);
  checkPatterns(rule("((a+)+)+b"));
});

test("a hostile pattern takes no longer than the text", () => {
  const filters = [{ name: "f", pattern: "((a+)+)+b", select: 0 }];
  const started = performance.now();
  expect(matchAnswer("a".repeat(5000), "", { ...plain, filters })[0]!.extracted).toBe("[invalid]");
  expect(performance.now() - started).toBeLessThan(5000);
});
