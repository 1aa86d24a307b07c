/** `mergescope evaluate CKPT --task T`: a checkpoint's metrics in lm-evaluation-harness's shape. */
import { writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { AppError } from "../../base/errors.ts";
import type { Evaluation, MetricValue } from "../../domain/evaluation.ts";
import { type MetricName, measuresOf } from "../../domain/measure.ts";
import { soleRecipe } from "../../domain/recipe.ts";
import type { TaskInfo } from "../../domain/task.ts";
import { resolveCheckpoints } from "../checkpoints.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { addCommonOptions, addTaskOptions, integerIn, type TaskOptions } from "../options.ts";
import { sampleLines } from "../samples.ts";
import { resolveTask } from "../subject.ts";
import { formatCount, formatElapsed, formatRows, formatValue } from "../text/numbers.ts";
import { formatTable } from "../text/table.ts";

type EvaluateOptions = CommonOptions &
  TaskOptions & { readonly data?: string; readonly numFewshot?: number; readonly logSamples?: string };

/** Adds the command. */
export function defineEvaluate(program: Command, run: Run): void {
  addCommonOptions(
    addTaskOptions(
      program
        .command("evaluate")
        .description("measure one checkpoint on one task")
        .argument("<checkpoint>", "a folder, a weights file or demo:STEP"),
    )
      .addOption(
        new Option("--split <half>", "the half of a built-in task's rows to use")
          .choices(["search", "test"])
          .default("search"),
      )
      .option("--num-fewshot <k>", "worked examples before each question", integerIn(0, 100))
      .option("--data <path>", "a built-in task's files in their published format")
      .option("--log-samples <file>", "write one JSON object an item, a line each"),
  ).action((name: string, options: EvaluateOptions) =>
    run(options, (context) => evaluate(name, options, context)),
  );
}

async function evaluate(name: string, options: EvaluateOptions, context: CommandContext): Promise<Outcome> {
  refuseUnsupported(options);
  const [checkpoint, ...more] = await resolveCheckpoints([name], context);
  if (checkpoint === undefined || more.length > 0) {
    throw new AppError("usage", "One checkpoint is evaluated at a time.", {
      advice: "Name one, such as demo:STEP; `mergescope inspect demo` lists the steps.",
    });
  }
  const task = await resolveTask(options.task, context);
  const request = {
    recipe: soleRecipe(checkpoint),
    task: task.name,
    split: options.split ?? "search",
    limit: options.limit ?? null,
  } as const;
  const evaluation = await context.engine.call("evaluate", request, context.job());
  if (options.logSamples !== undefined) await logSamples(options.logSamples, evaluation, context);
  return {
    json: evaluationDocument(checkpoint, task, evaluation, options.limit ?? null),
    text: evaluationText(checkpoint, task, evaluation),
    stopped: false,
  };
}

function refuseUnsupported(options: EvaluateOptions): void {
  if (options.data !== undefined) {
    throw new AppError("unsupported", "Published data files (--data) are not supported yet.", {
      advice: "Write the rows to a .jsonl task file and give it as --task.",
    });
  }
  if ((options.numFewshot ?? 0) > 0) {
    throw new AppError("unsupported", "Worked examples (--num-fewshot above 0) are not supported yet.", {
      advice: "Leave the option out, or write the examples into the contexts of a .jsonl task file.",
    });
  }
}

/** The result as lm-evaluation-harness prints it: "metric,filter" keys, "N/A" where there is no standard error. */
function evaluationDocument(
  checkpoint: string,
  task: TaskInfo,
  evaluation: Evaluation,
  limit: number | null,
): object {
  const metrics = Object.entries(evaluation.metrics) as readonly (readonly [MetricName, MetricValue])[];
  const values = metrics.flatMap(([metric, { value, stderr }]) => [
    [`${metric},none`, value],
    [`${metric}_stderr,none`, stderr ?? "N/A"],
  ]);
  return {
    results: { [task.name]: { alias: task.name, ...Object.fromEntries(values), n: evaluation.n } },
    higher_is_better: {
      [task.name]: Object.fromEntries(metrics.map(([metric]) => [metric, higherIsBetter(metric)])),
    },
    config: {
      model: checkpoint,
      task: task.name,
      split: evaluation.split,
      limit,
      num_fewshot: 0,
      dtype: "float32",
    },
    tokens: evaluation.tokens,
    total_evaluation_time_seconds: evaluation.elapsedMs / 1000,
  };
}

function higherIsBetter(metric: MetricName): boolean {
  return metric === "acc" || metric === "acc_norm" || metric === "exact_match";
}

function evaluationText(checkpoint: string, task: TaskInfo, evaluation: Evaluation): string {
  const metrics = Object.entries(evaluation.metrics) as readonly (readonly [MetricName, MetricValue])[];
  const table = formatTable(
    [
      { title: "metric", align: "left" },
      { title: "value", align: "right" },
      { title: "better", align: "left" },
    ],
    metrics.map(([metric, { value, stderr }]) => [
      metric,
      formatValue({ percent: higherIsBetter(metric) }, value, stderr),
      higherIsBetter(metric) ? "higher" : "lower",
    ]),
  );
  const chance =
    task.chance === null || !measuresOf(task.kind)[0].percent
      ? ""
      : `; blind guessing would score ${formatValue({ percent: true }, task.chance, null)}`;
  const rate = `${formatCount(evaluation.tokens)} tokens in ${formatElapsed(evaluation.elapsedMs)}`;
  return `${checkpoint} on ${task.name}, ${formatRows(evaluation.n)} (${evaluation.split})${chance}\n\n${table}\n\n${rate}\n`;
}

async function logSamples(file: string, evaluation: Evaluation, context: CommandContext): Promise<void> {
  const rows = await context.engine.call(
    "taskRows",
    { task: evaluation.task, split: evaluation.split, first: 0, count: evaluation.n },
    context.job(),
  );
  try {
    await writeFile(file, sampleLines(rows, evaluation.items));
  } catch (cause) {
    throw new AppError("write-failed", `The samples could not be written to ${file}.`, {
      advice: "Give a path in a folder that exists and may be written to.",
      cause,
    });
  }
}
