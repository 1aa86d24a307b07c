/**
 * Every benchmark against lm-evaluation-harness, item by item, through the engine: the same token ids for every request,
 * log-likelihoods within 1e-4, the same choices, metrics and standard errors. Needs the published sets in
 * `../shared/data`, which are nobody's to ship; the goldens hold no text of theirs.
 */
import { beforeAll, describe, expect, test } from "vitest";
import type { Evaluation, ItemResult } from "../domain/evaluation.ts";
import type { MetricName } from "../domain/measure.ts";
import type { TaskRow } from "../domain/task.ts";
import type { TokenSettings } from "../evaluate/requests.ts";
import type { Engine } from "../rpc/protocol.ts";
import {
  engineFor,
  evaluateGolden,
  type Golden,
  type GoldenTask,
  hasBenchmarks,
  hasXz,
  logprobsOf,
  MODELS,
  readGolden,
  tokensHash,
} from "./fixtures/harnessGoldens.ts";

/** And two units in the last place of fp32, in which the harness keeps its sums: 1.2e-4 at −1,000. */
const toleranceAt = (logprob: number): number => 1e-4 + 2 ** -22 * Math.abs(logprob);

/** Perplexities are of sums that may differ by the tolerance. */
const isSame = (ours: number | null | undefined, value: number): boolean =>
  ours === value || Math.abs((ours ?? Number.NaN) / value - 1) < 1e-5;

if (!hasBenchmarks)
  console.warn("The published benchmarks are not in ../shared/data: not compared with lm-eval.");

describe.skipIf(!hasBenchmarks).each(MODELS)("%s", (model) => {
  const golden: Golden = readGolden(model);
  let engine: Engine;
  let checkpoint = "";
  let settings: TokenSettings;
  beforeAll(async () => {
    const opened = engineFor(model, golden);
    ({ engine, checkpoint } = opened);
    if (opened.content !== null) expect(opened.content).toBe(golden.content);
    settings = await opened.settings();
  });

  const tasks = golden.tasks.filter(({ task }) => task !== "wikitext" || hasXz);
  describe.each(tasks.map((one) => [`${one.task}, ${one.shots}-shot`, one] as const))("%s", (_, one) => {
    let evaluation: Evaluation;
    let rows: readonly TaskRow[];
    beforeAll(async () => {
      ({ evaluation, rows } = await evaluateGolden(engine, checkpoint, golden, one));
    }, 120_000);

    test("the same items, scored on the same tokens", () => {
      expect(evaluation.n).toBe(one.n);
      if (one.task === "wikitext" || one.task === "gsm8k") return;
      expect(rows.map((row) => tokensHash(row, settings))).toEqual(one.items.map(([hash]) => hash));
    });

    test("the same log-likelihoods, choices and answers", () => {
      for (const [i, item] of evaluation.items.entries()) compareItem(item, one, i);
    });

    test("the same figures", () => {
      for (const [key, value] of Object.entries(one.results)) {
        const ours = figureOf(evaluation.metrics, key);
        // The harness bootstraps the error of a perplexity with its own random draws.
        if (key === "perplexity_stderr,none") continue;
        expect(isSame(ours, value), `${key}: ${ours}, not ${value}`).toBe(true);
      }
    });

    if (one.parts !== undefined)
      test("the same figures of every part", () => {
        const parts = Object.entries(one.parts!);
        expect(evaluation.groups.map(({ name }) => name)).toEqual(
          parts.map(([name]) => `${one.task}_${name}`),
        );
        for (const [i, [, results]] of parts.entries())
          for (const [key, value] of Object.entries(results))
            expect(figureOf(evaluation.groups[i]!.metrics, key)).toBeCloseTo(value, 9);
      });
  });
});

function compareItem(item: ItemResult, { task, items }: GoldenTask, i: number): void {
  const expected = items[i]!;
  if (item.kind === "generation") {
    const [generated, strict, flexible, isStrict, isFlexible] = expected;
    expect(item.generated).toBe(generated);
    expect(item.answers).toEqual([
      { extracted: strict, correct: isStrict === 1 },
      { extracted: flexible, correct: isFlexible === 1 },
    ]);
    return;
  }
  const logprobs = logprobsOf(item);
  const wanted = (task === "wikitext" ? expected : expected[1]) as readonly number[];
  expect(logprobs).toHaveLength(wanted.length);
  for (const [choice, value] of logprobs.entries())
    expect(Math.abs(value - wanted[choice]!), `item ${i}, choice ${choice}`).toBeLessThan(toleranceAt(value));
  if (item.kind !== "choice") return;
  const [, , greedy, acc, accNorm] = expected;
  expect(item.greedy.map((flag) => (flag ? "1" : "0")).join("")).toBe(greedy);
  expect(Number(item.chosen === item.gold)).toBe(acc);
  if (accNorm !== undefined && item.chosenNorm !== null)
    expect(Number(item.chosenNorm === item.gold)).toBe(accNorm);
}

/** Our figure for a key such as "acc_stderr,none". */
function figureOf(metrics: Evaluation["metrics"], key: string): number | null | undefined {
  const [name = "", filter = "none"] = key.split(",");
  const isStderr = name.endsWith("_stderr");
  const metric = name.replace("_stderr", "") as MetricName;
  const ours = metrics[filter === "flexible-extract" ? "exact_match_flexible" : metric];
  return isStderr ? ours?.stderr : ours?.value;
}
