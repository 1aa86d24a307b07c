/** `mergescope sweep OLDER NEWER --task T`: λΘ_newer + (1−λ)Θ_older at evenly spaced λ (P1 §2.4). */
import type { Command } from "commander";
import { AppError, isCancelled } from "../../base/errors.ts";
import { type Measure, turnSign } from "../../domain/measure.ts";
import { indexOfBest, shareAboveBetterParent } from "../../domain/ranking.ts";
import type { Score, SweepPoint } from "../../domain/study.ts";
import type { EngineMethods, SubjectRequest } from "../../rpc/protocol.ts";
import { resolveParents } from "../checkpoints.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import {
  addCommonOptions,
  addMeasureOptions,
  addRaceOption,
  addTaskOptions,
  integerIn,
  numberIn,
  type RaceOptions,
  raceOf,
  type TaskOptions,
} from "../options.ts";
import { predictSweep } from "../predictedSweep.ts";
import { describeMeasure, inMetricUnits } from "../scores.ts";
import { resolveSubject } from "../subject.ts";
import { formatLambda, formatRows, formatValue } from "../text/numbers.ts";
import { shrink, sparkline } from "../text/sparkline.ts";
import { formatTable, textWidth } from "../text/table.ts";

type SweepOptions = CommonOptions &
  TaskOptions &
  RaceOptions & {
    readonly points: number;
    readonly from: number;
    readonly to: number;
    readonly predict?: number;
  };

/** What was measured, whole or cut short; objective units. */
type Measured = {
  readonly points: readonly SweepPoint[];
  readonly parents: readonly (Score | null)[];
  readonly stopped: boolean;
};

/** Adds the command. */
export function defineSweep(program: Command, run: Run): void {
  addCommonOptions(
    addRaceOption(
      addMeasureOptions(
        addTaskOptions(
          program
            .command("sweep")
            .description("measure merges of two checkpoints at evenly spaced λ")
            .argument("<older>", "the older checkpoint")
            .argument("<newer>", "the newer checkpoint; λ is its weight"),
        ),
      ),
    )
      .option("--points <n>", "how many λ, both ends included", integerIn(1, 100_000), 100)
      .option("--from <lambda>", "first λ", numberIn(0, 1), 0)
      .option("--to <lambda>", "last λ", numberIn(0, 1), 1)
      .option(
        "--predict <n>",
        "measure only n merges and two checks, and predict the accuracy everywhere from the items' margins",
        integerIn(2, 50),
      ),
  ).action((older: string, newer: string, options: SweepOptions) =>
    run(options, (context) => sweep([older, newer], options, context)),
  );
}

async function sweep(
  names: readonly string[],
  options: SweepOptions,
  context: CommandContext,
): Promise<Outcome> {
  const lambdas = spacedLambdas(options.from, options.to, options.points);
  const parents = await resolveParents(names, context);
  if (parents.length !== 2) throw new AppError("usage", "A sweep is between two checkpoints.");
  const { subject, measure } = await resolveSubject(parents, options, context);
  if (options.predict !== undefined) return predictSweep(subject, options.predict, context);
  const measured = await measureSweep({ subject, lambdas, race: raceOf(options) }, context);
  return {
    json: sweepDocument(parents, subject, measure, measured),
    text: sweepText(parents, subject, measure, measured, context.columns),
    stopped: measured.stopped,
  };
}

/** `count` evenly spaced λ from `from` to `to`, both included; a single one is `from`. */
export function spacedLambdas(from: number, to: number, count: number): readonly number[] {
  if (from > to) throw new AppError("usage", `--from ${from} is above --to ${to}.`);
  if (count === 1) return [from];
  return Array.from({ length: count }, (_, index) => from + ((to - from) * index) / (count - 1));
}

async function measureSweep(
  request: EngineMethods["sweep"]["request"],
  context: CommandContext,
): Promise<Measured> {
  const parents: (Score | null)[] = [null, null];
  const points: SweepPoint[] = [];
  const job = context.job((event) => {
    if (event.kind === "parent") parents[event.index] = event.score;
    if (event.kind === "point") points.push(event.point);
  });
  try {
    const record = await context.engine.call("sweep", request, job);
    return { points: record.points, parents: record.parents, stopped: false };
  } catch (thrown) {
    if (!isCancelled(thrown) || (points.length === 0 && parents.every((parent) => parent === null)))
      throw thrown;
    return { points, parents, stopped: true };
  }
}

/** `null` while a parent is not measured. */
function shareAbove({ points, parents }: Measured): number | null {
  const known = parents.filter((parent) => parent !== null);
  return known.length < parents.length ? null : shareAboveBetterParent(points, known);
}

function sweepDocument(
  names: readonly string[],
  subject: SubjectRequest,
  measure: Measure,
  measured: Measured,
): object {
  const { points, parents, stopped } = measured;
  return {
    task: subject.task,
    split: subject.split,
    ...describeMeasure(measure),
    points: points.map((point) => ({ lambda: point.lambda, ...inMetricUnits(point, measure) })),
    parents: names.map((name, index) => {
      const score = parents[index] ?? null;
      return score === null ? { name, value: null } : { name, ...inMetricUnits(score, measure) };
    }),
    shareAboveBetterParent: shareAbove(measured),
    stopped,
  };
}

function sweepText(
  names: readonly string[],
  subject: SubjectRequest,
  measure: Measure,
  measured: Measured,
  columns: number,
): string {
  const { points, parents } = measured;
  const show = ({ value, stderr }: Score): string => formatValue(measure, turnSign(measure, value), stderr);
  const best = points[indexOfBest(points)];
  const share = shareAbove(measured);
  const table = formatTable(
    [
      { title: "", align: "left" },
      { title: measure.label, align: "right" },
    ],
    [
      ...names.map((name, index) => [name, parents[index] == null ? "not measured" : show(parents[index])]),
      ...(best === undefined ? [] : [[`best merge, λ = ${formatLambda(best.lambda)}`, show(best)]]),
    ],
  );
  const rows = [...points, ...parents].find((score) => score !== null)?.n ?? 0;
  const better = measure.higherIsBetter ? "higher is better" : "lower is better, drawn upside down";
  return [
    `${subject.task} (${subject.split}, ${formatRows(rows)}): ${measure.label}, ${better}`,
    "",
    ...(points.length === 0 ? [] : [...drawCurve(points, columns), ""]),
    table,
    "",
    share === null ? "" : `${(100 * share).toFixed(0)} % of ${points.length} λ beat the better parent.\n`,
  ].join("\n");
}

function drawCurve(points: readonly SweepPoint[], columns: number): readonly string[] {
  const curve = sparkline(
    shrink(
      points.map((point) => point.value),
      Math.max(20, columns - 2),
    ),
  );
  const [low, high] = [points[0], points.at(-1)].map((point) => `λ ${formatLambda(point?.lambda ?? 0)}`);
  const gap = Math.max(1, textWidth(curve) - textWidth(low ?? "") - textWidth(high ?? ""));
  return [curve, `${low}${" ".repeat(gap)}${high}`];
}
