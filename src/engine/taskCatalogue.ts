/** Every task there is: the shipped run's and those a person added. Rows are read once. Runs everywhere. */
import { AppError } from "../base/errors.ts";
import type { Split, TaskInfo, TaskKind, TaskRow } from "../domain/task.ts";
import { parseTaskRows } from "../tasks/rows.ts";
import { DEFAULT_UNTIL, type DemoTask } from "./demoRun.ts";

/** Tasks by name. */
export interface TaskCatalogue {
  /** Makes the shipped tasks known; `readRows` fetches a file of theirs. */
  addShipped(tasks: readonly DemoTask[], readRows: ReadRows): void;
  /** Adds or replaces a task of the person's own: its rows as they stand are the search rows, it has no test rows. */
  add(name: string, jsonl: string): TaskInfo;
  /** @throws AppError `not-found`. */
  find(name: string): KnownTask;
  /**
   * The first `limit` rows of a split, or all.
   * @throws AppError `not-found` for a split without rows, `usage` for a limit below 1, and those of reading.
   */
  rows(name: string, split: Split, limit: number | null, signal: AbortSignal): Promise<readonly TaskRow[]>;
}

/** The text of a task file of the shipped run. */
export type ReadRows = (path: string, signal: AbortSignal) => Promise<string>;

/** What is known of a task besides its rows. `version` changes when the name comes to mean other rows. */
export type KnownTask = {
  readonly info: TaskInfo;
  readonly until: readonly string[];
  readonly version: number;
};

type Entry = KnownTask & {
  readonly read: (split: Split, signal: AbortSignal) => Promise<readonly TaskRow[]>;
};

/** An empty catalogue. */
export function createTaskCatalogue(): TaskCatalogue {
  const entries = new Map<string, Entry>();
  let version = 0;
  const find = (name: string): Entry => {
    const entry = entries.get(name);
    if (entry !== undefined) return entry;
    throw new AppError("not-found", `There is no task named "${name}".`, {
      advice:
        entries.size === 0
          ? "Give a task file."
          : `Give a task file, or one of: ${[...entries.keys()].join(", ")}.`,
      fields: { task: name },
    });
  };
  return {
    find,
    addShipped(tasks, readRows) {
      for (const { info, paths, until } of tasks) {
        const parsed = new Map<Split, readonly TaskRow[]>();
        entries.set(info.name, {
          info,
          until,
          version: version++,
          async read(split, signal) {
            const rows = parsed.get(split) ?? parseShipped(info, split, await readRows(paths[split], signal));
            parsed.set(split, rows);
            return rows;
          },
        });
      }
    },
    add(name, jsonl) {
      const { kind, rows } = parseTaskRows(name, jsonl);
      const info = ownTaskInfo(name, kind, rows);
      const read = async (split: Split) => (split === "search" ? rows : []);
      entries.set(name, { info, until: DEFAULT_UNTIL, version: version++, read });
      return info;
    },
    async rows(name, split, limit, signal) {
      if (limit !== null && !(Number.isInteger(limit) && limit >= 1))
        throw new AppError("usage", `A limit of ${limit} rows makes no sense.`, {
          advice: "Give 1 or more.",
        });
      const rows = await find(name).read(split, signal);
      if (rows.length > 0) return limit === null ? rows : rows.slice(0, limit);
      throw new AppError("not-found", `The task ${name} has no ${split} rows.`, {
        advice:
          split === "test"
            ? "Its rows all belong to the search; compare on a second file with rows the search has not seen."
            : "Choose the other rows.",
        fields: { task: name, split },
      });
    },
  };
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
  };
}

/** @throws AppError `bad-format` when the rows are not what the manifest says. */
function parseShipped(info: TaskInfo, split: Split, jsonl: string): readonly TaskRow[] {
  const { kind, rows } = parseTaskRows(`${info.name} (${split})`, jsonl);
  if (kind === info.kind && rows.length === info.rows[split]) return rows;
  throw new AppError(
    "bad-format",
    `The demo's ${split} rows of ${info.name} are ${rows.length} ${kind} rows, not ${info.rows[split]} ${info.kind} rows.`,
    { advice: "Get the files of public/demo again." },
  );
}

/** Score of blind guessing: the mean of one over the number of choices; `null` where nothing is chosen. */
function chanceOf(rows: readonly TaskRow[]): number | null {
  let sum = 0;
  for (const row of rows) {
    if (row.kind === "multiple-choice") sum += 1 / row.choices.length;
    else if (row.kind === "partial") sum += 1 / row.contexts.length;
    else return null;
  }
  return sum / rows.length;
}
