/** P1 Fig. 2, P2 Figs. 2, 3 and 13: every pair of checkpoints merged by a greedy soup. */
import { createProgress } from "../../base/job.ts";
import { pairRecipe, type Recipe, soleRecipe } from "../../domain/recipe.ts";
import type { Cell, StudyFigure, StudyTable } from "../../domain/studyResult.ts";
import { comparePaired, itemGains, type PairedComparison } from "../../evaluate/significance.ts";
import { bootstrapMean } from "../../numerics/bootstrap.ts";
import { itemsToDecide, itemsToDecideMean } from "../../numerics/power.ts";
import { pairOrder } from "../matrix.ts";
import type { BenchTask, PaperStudy, StudyBench } from "./bench.ts";
import {
  betterParent,
  certainOnes,
  differenceCell,
  differenceUnit,
  gainOf,
  meanCell,
  metricOf,
  neighbourPairs,
  objectiveOf,
  scoreUnit,
  shortNames,
  shrinkageArrow,
} from "./differences.ts";
import { countWords, gainWords } from "./words.ts";

type Pair = {
  readonly older: number;
  readonly newer: number;
  readonly lambda: number;
  /** The plain average on the rows that chose, and on the others. */
  readonly averageSeen: PairedComparison;
  readonly average: PairedComparison;
  /** Paired bootstrap over its items, 95 %; `null` for losses, which are pooled over tokens. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** What the greedy soup kept, on the other rows. */
  readonly greedy: PairedComparison;
};

/** The study. */
export const pairs: PaperStudy = {
  name: "pairs",
  title: "Every pair",
  source: "P1 Fig. 2 and 6; P2 Figs. 2 and 5",
  claim:
    "Merging neighbouring checkpoints raises the score over the better of the two more often than not; merging distant ones lowers it.",
  needs: { checkpoints: 2, tasks: 1 },
  async run(bench) {
    const task = bench.tasks[0]!;
    const names = shortNames(bench.settings.checkpoints);
    const measured = await measurePairs(bench, task);
    const verdicts = certainOnes(measured.map(({ average }) => average));
    const { checkpoints } = bench.settings;
    const isNear = new Set(neighbourPairs(checkpoints).map((pair) => pair.join()));
    const near = measured.filter(({ older, newer }) =>
      isNear.has([checkpoints[older]!, checkpoints[newer]!].join()),
    );
    const up = near.filter(({ average }) => average.delta > 0).length;
    const sure = measured.filter(({ average }, i) => verdicts[i]!.certain && average.delta > 0).length;
    const down = measured.filter(({ average }, i) => verdicts[i]!.certain && average.delta < 0).length;
    const seen = meanCell(near.map(({ averageSeen }) => averageSeen.delta));
    const unseen = meanCell(near.map(({ average }) => average.delta));
    return {
      shows: `On ${task.info.name}, the average of two neighbours beats the better one for ${countWords(up, near.length, "pairs")}, by ${gainWords(unseen, task.measure)} in the mean on rows that chose nothing. Of all ${measured.length} pairs ${sure} gain and ${down} lose beyond noise, at a false-discovery rate of 5 %.`,
      not: `that a single cell without a mark is real: with ${bench.rows(task, "test")} items most differences of neighbours cannot be told from noise by themselves, and how many items could is in the table. The checkpoints are of one run, so the pairs are no independent repetitions.`,
      tables: [
        ownTable(names, await ownScores(bench, task), task),
        pairTable(names, measured, verdicts, task, bench),
      ],
      figures: [
        heatMap("Greedy soup over the better parent", names, measured, verdicts, task, "greedy"),
        heatMap("Plain average over the better parent", names, measured, verdicts, task, "average"),
        shrinkage(names, near, task),
      ],
      notes: [
        "The soup is chosen on the search half and judged on the test half. A greedy soup of two can return nothing but the better parent or the average; where it returns the parent its difference is 0 unless the halves disagree on which parent is better.",
        'P1 keeps the average "if it improves" (strictly, as the authors of greedy soup code it), P2 if it "does not decrease"; here the strict rule decides. The two differ where the average ties with the better parent on the search half, which is the case for ' +
          `${measured.filter(({ averageSeen }) => averageSeen.delta === 0).length} of the pairs here.`,
        `Chosen and judged on the same rows the neighbours' averages would gain ${gainWords(seen, task.measure)}.`,
      ],
    };
  },
};

async function measurePairs(bench: StudyBench, task: BenchTask): Promise<readonly Pair[]> {
  const { checkpoints } = bench.settings;
  const order = pairOrder(checkpoints.length);
  const progress = createProgress(bench.clock, "merging pairs", order.length, "pairs");
  const measured: Pair[] = [];
  for (const [older, newer] of order) {
    bench.job.onProgress(progress(measured.length));
    const parents = [checkpoints[older]!, checkpoints[newer]!] as const;
    const average = pairRecipe(parents[0], parents[1], 0.5);
    const seen = await gainOf(bench, average, parents, task, "search");
    const unseen = await gainOf(bench, average, parents, task, "test");
    const chosen = await greedyChoice(bench, parents, average, seen, task);
    const better = await betterParent(bench, parents, task, "test");
    const greedy =
      chosen.lambda === 0.5
        ? unseen
        : comparePaired(await bench.evaluate(chosen.recipe, task, "test"), better.evaluation, task.measure);
    const gains = itemGains(await bench.evaluate(average, task, "test"), better.evaluation, task.measure);
    const interval = unseen.flips === null ? null : bootstrapMean(gains, { seed: bench.settings.seed });
    measured.push({
      older,
      newer,
      lambda: chosen.lambda,
      averageSeen: seen,
      average: unseen,
      interval,
      greedy,
    });
  }
  return measured.toSorted((a, b) => a.older - b.older || a.newer - b.newer);
}

async function greedyChoice(
  bench: StudyBench,
  [older, newer]: readonly [string, string],
  average: Recipe,
  seen: PairedComparison,
  task: BenchTask,
): Promise<{ readonly lambda: number; readonly recipe: Recipe }> {
  if (seen.delta > 0) return { lambda: 0.5, recipe: average };
  const [a, b] = [
    await bench.evaluate(soleRecipe(older), task, "search"),
    await bench.evaluate(soleRecipe(newer), task, "search"),
  ];
  // Of equals the newer one.
  const isNewer = objectiveOf(b, task.measure) >= objectiveOf(a, task.measure);
  return { lambda: isNewer ? 1 : 0, recipe: soleRecipe(isNewer ? newer : older) };
}

async function ownScores(bench: StudyBench, task: BenchTask): Promise<readonly (readonly [Cell, Cell])[]> {
  const rows: [Cell, Cell][] = [];
  for (const name of bench.settings.checkpoints) {
    const half = async (split: "search" | "test") =>
      metricOf(await bench.evaluate(soleRecipe(name), task, split), task.measure);
    rows.push([await half("search"), await half("test")]);
  }
  return rows;
}

function ownTable(
  names: readonly string[],
  scores: readonly (readonly [Cell, Cell])[],
  { info, measure }: BenchTask,
): StudyTable {
  const unit = scoreUnit(measure);
  return {
    title: `Each checkpoint on ${info.name}`,
    columns: [
      { title: "checkpoint", unit: "words" },
      { title: `${measure.label}, search half`, unit },
      { title: `${measure.label}, test half`, unit },
    ],
    rows: names.map((name, i) => [name, ...scores[i]!]),
    note: "± one standard error over items.",
  };
}

function pairTable(
  names: readonly string[],
  measured: readonly Pair[],
  verdicts: readonly { readonly certain: boolean; readonly q: number }[],
  task: BenchTask,
  bench: StudyBench,
): StudyTable {
  const unit = differenceUnit(task.measure);
  const items = bench.rows(task, "test");
  return {
    title: `Pairs on ${task.info.name}`,
    columns: [
      { title: "older", unit: "words" },
      { title: "newer", unit: "words" },
      { title: "average, search half", unit },
      { title: "average, test half", unit },
      { title: "95 % from", unit },
      { title: "to", unit },
      { title: "items gained", unit: "count" },
      { title: "items lost", unit: "count" },
      { title: "p", unit: "p" },
      { title: "q", unit: "p" },
      { title: "items to decide", unit: "count" },
      { title: "soup λ", unit: "lambda" },
      { title: "soup, test half", unit },
    ],
    rows: measured.map(({ older, newer, lambda, averageSeen, average, interval, greedy }, i) => [
      names[older]!,
      names[newer]!,
      differenceCell(averageSeen, false),
      differenceCell(average, verdicts[i]!.certain),
      interval === null ? null : { value: interval.low },
      interval === null ? null : { value: interval.high },
      average.flips === null ? null : { value: average.flips.gained },
      average.flips === null ? null : { value: average.flips.lost },
      { value: average.pValue },
      { value: verdicts[i]!.q },
      decidingItems(average, items),
      { value: lambda },
      differenceCell(greedy, false),
    ]),
    note: "Differences to the better parent, paired over items, ± one standard error; the interval is a paired bootstrap over items, 2000 draws. p: exact McNemar test, or a normal test for a loss. q: p after correction for the number of pairs (Benjamini & Hochberg). Items to decide: how many would show a difference of this size at p < 0.05 in four of five repetitions.",
  };
}

/** How many items would decide it; nothing for a difference of 0. */
export function decidingItems({ delta, deltaStderr, flips }: PairedComparison, items: number): Cell {
  if (delta === 0 || deltaStderr === 0) return null;
  const discordance = flips === null ? null : (flips.gained + flips.lost) / items;
  const needed =
    discordance === null
      ? itemsToDecideMean({ difference: delta, deviation: deltaStderr * Math.sqrt(items) })
      : itemsToDecide({ difference: Math.abs(delta), discordance });
  return Number.isFinite(needed) ? { value: Math.ceil(needed) } : null;
}

function heatMap(
  title: string,
  names: readonly string[],
  measured: readonly Pair[],
  verdicts: readonly { readonly certain: boolean }[],
  task: BenchTask,
  which: "greedy" | "average",
): StudyFigure {
  const own = which === "average" ? verdicts : certainOnes(measured.map(({ greedy }) => greedy));
  return {
    kind: "pairs",
    title,
    caption: `${task.info.name}, test half. Hatched: cannot be told from noise at a false-discovery rate of 5 %.`,
    names,
    unit: differenceUnit(task.measure),
    cells: measured.map((pair, i) => ({
      older: pair.older,
      newer: pair.newer,
      value: pair[which].delta,
      certain: own[i]!.certain,
    })),
  };
}

function shrinkage(names: readonly string[], near: readonly Pair[], task: BenchTask): StudyFigure {
  return {
    kind: "shrinkage",
    title: "What is left on rows that chose nothing",
    caption:
      "Gain of the neighbours' average over the better parent: from the search half to the test half, with a 95 % interval there.",
    y: { label: `gain, ${task.measure.label}`, unit: differenceUnit(task.measure) },
    arrows: near.map(({ older, newer, averageSeen, average }) =>
      shrinkageArrow(`${names[older]}+${names[newer]}`, averageSeen, average),
    ),
  };
}
