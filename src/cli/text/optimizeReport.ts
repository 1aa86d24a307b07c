/** A search as text: its parents, its trials, the best of them, and whether it holds on unseen rows. Pure. */
import { type Measure, turnSign } from "../../domain/measure.ts";
import { indexOfBest } from "../../domain/ranking.ts";
import type { Heldout, Score, Trial } from "../../domain/study.ts";
import { formatLambda, formatRows, formatValue } from "./numbers.ts";
import { formatTable } from "./table.ts";

/** What the report tells of; objective units, parents' scores where they were measured. */
export type ReportedSearch = {
  readonly parents: readonly (Score | undefined)[];
  readonly trials: readonly Trial[];
  readonly heldout: Heldout | null;
  readonly stopped: boolean;
};

/** The whole report, ending in a new line. */
export function optimizeText(
  subject: { readonly parents: readonly string[]; readonly task: string; readonly split: string },
  measure: Measure,
  search: ReportedSearch,
): string {
  const best = search.trials[indexOfBest(search.trials)];
  const rows = [...search.trials, ...search.parents].find((score) => score !== undefined)?.n ?? 0;
  const better = measure.higherIsBetter ? "higher is better" : "lower is better";
  return [
    `${subject.task} (${subject.split}, ${formatRows(rows)}): ${measure.label}, ${better}`,
    "",
    parentsTable(subject.parents, measure, search.parents),
    "",
    ...(search.trials.length === 0 ? [] : [trialsTable(measure, search.trials), ""]),
    ...(best === undefined
      ? []
      : [`best: trial ${best.number}, ${mixOf(best)}, ${showScore(measure, best)}`, ""]),
    ...(search.heldout === null ? [] : [heldoutText(subject.parents, measure, search.heldout), ""]),
    ...(search.heldout === null && !search.stopped
      ? ["The task has no rows that the search did not see, so its best score is an optimistic one.", ""]
      : []),
  ].join("\n");
}

/** "λ = 0.87", or all weights where there are more than two parents. */
function mixOf({ lambda, weights }: Pick<Trial, "lambda" | "weights">): string {
  return lambda === null ? `weights ${weights.map(formatLambda).join(", ")}` : `λ = ${formatLambda(lambda)}`;
}

function showScore(measure: Measure, { value, stderr }: Pick<Score, "value" | "stderr">): string {
  return formatValue(measure, turnSign(measure, value), stderr);
}

function parentsTable(
  names: readonly string[],
  measure: Measure,
  scores: readonly (Score | undefined)[],
): string {
  return formatTable(
    [
      { title: "parent", align: "left" },
      { title: measure.label, align: "right" },
    ],
    names.map((name, index) => {
      const score = scores[index];
      return [name, score === undefined ? "not measured" : showScore(measure, score)];
    }),
  );
}

function trialsTable(measure: Measure, trials: readonly Trial[]): string {
  const many = trials.some((trial) => trial.lambda === null);
  return formatTable(
    [
      { title: "trial", align: "right" },
      { title: many ? "weights" : "λ", align: "right" },
      { title: measure.label, align: "right" },
      { title: "expected", align: "right" },
      { title: "chosen by", align: "left" },
    ],
    trials.map((trial) => {
      const { ask } = trial;
      const expected =
        ask.posterior === null
          ? ""
          : formatValue(measure, turnSign(measure, ask.posterior.mean), ask.posterior.std);
      return [
        String(trial.number),
        trial.lambda === null ? trial.weights.map((w) => w.toFixed(3)).join(" ") : trial.lambda.toFixed(4),
        showScore(measure, trial),
        expected,
        ask.acquisition ?? "initial design",
      ];
    }),
  );
}

function heldoutText(names: readonly string[], measure: Measure, heldout: Heldout): string {
  const parent = heldout.parents[heldout.betterParent];
  const delta = formatValue(measure, turnSign(measure, heldout.delta), heldout.deltaStderr, true);
  return [
    `on ${heldout.merge.n} ${heldout.split} rows that the search did not see: ${showScore(measure, heldout.merge)}`,
    parent === undefined
      ? ""
      : `better parent there, ${names[heldout.betterParent]}: ${showScore(measure, parent)}`,
    `difference, paired: ${delta} (p = ${heldout.pValue.toPrecision(2)})`,
  ]
    .filter((line) => line !== "")
    .join("\n");
}
