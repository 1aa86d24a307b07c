/** `mergescope tasks`: the built-in tasks with their sizes, metrics and licence. Reads no weights and no data. */
import type { Command } from "commander";
import { measuresOf } from "../../domain/measure.ts";
import type { BenchmarkInfo } from "../../domain/task.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { addCommonOptions } from "../options.ts";
import { formatCount, formatValue } from "../text/numbers.ts";
import { formatTable } from "../text/table.ts";

/** Adds the command. */
export function defineTasks(program: Command, run: Run): void {
  addCommonOptions(
    program.command("tasks").description("list the built-in tasks with their sizes, metrics and licence"),
  ).action((options: CommonOptions) => run(options, listTasks));
}

async function listTasks(context: CommandContext): Promise<Outcome> {
  const run = await context.engine.call("openDemo", {}, context.job());
  const benchmarks = await context.engine.call("benchmarks", {}, context.job());
  const tasks = run.tasks.map((task) => ({
    ...task,
    metrics: measuresOf(task.kind).map((measure) => measure.metric),
    licence: task.licence ?? run.licence,
    default: task.name === run.defaultTask,
  }));
  const shipped = formatTable(
    [
      { title: "task", align: "left" },
      { title: "kind", align: "left" },
      { title: "search", align: "right" },
      { title: "test", align: "right" },
      { title: "chance", align: "right" },
      { title: "metrics", align: "left" },
      { title: "licence", align: "left" },
      { title: "asks", align: "left" },
    ],
    tasks.map((task) => [
      task.default ? `${task.name} (default)` : task.name,
      task.kind,
      formatCount(task.rows.search),
      formatCount(task.rows.test),
      task.chance === null ? "" : formatValue({ percent: true }, task.chance, null),
      task.metrics.join(", "),
      task.licence,
      task.question,
    ]),
  );
  const words = [
    shipped,
    "Benchmarks, read from --data or fetched from the hub (NAME_SUBJECT for one subject):",
    benchmarkTable(benchmarks),
    "Or give a .jsonl file of rows, or a task in lm-evaluation-harness's YAML.",
  ];
  return { json: { tasks, benchmarks }, text: `${words.join("\n\n")}\n`, stopped: false };
}

function benchmarkTable(benchmarks: readonly BenchmarkInfo[]): string {
  return formatTable(
    [
      { title: "benchmark", align: "left" },
      { title: "version", align: "right" },
      { title: "kind", align: "left" },
      { title: "parts", align: "right" },
      { title: "examples", align: "right" },
      { title: "metrics", align: "left" },
      { title: "licence", align: "left" },
      { title: "published files", align: "left" },
    ],
    benchmarks.map(({ name, version, kind, subsets, fewShot, metrics, licence, files }) => [
      name,
      String(version),
      kind,
      subsets.length === 0 ? "" : formatCount(subsets.length),
      formatCount(fewShot),
      metrics.join(", "),
      licence,
      files,
    ]),
  );
}
