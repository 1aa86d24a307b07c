/** `mergescope matrix CKPT… --task T`: one merge for every pair of checkpoints (P1 Fig. 1, P2 Fig. 3). */
import { type Command, Option } from "commander";
import { isCancelled } from "../../base/errors.ts";
import { type Measure, turnSign } from "../../domain/measure.ts";
import type { MatrixCell, MatrixRule, Score } from "../../domain/study.ts";
import type { EngineMethods, SubjectRequest } from "../../rpc/protocol.ts";
import { resolveParents } from "../checkpoints.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { addCommonOptions, addMeasureOptions, addTaskOptions, type TaskOptions } from "../options.ts";
import { describeMeasure, inMetricUnits } from "../scores.ts";
import { addSearchOptions, type SearchOptions, searchSettings } from "../searchSettings.ts";
import { resolveSubject } from "../subject.ts";
import { formatHeatMap } from "../text/heatMap.ts";
import { formatRows, formatValue } from "../text/numbers.ts";
import { formatTable } from "../text/table.ts";

type MatrixOptions = CommonOptions & TaskOptions & SearchOptions & { readonly rule: MatrixRule };

/** What was measured, whole or cut short; objective units. */
type Measured = {
  readonly diagonal: readonly (Score | undefined)[];
  readonly cells: readonly MatrixCell[];
  readonly stopped: boolean;
};

/** Adds the command. */
export function defineMatrix(program: Command, run: Run): void {
  addCommonOptions(
    addSearchOptions(
      addMeasureOptions(
        addTaskOptions(
          program
            .command("matrix")
            .description("merge every pair of checkpoints and compare each with its better parent")
            .argument("<checkpoints...>", "oldest first, or demo"),
        ),
      ).addOption(
        new Option("--rule <rule>", "how a pair is merged; the search's options belong to optimize")
          .choices(["greedy", "uniform", "perplexity", "optimize"])
          .default("greedy"),
      ),
    ),
  ).action((names: readonly string[], options: MatrixOptions) =>
    run(options, (context) => matrix(names, options, context)),
  );
}

async function matrix(
  names: readonly string[],
  options: MatrixOptions,
  context: CommandContext,
): Promise<Outcome> {
  const checkpoints = await resolveParents(names, context);
  const { subject, measure } = await resolveSubject(checkpoints, options, context);
  const settings = searchSettings(2, options);
  const measured = await measureMatrix({ subject, rule: options.rule, settings, known: [] }, context);
  return {
    json: matrixDocument(subject, options.rule, measure, measured),
    text: matrixText(subject, options.rule, measure, measured),
    stopped: measured.stopped,
  };
}

async function measureMatrix(
  request: EngineMethods["matrix"]["request"],
  context: CommandContext,
): Promise<Measured> {
  const diagonal: Score[] = [];
  const cells: MatrixCell[] = [];
  const job = context.job((event) => {
    if (event.kind === "parent") diagonal[event.index] = event.score;
    if (event.kind === "cell") cells.push(event.cell);
  });
  try {
    return { ...(await context.engine.call("matrix", request, job)), stopped: false };
  } catch (thrown) {
    if (!isCancelled(thrown) || (cells.length === 0 && diagonal.length === 0)) throw thrown;
    return { diagonal, cells, stopped: true };
  }
}

function matrixDocument(
  subject: SubjectRequest,
  rule: MatrixRule,
  measure: Measure,
  { diagonal, cells, stopped }: Measured,
): object {
  return {
    task: subject.task,
    split: subject.split,
    rule,
    ...describeMeasure(measure),
    checkpoints: subject.parents.map((name, index) => {
      const score = diagonal[index];
      return score === undefined ? { name, value: null } : { name, ...inMetricUnits(score, measure) };
    }),
    cells: cells.map((cell) => ({
      ...cell,
      ...inMetricUnits(cell, measure),
      delta: turnSign(measure, cell.delta),
    })),
    stopped,
  };
}

function matrixText(
  subject: SubjectRequest,
  rule: MatrixRule,
  measure: Measure,
  { diagonal, cells }: Measured,
): string {
  const show = ({ value, stderr }: Score): string => formatValue(measure, turnSign(measure, value), stderr);
  const own = formatTable(
    [
      { title: "checkpoint", align: "left" },
      { title: measure.label, align: "right" },
    ],
    subject.parents.map((name, index) => {
      const score = diagonal[index];
      return [name, score === undefined ? "not measured" : show(score)];
    }),
  );
  return [
    `${subject.task} (${subject.split}, ${formatRows(diagonal.find((score) => score !== undefined)?.n ?? 0)}): ${measure.label}`,
    "",
    own,
    ...(cells.length === 0 ? [] : gainLines(subject, rule, measure, cells)),
    "",
  ].join("\n");
}

function gainLines(
  subject: SubjectRequest,
  rule: MatrixRule,
  measure: Measure,
  cells: readonly MatrixCell[],
): readonly string[] {
  const unit = measure.percent ? "points" : measure.label;
  const gains = formatHeatMap(subject.parents, cells, (delta) =>
    measure.percent ? signed(100 * delta, 1) : signed(delta, 4),
  );
  const up = cells.filter((cell) => cell.delta > 0).length;
  return [
    "",
    `gain of the ${rule} merge over the better parent, ${unit} (█ largest, · none or loss, * beyond 2 paired standard errors)`,
    "",
    gains,
    "",
    `${up} of ${cells.length} merges beat their better parent.`,
  ];
}

/** "+" means better, for losses too. */
function signed(value: number, decimals: number): string {
  return `${value >= 0 ? "+" : ""}${value.toFixed(decimals)}`;
}
