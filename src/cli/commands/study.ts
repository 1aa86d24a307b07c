/** `mergescope study [NAME…] [CKPT…]`: the papers' studies, their tables and figures, and a report of them. */
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { version } from "../../../package.json";
import { AppError } from "../../base/errors.ts";
import {
  STUDY_NAMES,
  type StudyDescription,
  type StudyName,
  type StudySettings,
} from "../../domain/studyResult.ts";
import type { TaskInfo } from "../../domain/task.ts";
import { readStudyRecipe, type StudyRecipe, studyRecipe } from "../../report/studyRecipe.ts";
import { resolveCheckpoints } from "../checkpoints.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { addCommonOptions, integerIn, nameList } from "../options.ts";
import { writeReport } from "../studyReport.ts";
import { resolveTask } from "../subject.ts";
import { repeatText, studyText } from "../text/study.ts";
import { formatTable, wrapText } from "../text/table.ts";

type StudyOptions = CommonOptions & {
  readonly task?: readonly string[];
  readonly data?: string;
  readonly base?: string;
  readonly limit?: number;
  readonly seed: number;
  readonly report?: string;
  readonly recipe?: string;
};

/** Adds the command. */
export function defineStudy(program: Command, run: Run): void {
  addCommonOptions(
    program
      .command("study")
      .description(
        "run a study of the papers: its three sentences, tables and figures; without a name, list them",
      )
      .argument("[name]", "a study's name, several with commas, or all")
      .argument("[checkpoints...]", "oldest first (default: demo, all of the shipped run)")
      .option(
        "--task <names>",
        "tasks, with commas or given several times; the first is the one of single-task studies (default: the shipped run's graded ones)",
        nameList,
      )
      .option("--data <path>", "a benchmark's files in their published format")
      .option(
        "--base <checkpoint>",
        "base of task arithmetic, TIES and DARE (default: the oldest of the run)",
      )
      .option("--limit <n>", "only the first n rows of each half", integerIn(4, Number.MAX_SAFE_INTEGER))
      .option("--seed <s>", "seed of searches and bootstraps", integerIn(0, Number.MAX_SAFE_INTEGER), 0)
      .option(
        "--report <folder>",
        "also write a report: HTML, Markdown, figures as SVG, tables as CSV and LaTeX",
      )
      .option("--recipe <file>", "repeat a report's recipe.json and say what differs"),
  ).action((name: string | undefined, checkpoints: readonly string[], options: StudyOptions) =>
    run(options, (context) => study(name, checkpoints, options, context)),
  );
}

async function study(
  name: string | undefined,
  checkpoints: readonly string[],
  options: StudyOptions,
  context: CommandContext,
): Promise<Outcome> {
  const known = await context.engine.call("paperStudies", {}, context.job());
  const before = options.recipe === undefined ? null : await readRecipe(options.recipe);
  if (before === null && name === undefined) return listStudies(known, context.columns);
  const names = before?.studies.map((one) => one.name) ?? parseNames(name!);
  const settings = before?.settings ?? (await resolveSettings(checkpoints, options, context));
  if (before !== null) {
    const { tasks, text } = before.settings;
    await openTasks(text === null ? tasks : [...tasks, text], options, context);
  }
  const studies = [];
  for (const one of names)
    studies.push(await context.engine.call("paperStudy", { name: one, settings }, context.job()));
  const recipe = studyRecipe(settings, studies, version);
  const written = options.report === undefined ? null : await writeReport(options.report, studies, recipe);
  const repeat = before === null ? null : repeatText(before, recipe);
  const texts = studies.map(({ result }) => studyText(result, context.columns));
  return {
    json: {
      settings,
      studies: studies.map(({ result }) => result),
      ...(written === null ? {} : { report: { folder: options.report, files: written } }),
      ...(repeat === null ? {} : { repeat }),
    },
    text: `${[
      ...texts,
      ...(repeat === null ? [] : [repeat.words]),
      ...(written === null ? [] : [`Report of ${written.length} files written to ${options.report}.`]),
    ].join("\n\n")}\n`,
    stopped: false,
  };
}

function parseNames(text: string): readonly StudyName[] {
  if (text === "all") return STUDY_NAMES;
  return text.split(",").map((name) => {
    const found = STUDY_NAMES.find((one) => one === name);
    if (found !== undefined) return found;
    throw new AppError("usage", `There is no study named "${name}".`, {
      advice: `There are ${STUDY_NAMES.join(", ")}, and all.`,
    });
  });
}

async function resolveSettings(
  given: readonly string[],
  options: StudyOptions,
  context: CommandContext,
): Promise<StudySettings> {
  const checkpoints = await resolveCheckpoints(given.length === 0 ? ["demo"] : given, context);
  const twice = checkpoints.find((name, i) => checkpoints.indexOf(name) !== i);
  if (twice !== undefined)
    throw new AppError("usage", `The checkpoint ${twice} is named twice.`, {
      advice: "Name every checkpoint once, oldest first.",
    });
  const tasks =
    options.task === undefined ? await usualTasks(context) : await openTasks(options.task, options, context);
  const graded = tasks.filter(({ kind }) => kind !== "text");
  return {
    checkpoints,
    // A person who names texts only wants them studied.
    tasks: (graded.length === 0 ? tasks : graded).map(({ name }) => name),
    text: tasks.find(({ kind }) => kind === "text")?.name ?? null,
    base: options.base ?? checkpoints[0]!,
    limit: options.limit ?? null,
    seed: options.seed,
  };
}

/** The shipped run's tasks, its default first. */
async function usualTasks(context: CommandContext): Promise<readonly TaskInfo[]> {
  const { tasks, defaultTask } = await context.engine.call("openDemo", {}, context.job());
  return tasks.toSorted((a, b) => Number(b.name === defaultTask) - Number(a.name === defaultTask));
}

/** Tasks as they are known once they are open. */
async function openTasks(
  names: readonly string[],
  options: StudyOptions,
  context: CommandContext,
): Promise<readonly TaskInfo[]> {
  const opened: TaskInfo[] = [];
  for (const task of names) {
    const { data } = options;
    opened.push((await resolveTask({ task, ...(data === undefined ? {} : { data }) }, context)).info);
  }
  return opened;
}

async function readRecipe(path: string): Promise<StudyRecipe> {
  try {
    return readStudyRecipe(path, await readFile(path, "utf8"));
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("not-found", `The recipe ${path} cannot be read.`, {
      advice: "Check the path.",
      cause,
    });
  }
}

function listStudies(known: readonly StudyDescription[], columns: number): Outcome {
  const table = formatTable(
    [
      { title: "study", align: "left" },
      { title: "title", align: "left" },
      { title: "in the papers", align: "left" },
    ],
    known.map(({ name, title, source }) => [name, title, source]),
  );
  const claims = known.flatMap(({ name, claim }) => [
    "",
    name,
    ...wrapText(claim, Math.max(40, columns - 2)).map((line) => `  ${line}`),
  ]);
  return { json: { studies: known }, text: `${table}\n${claims.join("\n")}\n`, stopped: false };
}
