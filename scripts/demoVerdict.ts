/** Which of the phenomena that a demo run must have hold, in two sentences. Pure. */
import { wrapText } from "../src/cli/text/table.ts";
import { bestOf, contrast, halfOf, isClearlyBelow, worstDip } from "./demoCurves.ts";
import { fallsAmong, type PairCurves, type TaskTrajectory, winsOf } from "./demoTables.ts";

/** What the verdict is about. */
export type Findings = {
  readonly trajectories: readonly TaskTrajectory[];
  /** Checkpoints that count as late. */
  readonly late: number;
  readonly near: readonly PairCurves[];
  readonly far: readonly PairCurves[];
};

type Phenomenon = { readonly holds: boolean; readonly words: string };

/** Of ten pairs of neighbours this share must gain. */
const WINNING_SHARE = 0.7;
const FLOOR = 0.55;
const CEILING = 0.9;

/** "Holds: …." and "Does not hold: ….", in lines of at most `width` characters. */
export function formatVerdict(findings: Findings, width: number): string {
  const all = [...scorePhenomena(findings), ...mergePhenomena(findings)];
  const list = (holds: boolean): string =>
    all
      .filter((phenomenon) => phenomenon.holds === holds)
      .map(({ words }) => words)
      .join("; ") || "nothing";
  return [`Holds: ${list(true)}.`, `Does not hold: ${list(false)}.`]
    .flatMap((words) => wrapText(words, width))
    .join("\n");
}

function scorePhenomena({ trajectories, late }: Findings): readonly Phenomenon[] {
  const tasks = trajectories.map(({ task, steps }) => ({
    task,
    unit: task.kind === "text" ? ("nats" as const) : ("points" as const),
    scores: steps.slice(-late).map((at) => contrast([{ factor: 1, of: [at] }])),
  }));
  const graded = tasks.filter(({ unit }) => unit === "points");
  const scores = graded.flatMap((task) => task.scores);
  const between = scores.filter(({ value }) => value >= FLOOR && value <= CEILING).length;
  const above = graded.every((task) =>
    task.scores.every(({ value, stderr }) => value > (task.task.chance ?? 0) + 3 * stderr!),
  );
  const falling = tasks.filter(
    (task) =>
      fallsAmong(
        task.scores.map(({ value }) => value),
        task.unit,
      ) > 0,
  ).length;
  return [
    { holds: above, words: "every late accuracy is more than 3 standard errors above chance" },
    {
      holds: between === scores.length,
      words: `all late accuracies are within 55–90 % (${between} of ${scores.length} are)`,
    },
    {
      holds: falling === tasks.length,
      words: `every task falls somewhere among the late checkpoints (${falling} of ${tasks.length} do)`,
    },
  ];
}

function mergePhenomena({ near, far }: Findings): readonly Phenomenon[] {
  const wins = (unit: "nats" | "points") => winsOf(near, unit);
  const enough = Math.ceil(WINNING_SHARE * near.length);
  const optima = near.flatMap(({ loss, accuracy }) => [bestOf(loss).lambda, bestOf(accuracy).lambda]);
  const barriers = (measure: "loss" | "accuracy") =>
    far.filter((curves) => {
      const dip = worstDip(curves[measure]);
      return dip !== null && isClearlyBelow(dip.overLine);
    }).length;
  const declines = (measure: "loss" | "accuracy") =>
    far.filter((curves) => isClearlyBelow(halfOf(curves[measure]).overBetter)).length;
  return [
    {
      holds: wins("nats") >= enough,
      words: `the best merge of neighbours beats both by loss (${wins("nats")} of ${near.length} pairs)`,
    },
    {
      holds: wins("points") >= enough,
      words: `the best merge of neighbours beats both by the mean of the accuracies (${wins("points")} of ${near.length})`,
    },
    {
      holds: optima.some((lambda) => lambda !== 0.5),
      words: `the best λ is not always 0.5 (it is in ${optima.filter((lambda) => lambda === 0.5).length} of ${optima.length} searches)`,
    },
    {
      holds: barriers("loss") > 0,
      words: `a barrier by loss between early and late (${barriers("loss")} of ${far.length} pairs)`,
    },
    {
      holds: barriers("accuracy") > 0,
      words: `a barrier by accuracy between early and late (${barriers("accuracy")} of ${far.length} pairs)`,
    },
    {
      holds: declines("loss") > 0 || declines("accuracy") > 0,
      words: `the uniform merge of early with late is worse than the better parent (by loss ${declines("loss")}, by accuracy ${declines("accuracy")} of ${far.length} pairs)`,
    },
  ];
}
