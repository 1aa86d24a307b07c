/** Golden file: tools/golden/lm_eval/answers.py, by lm-evaluation-harness's own functions for groups. */
import { expect, it } from "vitest";
import type { GroupResult, ItemResult } from "../domain/evaluation.ts";
import golden from "./fixtures/answers.json" with { type: "json" };
import { groupResults, metricsOfGroups } from "./groups.ts";

const choice = (isRight: boolean): ItemResult => ({
  kind: "choice",
  gold: 0,
  chosen: isRight ? 0 : 1,
  chosenNorm: null,
  logprobs: [],
  greedy: [],
});

it.each(golden.groups.filter(({ sizes }) => sizes.length > 1))(
  "standard errors of groups of $sizes items are put together as the harness does",
  ({ stderrs, sizes, pooled, unweighted }) => {
    const groups = stderrs.map(
      (stderr, i): GroupResult => ({ name: `g${i}`, n: sizes[i]!, metrics: { acc: { value: 0.5, stderr } } }),
    );
    const items = [choice(true), choice(false)];
    expect(metricsOfGroups(items, groups, true).acc!.stderr).toBeCloseTo(pooled, 12);
    expect(metricsOfGroups(items, groups, false).acc!.stderr).toBeCloseTo(unweighted, 12);
  },
);

it("gives each group what was seen of it, and leaves out a group not seen yet", () => {
  const groups = [
    { name: "a", rows: 3 },
    { name: "b", rows: 2 },
    { name: "c", rows: 4 },
  ];
  const results = groupResults(groups, [0, 2, 6, 8], [true, false, true, true].map(choice));
  expect(results.map(({ name, n, metrics }) => [name, n, metrics.acc!.value])).toEqual([
    ["a", 2, 0.5],
    ["c", 2, 1],
  ]);
});
