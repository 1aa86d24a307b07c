/**
 * Tasks whose rows stand in files as they are scored: the shipped run's, and a person's own `.jsonl`. Runs everywhere.
 */
import { AppError } from "../base/errors.ts";
import type { PerplexityInputs } from "../domain/perplexity.ts";
import type { GenerationRule, Half, Split, TaskInfo, TaskKind, TaskRow } from "../domain/task.ts";
import { parseTaskRows } from "../tasks/rows.ts";
import { DEFAULT_UNTIL, type DemoTask } from "./demoRun.ts";
import { allRows, createRowTable, type RowTable } from "./splitRows.ts";
import type { CatalogueTask } from "./taskCatalogue.ts";

/** The text of a task file of the shipped run. */
export type ReadRows = (path: string, signal: AbortSignal) => Promise<string>;

/** A task of the shipped run; each half is a file, read when it is first needed. */
export function shippedTask({ info, paths, until }: DemoTask, readRows: ReadRows): CatalogueTask {
  const tables = new Map<Split, RowTable>();
  const table = async (split: Split, signal: AbortSignal): Promise<RowTable> => {
    const known = tables.get(split);
    if (known !== undefined) return known;
    const halfRows = async (half: Half) => parseShipped(info, half, await readRows(paths[half], signal));
    const rows =
      split === "all" ? [...(await halfRows("search")), ...(await halfRows("test"))] : await halfRows(split);
    const fresh = await createRowTable(rows);
    tables.set(split, fresh);
    return fresh;
  };
  return taskOfTables(info, ruleOf(until), table);
}

/**
 * A person's own task file: all its rows belong to the search, it has no test rows.
 * @throws AppError `bad-format` naming file, line and field.
 */
export async function ownTask(name: string, jsonl: string): Promise<CatalogueTask> {
  const { kind, rows } = parseTaskRows(name, jsonl);
  const table = await createRowTable(rows);
  const nothing = await createRowTable([]);
  return taskOfTables(ownTaskInfo(name, kind, rows), ruleOf(DEFAULT_UNTIL), async (split) =>
    split === "test" ? nothing : table,
  );
}

function taskOfTables(
  info: TaskInfo,
  rule: GenerationRule,
  table: (split: Split, signal: AbortSignal) => Promise<RowTable>,
): CatalogueTask {
  return {
    info,
    rule,
    read: async (split, signal) => allRows(await table(split, signal)),
    async readInputs(split, inputs, signal) {
      const { rows } = await table(split, signal);
      return allRows(await createRowTable(rows.flatMap((row) => inputsOf(row, inputs, info.name))));
    },
    documentOf: null,
  };
}

/** As a task file's answers are read: the text up to the stop string, without whitespace at its ends. */
function ruleOf(until: readonly string[]): GenerationRule {
  return {
    until,
    maxNewTokens: null,
    filters: [{ name: "none", pattern: null, select: 0 }],
    ignore: [],
    ignoreCase: false,
    ignorePunctuation: false,
    strip: true,
  };
}

/** What a row asks, without what is right: its context, or every candidate where the candidates are all there is. */
function inputsOf(row: TaskRow, inputs: PerplexityInputs, task: string): readonly TaskRow[] {
  if (inputs === "few-shot")
    throw new AppError("unsupported", `The task ${task} has no worked examples to put before its inputs.`, {
      advice: "Its rows hold their prompts as they stand: take raw or zero-shot.",
      fields: { task },
    });
  return inputTextsOf(row).map((text) => ({ kind: "text", text }));
}

function inputTextsOf(row: TaskRow): readonly string[] {
  switch (row.kind) {
    case "multiple-choice":
      return row.context === "" ? row.choices : [row.context];
    case "partial":
      return row.contexts.map((context) => context + row.delimiter + row.continuation);
    case "target":
      return row.context === "" ? [row.target] : [row.context];
    case "text":
      return [row.text];
    case "generation":
      return [row.question];
    default:
      return row satisfies never;
  }
}

/** A task file is known by its path, and shown by its last part. */
function ownTaskInfo(name: string, kind: TaskKind, rows: readonly TaskRow[]): TaskInfo {
  return {
    name,
    title: name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1),
    question: "",
    description: "A task file of your own.",
    kind,
    language: "",
    rows: { search: rows.length, test: 0 },
    chance: chanceOf(rows),
    like: null,
    licence: null,
    version: null,
    fewShot: null,
    groups: [],
    weightBySize: true,
    filters: kind === "generation" ? ["none"] : [],
    splitSeed: null,
  };
}

/** @throws AppError `bad-format` when the rows are not what the manifest says. */
function parseShipped(info: TaskInfo, split: Half, jsonl: string): readonly TaskRow[] {
  const { kind, rows } = parseTaskRows(`${info.name} (${split})`, jsonl);
  if (kind === info.kind && rows.length === info.rows[split]) return rows;
  throw new AppError(
    "bad-format",
    `The demo's ${split} rows of ${info.name} are ${rows.length} ${kind} rows, not ${info.rows[split]} ${info.kind} rows.`,
    { advice: "Get the files of public/demo again." },
  );
}

/** Score of blind guessing: the mean of one over the number of choices; `null` where nothing is chosen. */
export function chanceOf(rows: readonly TaskRow[]): number | null {
  let sum = 0;
  for (const row of rows) {
    if (row.kind === "multiple-choice") sum += 1 / row.choices.length;
    else if (row.kind === "partial") sum += 1 / row.contexts.length;
    else return null;
  }
  return sum / rows.length;
}
