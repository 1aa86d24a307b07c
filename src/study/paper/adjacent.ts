/** All neighbours merged by several methods on several tasks, judged on the test half: one table for P2's Tables 5, 6 and Figs. 5–7. */
import { createProgress } from "../../base/job.ts";
import { comparePaired, type PairedComparison } from "../../evaluate/significance.ts";
import { type BaselineName, composeBaseline } from "./baselines.ts";
import type { BenchTask, StudyBench } from "./bench.ts";
import { betterParent, metricOf, neighbourPairs } from "./differences.ts";

/** P2's methods. */
export const P2_METHODS = [
  "uniform",
  "greedy",
  "fisher",
  "regmean",
  "perplexity",
] as const satisfies readonly BaselineName[];

/** One merge of one pair on one task. */
export type AdjacentMerge = {
  readonly parents: readonly [string, string];
  readonly task: BenchTask;
  readonly method: (typeof P2_METHODS)[number];
  /** The metric's value. */
  readonly value: number;
  /** The better parent's. */
  readonly better: number;
  readonly gain: PairedComparison;
};

/** Every pair of neighbours, task and method. */
export async function mergeNeighbours(
  bench: StudyBench,
  tasks: readonly BenchTask[],
): Promise<readonly AdjacentMerge[]> {
  const { checkpoints } = bench.settings;
  const pairs = neighbourPairs(checkpoints);
  const total = pairs.length * tasks.length * P2_METHODS.length;
  const progress = createProgress(bench.clock, "merging neighbours", total, "merges");
  const merges: AdjacentMerge[] = [];
  for (const task of tasks)
    for (const parents of pairs)
      for (const method of P2_METHODS) {
        bench.job.onProgress(progress(merges.length));
        const recipe = await composeBaseline(bench, method, parents, task);
        const evaluation = await bench.evaluate(recipe, task, "test");
        const better = await betterParent(bench, parents, task, "test");
        merges.push({
          ...{ parents, task, method },
          value: metricOf(evaluation, task.measure).value,
          better: metricOf(better.evaluation, task.measure).value,
          gain: comparePaired(evaluation, better.evaluation, task.measure),
        });
      }
  return merges;
}
