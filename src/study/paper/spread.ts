/** P2 Fig. 4 (5–7 of the appendix): the change against the better parent over all neighbours, as boxes. */
import type { Cell } from "../../domain/studyResult.ts";
import { quantile } from "../../numerics/statistics.ts";
import { mergeNeighbours, P2_METHODS } from "./adjacent.ts";
import { baseline, shortTitle } from "./baselines.ts";
import type { PaperStudy } from "./bench.ts";
import { meanCell } from "./differences.ts";

/** The study. */
export const spread: PaperStudy = {
  name: "spread",
  title: "Spread over pairs",
  source: "P2 Fig. 4",
  claim:
    "Over the neighbouring pairs of a run, weights by inverse perplexity give larger and steadier gains than the other methods.",
  needs: { checkpoints: 3, tasks: 1 },
  async run(bench) {
    const merges = await mergeNeighbours(bench, bench.tasks);
    // In per cent of the better parent's score, as the paper draws it; positive is better for losses too.
    const relative = (method: string, task: (typeof bench.tasks)[number]) =>
      merges
        .filter((one) => one.method === method && one.task === task)
        .map(({ gain, better }) => gain.delta / Math.abs(better));
    const spreads = P2_METHODS.map((method) => {
      const values = bench.tasks.flatMap((task) => relative(method, task));
      return { method, mean: meanCell(values), range: quantile(values, 0.75) - quantile(values, 0.25) };
    });
    const steadiest = spreads.reduce((a, b) => (b.range < a.range ? b : a));
    const highest = spreads.reduce((a, b) => (b.mean.value > a.mean.value ? b : a));
    const percentOf = (value: number) => `${(100 * value).toFixed(1)} %`;
    const title = (method: (typeof P2_METHODS)[number]) => shortTitle(baseline(method).title);
    return {
      shows: `The largest mean change over pairs and tasks is that of ${title(highest.method)} (${percentOf(highest.mean.value)}), the narrowest middle half that of ${title(steadiest.method)} (${percentOf(steadiest.range)} wide); generation quality has ${percentOf(spreads.at(-1)!.mean.value)} and ${percentOf(spreads.at(-1)!.range)}.`,
      not: "what of a box is a difference between pairs and what is the noise of a few hundred items: each value has an error of its own, of about the height of the boxes.",
      tables: [
        {
          title: "Change against the better parent, mean over all neighbours",
          columns: [
            { title: "method", unit: "words" },
            ...bench.tasks.map(({ info }) => ({ title: `${info.name}, %`, unit: "points" as const })),
            { title: "middle half, %", unit: "percent" },
          ],
          rows: spreads.map(({ method, range }): readonly Cell[] => [
            baseline(method).title,
            ...bench.tasks.map((task): Cell => meanCell(relative(method, task))),
            { value: range },
          ]),
          note: "Test halves; in per cent of the better parent's value, positive is better. ± standard error over pairs. Middle half: from the first to the third quartile of all pairs and tasks.",
        },
      ],
      figures: [
        {
          kind: "boxes",
          title: "Change against the better parent",
          caption: "One value a pair of neighbours, test half; in per cent of the better parent's value.",
          y: { label: "change, %", unit: "points" },
          groups: bench.tasks.flatMap((task) =>
            P2_METHODS.map((method) => ({
              group: task.info.name,
              name: title(method),
              values: relative(method, task),
            })),
          ),
        },
      ],
      notes: ["Greedy soup and Fisher see labels of the search half; the others do not."],
    };
  },
};
