/** P1 Tables 1, 2 and 5: every method on late and early pairs and every task. */
import { createProgress } from "../../base/job.ts";
import type { Evaluation } from "../../domain/evaluation.ts";
import { soleRecipe } from "../../domain/recipe.ts";
import type { Cell, StudyFigure, StudyTable } from "../../domain/studyResult.ts";
import { comparePaired, type PairedComparison } from "../../evaluate/significance.ts";
import { BASELINES, composeBaseline, hasBase, shortTitle } from "./baselines.ts";
import type { BenchTask, PaperStudy, StudyBench } from "./bench.ts";
import {
  certainOnes,
  differenceUnit,
  markBest,
  meanCell,
  metricOf,
  objectiveOf,
  scoreUnit,
  shortNames,
  withInterval,
} from "./differences.ts";
import { gainWords, listWords } from "./words.ts";

type Row = {
  readonly title: string;
  readonly evaluations: readonly Evaluation[];
  /** Against the better parent of each task; `null` for the parents. */
  readonly gains: readonly PairedComparison[] | null;
};
type PairRows = { readonly parents: readonly [string, string]; readonly rows: readonly Row[] };

/** The study. */
export const methods: PaperStudy = {
  name: "methods",
  title: "All methods",
  source: "P1 Tables 1, 2 and 5",
  claim:
    "Bayesian optimisation of λ beats uniform and greedy soup, Fisher averaging and RegMean on late pairs; on the earliest pair nothing beats the better parent.",
  needs: { checkpoints: 3, tasks: 1 },
  async run(bench) {
    const { checkpoints } = bench.settings;
    const pairs = [-3, -2, 0].flatMap((start) => {
      const pair = start < 0 ? checkpoints.slice(start).slice(0, 2) : checkpoints.slice(0, 2);
      return pair.length === 2 ? [pair as unknown as readonly [string, string]] : [];
    });
    const distinct = pairs.filter((pair, i) => pairs.findIndex((other) => other[0] === pair[0]) === i);
    const progress = createProgress(
      bench.clock,
      "comparing methods",
      distinct.length * BASELINES.length * bench.tasks.length,
      "merges",
    );
    let done = 0;
    const measured: PairRows[] = [];
    for (const parents of distinct)
      measured.push(await measurePair(bench, parents, () => bench.job.onProgress(progress(done++))));
    const late = measured.slice(0, Math.max(1, measured.length - 1));
    const means = meanGains(late);
    const ours = means.find(({ title }) => title.startsWith("Bayesian"))!;
    const best = means.reduce((a, b) => (b.gain.value > a.gain.value ? b : a));
    const uniform = means.find(({ title }) => title === "Uniform soup")!;
    const percent = bench.tasks.every(({ measure }) => measure.percent);
    return {
      shows: `Over the late pairs and ${bench.tasks.length} tasks Bayesian optimisation gains ${gainWords(ours.gain, { percent })} over the better parent, the uniform soup ${gainWords(uniform.gain, { percent })}; the largest mean is that of ${shortTitle(best.title)} (${gainWords(best.gain, { percent })}). All on rows that no method has seen.`,
      not: "an order of methods whose means differ by less than their errors: the error is over pairs and tasks, which are few. The papers' gains in brackets are against the best baseline; here every gain is against the better parent.",
      tables: measured.map((pair) => tableOf(pair, bench.tasks)),
      figures: [figureOf(means, percent, late)],
      notes: [
        "Methods with a task find their weights on its search half, separately for each task; all scores are of the test half. P1 searches and reports on the same rows.",
        `Fisher and RegMean are measured on the first 64 rows of the search half, each row with its right answer. Task arithmetic, TIES and DARE take ${bench.settings.base} as the base${measured.some(({ parents }) => !hasBase(bench, parents)) ? " and are left out where it is a parent" : ""}.`,
        "P1 Table 2 holds a greedy cell that is neither a parent nor the average, which a greedy soup of two cannot be; it is not aimed at.",
      ],
    };
  },
};

async function measurePair(
  bench: StudyBench,
  parents: readonly [string, string],
  onMerge: () => void,
): Promise<PairRows> {
  const names = shortNames(parents);
  const own = await Promise.all(
    parents.map(async (name) => {
      const evaluations: Evaluation[] = [];
      for (const task of bench.tasks) evaluations.push(await bench.evaluate(soleRecipe(name), task, "test"));
      return evaluations;
    }),
  );
  const better = bench.tasks.map(({ measure }, t) =>
    objectiveOf(own[1]![t]!, measure) >= objectiveOf(own[0]![t]!, measure) ? own[1]![t]! : own[0]![t]!,
  );
  const rows: Row[] = own.map((evaluations, i) => ({ title: names[i]!, evaluations, gains: null }));
  for (const { name, title } of BASELINES) {
    if (["task-arithmetic", "ties", "dare-linear"].includes(name) && !hasBase(bench, parents)) {
      for (const _ of bench.tasks) onMerge();
      continue;
    }
    const evaluations: Evaluation[] = [];
    for (const task of bench.tasks) {
      onMerge();
      const recipe = await composeBaseline(bench, name, parents, task);
      evaluations.push(await bench.evaluate(recipe, task, "test"));
    }
    const gains = bench.tasks.map((task, t) => comparePaired(evaluations[t]!, better[t]!, task.measure));
    rows.push({ title, evaluations, gains });
  }
  return { parents, rows };
}

function tableOf({ parents, rows }: PairRows, tasks: readonly BenchTask[]): StudyTable {
  const all = rows.flatMap(({ gains }) => gains ?? []);
  const verdicts = certainOnes(all);
  let next = 0;
  const cells = rows.map(({ title, evaluations, gains }): readonly Cell[] => [
    title,
    ...tasks.map(({ measure }, t): Cell => {
      const cell = metricOf(evaluations[t]!, measure);
      if (gains === null) return cell;
      const { certain } = verdicts[next++]!;
      return certain && gains[t]!.delta > 0 ? { ...cell, certain } : cell;
    }),
    gains === null || !tasks.every(({ measure }) => measure.percent)
      ? null
      : meanCell(gains.map(({ delta }) => delta)),
  ]);
  const [a, b] = shortNames(parents);
  return {
    title: `${a} and ${b}`,
    columns: [
      { title: "method", unit: "words" },
      ...tasks.map(({ info, measure }) => ({
        title: info.name,
        unit: scoreUnit(measure),
      })),
      { title: "mean gain", unit: "points" },
    ],
    rows: markBest(cells, [
      null,
      ...tasks.map(({ measure }) => (measure.higherIsBetter ? 1 : -1) as 1 | -1),
      1,
    ]),
    note: `Test halves; ± one standard error over items. Marked as certain: above the better parent at a false-discovery rate of 5 % over the ${all.length} comparisons of this table. Mean gain: over the tasks, against each task's better parent, ± its standard error over tasks.`,
  };
}

function meanGains(pairs: readonly PairRows[]) {
  return BASELINES.flatMap(({ title }) => {
    const gains = pairs.flatMap(({ rows }) => rows.find((row) => row.title === title)?.gains ?? []);
    return gains.length === 0 ? [] : [{ title, gain: meanCell(gains.map(({ delta }) => delta)) }];
  });
}

/** Mean gains below this are told in words. */
const OFF_SCALE = -0.04;

function figureOf(
  all: ReturnType<typeof meanGains>,
  percent: boolean,
  late: readonly PairRows[],
): StudyFigure {
  // A method that ruins the model would leave the others in one line.
  const isShown = ({ gain }: (typeof all)[number]) => !percent || gain.value > OFF_SCALE;
  const [means, ruined] = [all.filter(isShown), all.filter((one) => !isShown(one))];
  const off =
    ruined.length === 0
      ? ""
      : ` Below the scale: ${listWords(ruined.map(({ title, gain }) => `${title} (${gainWords(gain, { percent })})`))}.`;
  return {
    kind: "intervals",
    title: "Gain over the better parent, late pairs",
    caption: `Mean over ${listWords(late.map(({ parents }) => shortNames(parents).join("+")))} and all tasks, with a 95 % interval over them.${off}`,
    y: { label: "gain", unit: differenceUnit({ percent }) },
    groups: means.map(({ title }) => shortTitle(title)),
    marks: means.map(({ title, gain }) => ({
      group: shortTitle(title),
      name: "gain",
      ...withInterval(gain),
    })),
  };
}
