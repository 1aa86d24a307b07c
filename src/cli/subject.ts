/** TASK arguments: a built-in task's name, or a task file that is handed to the engine; and what is measured on it. */
import { readFile } from "node:fs/promises";
import { AppError } from "../base/errors.ts";
import { type Measure, measureNamed } from "../domain/measure.ts";
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

/** What a study is about, as the engine wants it, and how its values read. */
export async function resolveSubject(
  parents: readonly string[],
  options: TaskOptions,
  context: CommandContext,
): Promise<{ readonly subject: SubjectRequest; readonly measure: Measure; readonly info: TaskInfo }> {
  const info = await resolveTask(options.task, context);
  const measure = measureNamed(info, options.metric ?? null);
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
