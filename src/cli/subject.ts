/** TASK arguments: a built-in task's name, or a task file that is handed to the engine; and what is measured on it. */
import { readFile } from "node:fs/promises";
import { AppError } from "../base/errors.ts";
import { type Measure, measuresOf } from "../domain/measure.ts";
import type { TaskInfo } from "../domain/task.ts";
import type { SubjectRequest } from "../rpc/protocol.ts";
import type { CommandContext } from "./command.ts";
import type { TaskOptions } from "./options.ts";

/** The task of this name, its file's rows given to the engine first. @throws AppError `usage` for an unknown name. */
export async function resolveTask(task: string, context: CommandContext): Promise<TaskInfo> {
  if (task.endsWith(".jsonl")) {
    return context.engine.call("addTask", { name: task, jsonl: await readTaskFile(task) }, context.job());
  }
  const run = await context.engine.call("openDemo", {}, context.job());
  const info = run.tasks.find((known) => known.name === task);
  if (info === undefined) {
    throw new AppError("usage", `There is no task named "${task}".`, {
      advice: `Give a .jsonl file, or one of: ${run.tasks.map((known) => known.name).join(", ")}.`,
    });
  }
  return info;
}

/** What is measured: the metric asked for, else the task's default. @throws AppError `usage`. */
export function resolveMeasure(info: TaskInfo, metric: string | undefined): Measure {
  const measures = measuresOf(info.kind);
  if (metric === undefined) return measures[0];
  const measure = measures.find((known) => known.metric === metric);
  if (measure === undefined) {
    throw new AppError("usage", `The task ${info.name} does not measure "${metric}".`, {
      advice: `It measures ${measures.map((known) => known.metric).join(" or ")}.`,
    });
  }
  return measure;
}

/** What a study is about, as the engine wants it, and how its values read. */
export async function resolveSubject(
  parents: readonly string[],
  options: TaskOptions,
  context: CommandContext,
): Promise<{ readonly subject: SubjectRequest; readonly measure: Measure; readonly info: TaskInfo }> {
  const info = await resolveTask(options.task, context);
  const measure = resolveMeasure(info, options.metric);
  return {
    info,
    measure,
    subject: {
      parents,
      task: info.name,
      split: options.split ?? "search",
      metric: measure.metric,
      limit: options.limit ?? null,
    },
  };
}

async function readTaskFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("not-found", `The task file ${path} cannot be read.`, {
      advice: "Check the path; a task file has one JSON object a line.",
      cause,
    });
  }
}
