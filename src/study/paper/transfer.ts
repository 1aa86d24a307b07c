/** P1 Table 3: weights found on one task, used on others. */
import { createProgress } from "../../base/job.ts";
import type { Evaluation } from "../../domain/evaluation.ts";
import type { Cell } from "../../domain/studyResult.ts";
import { comparePaired, type PairedComparison } from "../../evaluate/significance.ts";
import { mean } from "../../numerics/statistics.ts";
import { type BaselineName, baseline, composeBaseline, shortTitle } from "./baselines.ts";
import type { BenchTask, PaperStudy } from "./bench.ts";
import {
  certainOnes,
  differenceCell,
  differenceUnit,
  gainCell,
  metricOf,
  scoreUnit,
  shortNames,
  withInterval,
} from "./differences.ts";
import { gainWords, signed } from "./words.ts";

const METHODS = ["greedy", "fisher", "perplexity", "bayes"] as const satisfies readonly BaselineName[];

type Found = {
  readonly name: (typeof METHODS)[number];
  readonly task: BenchTask;
  /** Found on the task itself, and on the first task. */
  readonly ind: Evaluation;
  readonly ood: Evaluation;
  readonly gap: PairedComparison;
};

/** The study. */
export const transfer: PaperStudy = {
  name: "transfer",
  title: "Found here, used there",
  source: "P1 Table 3, §4.3",
  claim:
    "Weights found on one data set do as well on others as weights found there, and Bayesian optimisation's least differ.",
  needs: { checkpoints: 2, tasks: 2 },
  async run(bench) {
    const [home, ...away] = bench.tasks;
    const parents = bench.settings.checkpoints.slice(-2);
    const progress = createProgress(bench.clock, "transferring", METHODS.length * away.length, "merges");
    let done = 0;
    const found: Found[] = [];
    for (const name of METHODS) {
      const abroad = await composeBaseline(bench, name, parents, home!);
      for (const task of away) {
        bench.job.onProgress(progress(done++));
        const own = await composeBaseline(bench, name, parents, task);
        const ind = await bench.evaluate(own, task, "test");
        const ood = await bench.evaluate(abroad, task, "test");
        found.push({ name, task, ind, ood, gap: comparePaired(ood, ind, task.measure) });
      }
    }
    const verdicts = certainOnes(found.map(({ gap }) => gap));
    const totals = METHODS.map((name) => ({
      name,
      total: found.filter((one) => one.name === name).reduce((sum, { gap }) => sum + Math.abs(gap.delta), 0),
    }));
    const least = totals.reduce((a, b) => (b.total < a.total ? b : a));
    const percent = bench.tasks.every(({ measure }) => measure.percent);
    const scale = percent ? 100 : 1;
    const sure = verdicts.filter(({ certain }) => certain).length;
    const rows = METHODS.map((name): readonly Cell[] => [
      baseline(name).title,
      ...found.flatMap((one, i): readonly Cell[] => {
        if (one.name !== name) return [];
        const gap = differenceCell(one.gap, verdicts[i]!.certain);
        return [metricOf(one.ind, one.task.measure), metricOf(one.ood, one.task.measure), gap];
      }),
      { value: totals.find((total) => total.name === name)!.total },
    ]);
    return {
      shows: `Weights found on ${home!.info.name} differ in score from weights found on the task itself by ${totals.map(({ name, total }) => `${(scale * total).toFixed(1)} (${shortTitle(baseline(name).title)})`).join(", ")}${percent ? " points" : ""} summed over ${away.length} tasks; least for ${shortTitle(baseline(least.name).title)}. ${sure} of the ${found.length} differences can be told from noise.`,
      not: `which method transfers best: a single difference has a paired error of about ${signed(scale * mean(found.map(({ gap }) => gap.deltaStderr)), 1).replace("+", "")}${percent ? " points" : ""}, and a method whose weights hardly depend on the task has small differences for that reason alone.`,
      tables: [
        {
          title: `Found on ${home!.info.name} (OOD) and on the task itself (IND): ${shortNames(parents).join("+")}`,
          columns: [
            { title: "method", unit: "words" },
            ...away.flatMap(({ info, measure }) => [
              {
                title: `${info.name} IND`,
                unit: scoreUnit(measure),
              },
              {
                title: `${info.name} OOD`,
                unit: scoreUnit(measure),
              },
              { title: `${info.name} Δ`, unit: differenceUnit(measure) },
            ]),
            { title: "Σ |Δ|", unit: differenceUnit({ percent }) },
          ],
          rows,
          note: "Test halves. Δ is OOD minus IND, paired over items, ± one standard error; positive means that the weights found elsewhere do better.",
        },
      ],
      figures: [
        {
          kind: "intervals",
          title: "Found elsewhere minus found here",
          caption: "Paired over items, with a 95 % interval.",
          y: { label: "OOD − IND", unit: differenceUnit({ percent }) },
          groups: away.map(({ info }) => info.name),
          marks: found.map(({ name, task, gap }) => ({
            group: task.info.name,
            name: shortTitle(baseline(name).title),
            ...withInterval(gainCell(gap)),
          })),
        },
      ],
      notes: [
        "P1's Δ is the sum of the absolute differences; its printed 1.05 for the authors' method does not follow from the cells above it (0.87), theirs of the other methods do.",
        `In the mean the weights from elsewhere change the score by ${gainWords({ value: mean(found.map(({ gap }) => gap.delta)) }, { percent })}.`,
      ],
    };
  },
};
