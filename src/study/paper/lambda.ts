/** P1 §2.4, Figs. 2 and 7: λ swept between neighbours that differ much and little, and the share of λ that wins. */
import { createProgress } from "../../base/job.ts";
import { pairRecipe, soleRecipe } from "../../domain/recipe.ts";
import type { StudyFigure, StudyTable } from "../../domain/studyResult.ts";
import { comparePaired, type PairedComparison } from "../../evaluate/significance.ts";
import type { BenchTask, PaperStudy, StudyBench } from "./bench.ts";
import {
  betterParent,
  certainOnes,
  differenceCell,
  differenceUnit,
  gainCell,
  metricOf,
  neighbourPairs,
  objectiveOf,
  scoreUnit,
  shortNames,
  shrinkageArrow,
} from "./differences.ts";
import { gainWords, shareWords } from "./words.ts";

/** P1: "uniformly sample 100 points" of [0, 1]. */
export const SWEPT = Array.from({ length: 100 }, (_, i) => i / 99);

type Sweep = {
  readonly parents: readonly [string, string];
  readonly title: string;
  readonly search: readonly PairedComparison[];
  readonly test: readonly PairedComparison[];
  readonly figure: StudyFigure;
};

/** The study. */
export const lambda: PaperStudy = {
  name: "lambda",
  title: "Which λ",
  source: "P1 §2.4, Figs. 2 and 7",
  claim:
    "Between neighbours of unlike scores few λ beat the better parent (13 %), between neighbours of like scores most do (76 %; 70 % for another model).",
  needs: { checkpoints: 2, tasks: 1 },
  async run(bench) {
    const task = bench.tasks[0]!;
    const [unlike, like] = await choosePairs(bench, task);
    const sweeps = [await sweep(bench, task, unlike, "unlike")];
    if (like[0] !== unlike[0]) sweeps.push(await sweep(bench, task, like, "like"));
    const last = sweeps.at(-1)!;
    const best = bestOf(last.search);
    return {
      shows: `On ${task.info.name} ${sweeps.map((one) => `${shareWords(shareUp(one.test))} of the λ between ${shortNames(one.parents).join(" and ")} (${one.title} scores)`).join(" and ")} beat the better parent on the test half. The λ that is best on the search half gains ${gainWords(gainCell(last.search[best]!), task.measure)} there and ${gainWords(gainCell(last.test[best]!), task.measure)} on the test half: the rest was luck.`,
      not: "which λ is best: neighbouring λ share nearly all items, so the curve's small steps are the same noise, and a share of winning λ is no probability of winning.",
      tables: [table(sweeps, task)],
      figures: [...sweeps.map(({ figure }) => figure), shrinkage(sweeps, task)],
      notes: [
        "λ is the weight of the newer checkpoint: 100 values from 0 to 1, as printed.",
        "Pairs are chosen on the search half: of all neighbours those whose scores differ most and least.",
      ],
    };
  },
};

/** Neighbours whose scores on the search half differ most, and least. */
export async function choosePairs(
  bench: StudyBench,
  task: BenchTask,
): Promise<readonly [unlike: readonly [string, string], like: readonly [string, string]]> {
  const { checkpoints } = bench.settings;
  const scores = new Map<string, number>();
  for (const name of checkpoints)
    scores.set(name, objectiveOf(await bench.evaluate(soleRecipe(name), task, "search"), task.measure));
  const gaps = neighbourPairs(checkpoints)
    .map((pair) => ({ pair, gap: Math.abs(scores.get(pair[1])! - scores.get(pair[0])!) }))
    .toSorted((a, b) => a.gap - b.gap);
  return [gaps.at(-1)!.pair, gaps[0]!.pair];
}

async function sweep(
  bench: StudyBench,
  task: BenchTask,
  parents: readonly [string, string],
  title: string,
): Promise<Sweep> {
  const progress = createProgress(bench.clock, `sweeping λ, ${title} scores`, 2 * SWEPT.length, "merges");
  let done = 0;
  const along = async (half: "search" | "test") => {
    const better = await betterParent(bench, parents, task, half);
    const points = [];
    for (const weight of SWEPT) {
      bench.job.onProgress(progress(done++));
      const evaluation = await bench.evaluate(lineRecipe(parents, weight), task, half);
      points.push({ evaluation, comparison: comparePaired(evaluation, better.evaluation, task.measure) });
    }
    return points;
  };
  const [search, test] = [await along("search"), await along("test")];
  const own = async (name: string) =>
    metricOf(await bench.evaluate(soleRecipe(name), task, "test"), task.measure).value;
  const unit = scoreUnit(task.measure);
  const series = (points: typeof test, name: string, style: "line" | "dashed") => ({
    name,
    style,
    points: points.map(({ evaluation, comparison }, i) => {
      const { value } = metricOf(evaluation, task.measure);
      // The band is the paired error: how far the curve may move against the better parent.
      const half = name === "test half" ? 1.96 * comparison.deltaStderr : 0;
      return { x: SWEPT[i]!, y: value, low: value - half, high: value + half };
    }),
  });
  const [older, newer] = shortNames(parents);
  return {
    parents,
    title,
    search: search.map(({ comparison }) => comparison),
    test: test.map(({ comparison }) => comparison),
    figure: {
      kind: "lines",
      title: `λ between ${older} and ${newer} (${title} scores)`,
      caption: `${task.info.name}. Band: 95 % interval of the difference to the better parent, paired over items.`,
      x: { label: "λ, weight of the newer", unit: "lambda" },
      y: { label: task.measure.label, unit },
      series: [series(test, "test half", "line"), series(search, "search half", "dashed")],
      rules: [
        { y: await own(parents[0]), name: `${older}, test half` },
        { y: await own(parents[1]), name: `${newer}, test half` },
      ],
    },
  };
}

/** The merge at λ; at the ends the parents themselves. */
export function lineRecipe([older, newer]: readonly [string, string], weight: number) {
  return weight === 0
    ? soleRecipe(older)
    : weight === 1
      ? soleRecipe(newer)
      : pairRecipe(older, newer, weight);
}

function table(sweeps: readonly Sweep[], task: BenchTask): StudyTable {
  const unit = differenceUnit(task.measure);
  return {
    title: `λ swept on ${task.info.name}`,
    columns: [
      { title: "pair", unit: "words" },
      { title: "λ that win, search half", unit: "percent" },
      { title: "λ that win, test half", unit: "percent" },
      { title: "of them beyond noise", unit: "percent" },
      { title: "best λ, search half", unit: "lambda" },
      { title: "gain there", unit },
      { title: "gain on the test half", unit },
    ],
    rows: sweeps.map(({ parents, search, test }) => {
      const best = bestOf(search);
      const sure = certainOnes(test).map(({ certain }, i) => certain && test[i]!.delta > 0);
      return [
        shortNames(parents).join("+"),
        { value: shareUp(search) },
        { value: shareUp(test) },
        { value: sure.filter(Boolean).length / sure.length },
        { value: SWEPT[best]! },
        differenceCell(search[best]!, false),
        differenceCell(test[best]!, sure[best]!),
      ];
    }),
    note: "A λ wins when it scores strictly above the better parent. ± one standard error, paired over items.",
  };
}

function shrinkage(sweeps: readonly Sweep[], task: BenchTask): StudyFigure {
  return {
    kind: "shrinkage",
    title: "The winner's curse",
    caption:
      "Gain of the λ that is best on the search half: there, and on the test half with a 95 % interval.",
    y: { label: `gain, ${task.measure.label}`, unit: differenceUnit(task.measure) },
    arrows: sweeps.map(({ parents, search, test }) => {
      const best = bestOf(search);
      return shrinkageArrow(shortNames(parents).join("+"), search[best]!, test[best]!);
    }),
  };
}

function bestOf(points: readonly PairedComparison[]): number {
  return points.reduce((best, { delta }, i) => (delta > points[best]!.delta ? i : best), 0);
}

function shareUp(points: readonly PairedComparison[]): number {
  return points.filter(({ delta }) => delta > 0).length / points.length;
}
