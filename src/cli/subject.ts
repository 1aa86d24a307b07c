/** TASK arguments: a built-in task's name, or a task file that is handed to the engine; and what is measured on it. */
import { readFile } from "node:fs/promises";
import { AppError } from "../base/errors.ts";
import { type Measure, measureNamed } from "../domain/measure.ts";
import type { DataOrigin, TaskInfo } from "../domain/task.ts";
import type { SubjectRequest } from "../rpc/protocol.ts";
import type { CommandContext } from "./command.ts";
import type { TaskOptions } from "./options.ts";

/** A task of the command line, and which of its rows are meant where nothing else is said. */
export type ResolvedTask = {
  readonly info: TaskInfo;
  /** The harness evaluates all rows of a benchmark; the shipped run's halves are files of their own. */
  readonly isBenchmark: boolean;
};

/**
 * The task of this name, opened: a task file's rows are given to the engine, a benchmark's data is read.
 * @throws AppError `usage` for an unknown name, and of reading.
 */
export async function resolveTask(options: TaskOptions, context: CommandContext): Promise<ResolvedTask> {
  const { task } = options;
  const shots = { fewShot: options.numFewshot ?? null, seed: options.fewshotSeed ?? null };
  if (task.endsWith(".jsonl")) {
    refuseBenchmarkOptions(options, "a task file holds its rows and prompts as they stand");
    const jsonl = await readTaskFile(task);
    const info = await context.engine.call("addTask", { name: task, jsonl }, context.job());
    return { info, isBenchmark: false };
  }
  if (/\.ya?ml$/.test(task)) {
    const request = { name: task, yaml: await readTaskFile(task), data: originOf(options), ...shots };
    return { info: await context.engine.call("addHarnessTask", request, context.job()), isBenchmark: true };
  }
  const run = await context.engine.call("openDemo", {}, context.job());
  const shipped = run.tasks.find((known) => known.name === task);
  if (shipped !== undefined) {
    refuseBenchmarkOptions(options, "it is a task of the shipped run");
    return { info: shipped, isBenchmark: false };
  }
  const benchmarks = await context.engine.call("benchmarks", {}, context.job());
  const isKnown = benchmarks.some(
    ({ name, subsets }) => name === task || subsets.some((subset) => `${name}_${subset}` === task),
  );
  if (isKnown) {
    const request = { task, data: originOf(options), ...shots };
    return { info: await context.engine.call("openBenchmark", request, context.job()), isBenchmark: true };
  }
  const names = [...run.tasks, ...benchmarks].map(({ name }) => name);
  throw new AppError("usage", `There is no task named "${task}".`, {
    advice: `Give a .jsonl or .yaml file, or one of: ${names.join(", ")}.`,
  });
}

/** What a study is about, as the engine wants it, and how its values read. */
export async function resolveSubject(
  parents: readonly string[],
  options: TaskOptions,
  context: CommandContext,
): Promise<{ readonly subject: SubjectRequest; readonly measure: Measure; readonly info: TaskInfo }> {
  const { info } = await resolveTask(options, context);
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

/** Where `--data` says a benchmark's data is; the hub where it says nothing. */
function originOf({ data }: TaskOptions): DataOrigin {
  if (data === undefined) return { kind: "hub" };
  return /^https?:\/\//.test(data) ? { kind: "url", url: data } : { kind: "path", path: data };
}

function refuseBenchmarkOptions({ task, data, numFewshot, fewshotSeed }: TaskOptions, why: string): void {
  const given = [
    data === undefined ? null : "--data",
    numFewshot === undefined || numFewshot === 0 ? null : "--num-fewshot",
    fewshotSeed === undefined ? null : "--fewshot-seed",
  ].find((option) => option !== null);
  if (given === undefined || given === null) return;
  throw new AppError("usage", `${given} does not go with ${task}: ${why}.`, {
    advice: "Leave the option out, or name a benchmark (see `mergescope tasks`).",
  });
}

async function readTaskFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("not-found", `The task file ${path} cannot be read.`, {
      advice: "Check the path.",
      cause,
    });
  }
}
