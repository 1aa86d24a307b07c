/** Parsers of option values and the options that several commands share. A value out of range is bad usage. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { MetricName } from "../domain/measure.ts";
import type { Race } from "../domain/study.ts";
import type { Split } from "../domain/task.ts";

/** Parses a finite number within [low, high]. */
export function numberIn(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < low || value > high) {
      throw new InvalidArgumentError(`It must be a number ${describeRange(low, high)}.`);
    }
    return value;
  };
}

/** Parses a whole number within [low, high]. */
export function integerIn(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(`It must be a whole number ${describeRange(low, high)}.`);
    }
    return value;
  };
}

/** Parses numbers separated by commas. */
export function numberList(text: string): readonly number[] {
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (!values.every(Number.isFinite)) {
    throw new InvalidArgumentError("It must be numbers separated by commas, such as 0.2,0.3,0.5.");
  }
  return values;
}

/** Parses a size: bytes, or with kB, MB or GB (powers of ten) behind the number. */
export function byteCount(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(k|m|g)?b?$/i.exec(text.trim());
  const scale = { "": 1, k: 1e3, m: 1e6, g: 1e9 }[(match?.[2] ?? "").toLowerCase()];
  const bytes = match === null || scale === undefined ? 0 : Math.floor(Number(match[1]) * scale);
  if (bytes >= 1) return bytes;
  throw new InvalidArgumentError("It must be a size such as 5GB or 800MB.");
}

function describeRange(low: number, high: number): string {
  if (high === Number.POSITIVE_INFINITY || high === Number.MAX_SAFE_INTEGER) return `of at least ${low}`;
  return `from ${low} to ${high}`;
}

/** Which rows of which task, and what is measured on them. */
export type TaskOptions = {
  readonly task: string;
  readonly limit?: number;
  readonly split?: Split;
  readonly metric?: MetricName;
  readonly data?: string;
  readonly numFewshot?: number;
  readonly fewshotSeed?: number;
};

/** Adds `--task`, `--limit` and what a benchmark is opened with. */
export function addTaskOptions(command: Command): Command {
  return command
    .requiredOption(
      "--task <task>",
      "a built-in task (see `mergescope tasks`), or a .jsonl or harness .yaml file of your own",
    )
    .option(
      "--data <path>",
      "a benchmark's files in their published format: a folder, a file or a URL (default: the hub's)",
    )
    .option("--num-fewshot <k>", "worked examples before each question", integerIn(0, 100))
    .option(
      "--fewshot-seed <n>",
      "seed of randomly drawn examples (default: 1234)",
      integerIn(0, 2 ** 32 - 1),
    )
    .option(
      "--limit <n>",
      "only the first n rows, of each subject where there are several",
      integerIn(1, Number.MAX_SAFE_INTEGER),
    );
}

/** Early stopping of merges. */
export type RaceOptions = { readonly race?: number };

/** The race that `--race` asks for. */
export function raceOf({ race }: RaceOptions): Race | null {
  return race === undefined ? null : { errorRate: race };
}

/** Adds `--race`, for commands that measure many merges. */
export function addRaceOption(command: Command): Command {
  return command.option(
    "--race <rate>",
    "stop a merge as soon as it is decided that it loses, at this error rate, such as 0.05 (default: none is stopped)",
    numberIn(1e-6, 0.5),
  );
}

/** Adds `--split` and `--metric`, for commands whose result is one measure. */
export function addMeasureOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--split <half>", "the half of the task's rows to use")
        .choices(["search", "test", "all"])
        .default("search"),
    )
    .option(
      "--metric <name>",
      "what to measure (default: the task's own; acc, acc_norm, exact_match or nll)",
    );
}

/** Collects an option that may be given several times, or names with commas between them. */
export function nameList(text: string, before: readonly string[] = []): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("It must be names separated by commas.");
  return [...before, ...names];
}

/** Adds `--json`, `--verbose` and the files that a single weights file may lack beside it. */
export function addCommonOptions(command: Command): Command {
  return command
    .option("--json", "print one JSON document on stdout and nothing else there")
    .option("--verbose", "show stack traces")
    .option("--config <file>", "config.json of a checkpoint given as a single weights file")
    .option("--tokenizer <file>", "tokenizer.json of a checkpoint given as a single weights file");
}
