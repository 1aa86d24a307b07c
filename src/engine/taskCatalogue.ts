/**
 * Every task there is: the shipped run's, benchmarks that were opened, and those a person added. Rows are read once.
 * Runs everywhere.
 */
import { AppError } from "../base/errors.ts";
import type { PerplexityInputs } from "../domain/perplexity.ts";
import type { GenerationRule, Split, TaskInfo } from "../domain/task.ts";
import { checkRows, limited, type SplitRows } from "./splitRows.ts";

/** A task and how its rows are had. */
export type CatalogueTask = {
  readonly info: TaskInfo;
  /** How answers are generated and read; of tasks whose answers are. */
  readonly rule: GenerationRule;
  /** All rows of a split; an empty list where it has none. */
  readonly read: (split: Split, signal: AbortSignal) => Promise<SplitRows>;
  /** The split's inputs as running text, without labels. @throws AppError `unsupported`. */
  readonly readInputs: (split: Split, inputs: PerplexityInputs, signal: AbortSignal) => Promise<SplitRows>;
  /** The document behind a row of all, as its data set has it; `null` where rows have none. */
  readonly documentOf: ((place: number) => unknown) | null;
};

/** A task that is known. `version` changes when the name comes to mean other rows. */
export type KnownTask = CatalogueTask & { readonly version: number };

/** Tasks by name. */
export interface TaskCatalogue {
  /** Adds or replaces a task under its name. */
  add(task: CatalogueTask): void;
  names(): readonly string[];
  /** @throws AppError `not-found`. */
  find(name: string): KnownTask;
  /**
   * The first `limit` rows of each group of a split, or all.
   * @throws AppError `not-found` for a split without rows, `usage` for a limit below 1, and those of reading.
   */
  rows(name: string, split: Split, limit: number | null, signal: AbortSignal): Promise<SplitRows>;
  /** As `rows`, of the inputs. */
  inputs(
    name: string,
    split: Split,
    limit: number | null,
    inputs: PerplexityInputs,
    signal: AbortSignal,
  ): Promise<SplitRows>;
}

/** An empty catalogue. */
export function createTaskCatalogue(): TaskCatalogue {
  const tasks = new Map<string, KnownTask>();
  let version = 0;
  const find = (name: string): KnownTask => {
    const task = tasks.get(name);
    if (task !== undefined) return task;
    throw new AppError("not-found", `There is no task named "${name}".`, {
      advice:
        tasks.size === 0
          ? "Give a task file, or open a benchmark with its data."
          : `Give a task file, open a benchmark with its data, or take one of: ${[...tasks.keys()].join(", ")}.`,
      fields: { task: name },
    });
  };
  return {
    find,
    names: () => [...tasks.keys()],
    add: (task) => void tasks.set(task.info.name, { ...task, version: version++ }),
    rows: async (name, split, limit, signal) =>
      limited(checkRows(await find(name).read(split, signal), name, split), limit),
    inputs: async (name, split, limit, inputs, signal) =>
      limited(checkRows(await find(name).readInputs(split, inputs, signal), name, split), limit),
  };
}
