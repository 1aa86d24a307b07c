/** The methods about tasks as such: benchmarks and their data, task files, rows to read, kept results. Wiring only. */
import { AppError } from "../base/errors.ts";
import type { BenchmarkInfo, DataOrigin, TaskInfo } from "../domain/task.ts";
import type { Job } from "../rpc/protocol.ts";
import type { TaskDefinition } from "../tasks/benchmark.ts";
import { BUILT_INS, findDefinition } from "../tasks/builtIns.ts";
import type { DataFiles } from "../tasks/data/dataFiles.ts";
import { readDocuments } from "../tasks/data/readDocuments.ts";
import { parseHarnessTask } from "../tasks/harnessYaml.ts";
import { benchmarkTask } from "./benchmarkTasks.ts";
import type { Demo } from "./demo.ts";
import type { HubAccess } from "./hubAccess.ts";
import type { ItemTables } from "./itemTables.ts";
import type { MethodTable } from "./methodTable.ts";
import type { Platform } from "./platform.ts";
import { ownTask } from "./rowTasks.ts";
import type { CatalogueTask, TaskCatalogue } from "./taskCatalogue.ts";
import { openData, openHubData } from "./taskData.ts";

/** The methods of this file. */
export type TaskMethod =
  | "benchmarks"
  | "openBenchmark"
  | "addTask"
  | "addHarnessTask"
  | "taskRows"
  | "keptResults"
  | "clearResults";

/** What they are made of. */
export type TaskParts = {
  readonly platform: Platform;
  readonly catalogue: TaskCatalogue;
  readonly demo: Demo;
  readonly hub: HubAccess;
  readonly tables: () => Promise<ItemTables>;
};

/** Rows that are read at once, at most. */
const MAX_ROWS = 1000;

/** The methods over these parts. */
export function createTaskMethods(parts: TaskParts): MethodTable<TaskMethod> {
  const { catalogue, demo, tables } = parts;
  const add = (task: CatalogueTask): TaskInfo => {
    catalogue.add(task);
    return task.info;
  };
  return {
    benchmarks: async () => BUILT_INS.map(describeBenchmark),
    async openBenchmark({ task, data, fewShot, seed }, job) {
      const { definition, subsets } = findDefinition(task);
      const documents = await readSubsets(parts, definition, subsets, data, job);
      return add(await benchmarkTask(task, definition, documents, { fewShot, seed }));
    },
    addTask: async ({ name, jsonl }) => add(await ownTask(name, jsonl)),
    async addHarnessTask({ name, yaml, data, fewShot, seed }, job) {
      const definition = parseHarnessTask(name, yaml);
      const documents = await readSubsets(parts, definition, null, data, job);
      return add(await benchmarkTask(definition.name, definition, documents, { fewShot, seed }));
    },
    async taskRows({ task, split, limit, rows: wanted }, job) {
      if (wanted.length > MAX_ROWS)
        throw new AppError("usage", `${wanted.length} rows at once are more than ${MAX_ROWS}.`);
      await demo.knowTasks(job.signal);
      const { rows } = await catalogue.rows(task, split, limit, job.signal);
      return wanted.flatMap((place) => rows[place] ?? []);
    },
    keptResults: async () => (await tables()).kept(),
    clearResults: async () => (await tables()).clear(),
  };
}

async function readSubsets(
  parts: TaskParts,
  definition: TaskDefinition,
  subsets: readonly string[] | null,
  origin: DataOrigin,
  job: Job,
) {
  const files: DataFiles =
    origin.kind === "hub"
      ? await openHubData(parts, definition, subsets, job)
      : await openData(parts.platform, origin, job.signal);
  return readDocuments(definition.name, subsets, files, job.signal);
}

function describeBenchmark(definition: TaskDefinition): BenchmarkInfo {
  const { name, title, description, kind, language, version, licence, source, repository } = definition;
  const { subsets, metrics, files, fewShot } = definition;
  return {
    name,
    title,
    description,
    kind,
    language,
    version,
    licence,
    source,
    repository,
    subsets,
    fewShot: fewShot.count,
    metrics,
    files,
  };
}
