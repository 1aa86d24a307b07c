/** P2 Tables 5 and 6: generation quality against the other methods, all neighbours of the run. */
import type { Cell } from "../../domain/studyResult.ts";
import { mergeNeighbours, P2_METHODS } from "./adjacent.ts";
import { baseline, shortTitle } from "./baselines.ts";
import type { BenchTask, PaperStudy } from "./bench.ts";
import { differenceUnit, markBest, meanCell, scoreUnit, withInterval } from "./differences.ts";
import { gainWords } from "./words.ts";

/** The study. */
export const perplexityMerging: PaperStudy = {
  name: "perplexity-merging",
  title: "Generation quality against all",
  source: "P2 Tables 5 and 6",
  claim:
    "Weights by inverse perplexity beat uniform soup, greedy soup, Fisher averaging and RegMean in the average.",
  needs: { checkpoints: 2, tasks: 1 },
  async run(bench) {
    const tasks = pairOfTasks(bench.tasks);
    const merges = await mergeNeighbours(bench, tasks);
    const gains = (method: string, task: BenchTask) =>
      merges.filter((one) => one.method === method && one.task === task).map(({ gain }) => gain.delta);
    const all = (method: string) => tasks.flatMap((task) => gains(method, task));
    const against = (method: string) => meanCell(all("perplexity").map((gain, i) => gain - all(method)[i]!));
    const percent = tasks.every(({ measure }) => measure.percent);
    const rows = P2_METHODS.map((method): readonly Cell[] => [
      baseline(method).title,
      ...tasks.flatMap((task): readonly Cell[] => {
        const values = merges.filter((one) => one.method === method && one.task === task);
        return [meanCell(values.map(({ value }) => value)), meanCell(gains(method, task))];
      }),
      meanCell(all(method)),
    ]);
    const pairs = merges.length / (tasks.length * P2_METHODS.length);
    return {
      shows: `Over ${pairs} pairs of neighbours and ${tasks.map(({ info }) => info.name).join(" and ")}, weights by inverse perplexity gain ${gainWords(meanCell(all("perplexity")), { percent })} over the better parent; against the uniform soup they are ${gainWords(against("uniform"), { percent })}, against RegMean ${gainWords(against("regmean"), { percent })}, against Fisher ${gainWords(against("fisher"), { percent })}.`,
      not: "that the weights matter: perplexities of neighbours differ by a few per cent, so these weights lie within a few hundredths of one half, and the merge is nearly the uniform soup.",
      tables: [
        {
          title: "Mean over all neighbours",
          columns: [
            { title: "method", unit: "words" },
            ...tasks.flatMap(({ info, measure }) => [
              { title: info.name, unit: scoreUnit(measure) },
              { title: `${info.name}, gain`, unit: differenceUnit(measure) },
            ]),
            { title: "mean gain", unit: differenceUnit({ percent }) },
          ],
          rows: markBest(rows, [
            null,
            ...tasks.flatMap(({ measure }) => [(measure.higherIsBetter ? 1 : -1) as 1 | -1, 1 as const]),
            1,
          ]),
          note: `Test halves; ± standard error over ${pairs} pairs, which share checkpoints. Gains are over each pair's better parent.`,
        },
      ],
      figures: [
        {
          kind: "intervals",
          title: "Mean gain over the better parent",
          caption: `${pairs} pairs of neighbours, with a 95 % interval over pairs.`,
          y: { label: "gain", unit: differenceUnit({ percent }) },
          groups: tasks.map(({ info }) => info.name),
          marks: tasks.flatMap((task) =>
            P2_METHODS.map((method) => ({
              group: task.info.name,
              name: shortTitle(baseline(method).title),
              ...withInterval(meanCell(gains(method, task))),
            })),
          ),
        },
      ],
      notes: [
        "Several cells of P2's tables are no multiple of one item (k/1838 for PIQA, k/1267 for WinoGrande), so they are averages over pairs or of another harness; here they are averages over all neighbours of the run.",
        "P2's columns are model sizes; one run has one size. The command repeats the study for any checkpoints.",
      ],
    };
  },
};

/** The tasks of the shape of PIQA and WinoGrande where there are such, else the first two. */
function pairOfTasks(tasks: readonly BenchTask[]): readonly BenchTask[] {
  const like = ["piqa", "winogrande"].flatMap((name) => {
    const found = tasks.find(({ info }) => `${info.like ?? ""} ${info.name}`.toLowerCase().includes(name));
    return found === undefined ? [] : [found];
  });
  return like.length === 2 ? like : tasks.slice(0, 2);
}
