/** Opening tasks: benchmarks with their data, rows and harness files of one's own. */
import { AppError, toErrorRecord } from "../base/errors.ts";
import type { BenchmarkInfo, DataOrigin, TaskInfo } from "../domain/task.ts";
import type { EngineMethod, EngineMethods } from "../rpc/protocol.ts";
import type { Context } from "./context.ts";
import type { PickedFile } from "./folders.ts";
import type { TaskData, TasksState } from "./state.ts";
import { IDLE, isBusy } from "./status.ts";
import { isHarnessFile, isTaskFile } from "./taskFiles.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on tasks that are not of the run. */
export type TasksActions = {
  /** `name` is picked right away where it is a benchmark's. */
  readonly showTasks: (shown: boolean, name?: string) => void;
  readonly readBenchmarks: () => Promise<void>;
  /** A benchmark, or one of its parts as `NAME_SUBSET`; `null` for none. */
  readonly pickBenchmark: (name: string | null) => void;
  /** Takes files as the picked benchmark's data; without one a task file of one's own is opened. */
  readonly addTaskFiles: (read: () => Promise<readonly PickedFile[]>) => Promise<void>;
  /** Takes the data from the hub, when the benchmark is opened. */
  readonly takeHubData: () => void;
  /** `null` takes the harness's own. */
  readonly pickShots: (change: Partial<Pick<TasksState, "fewShot" | "seed">>) => void;
  readonly openPicked: () => Promise<void>;
  readonly cancelTask: () => void;
};

/** The picked benchmark's record, by its name or that of one of its parts. */
export function pickedBenchmark({ benchmarks, picked }: TasksState): BenchmarkInfo | null {
  const isNamed = ({ name, subsets }: BenchmarkInfo) =>
    name === picked || subsets.some((subset) => `${name}_${subset}` === picked);
  return benchmarks?.find(isNamed) ?? null;
}

/** The actions over a context; `pickTask` makes an opened task the present one. */
export function createTasksActions(context: Context, pickTask: (task: string) => void): TasksActions {
  let files: readonly PickedFile[] = [];
  let running: Running | null = null;
  const patch = (change: Partial<TasksState>): void => context.patch("tasks", change);
  const setData = (data: TaskData | null): void => patch({ data, status: IDLE });

  const opened = (info: TaskInfo): void => {
    const others = context.get().tasks.opened.filter(({ name }) => name !== info.name);
    patch({ opened: [...others, info], status: IDLE });
    pickTask(info.name);
  };

  const open = async <M extends "openBenchmark" | "addTask" | "addHarnessTask">(
    method: M,
    request: EngineMethods[M & EngineMethod]["request"],
  ): Promise<void> => {
    running?.drop();
    running = startRun(context, {
      method,
      request: () => request,
      apart: true,
      onStatus: (status) => patch({ status: status.kind === "paused" ? IDLE : status }),
      onResult: (info) => opened(info as TaskInfo),
    });
    await running.done;
  };

  const openOwn = async (found: readonly PickedFile[]): Promise<void> => {
    const harness = found.find(({ path }) => isHarnessFile(path));
    const { fewShot, seed } = context.get().tasks;
    if (harness !== undefined) {
      const data = { kind: "files", files: found.filter((file) => file !== harness) } as const;
      const yaml = await harness.file.text();
      return open("addHarnessTask", { name: harness.path, yaml, data, fewShot, seed });
    }
    const rows = found.find(({ path }) => /\.jsonl$/i.test(path));
    if (rows === undefined)
      throw new AppError("usage", `${found[0]?.path ?? "This"} is no task by itself.`, {
        advice: "Pick the benchmark it belongs to first, or drop a .jsonl file of rows.",
      });
    return open("addTask", { name: rows.path, jsonl: await rows.file.text() });
  };

  return {
    showTasks(shown, name) {
      patch({ shown, ...(name === undefined ? {} : { picked: name, data: null, status: IDLE }) });
    },
    async readBenchmarks() {
      if (context.get().tasks.benchmarks !== null) return;
      await startRun(context, {
        method: "benchmarks",
        request: () => ({}),
        apart: true,
        onStatus: (status) => {
          if (status.kind === "failed") patch({ status });
        },
        onResult: (benchmarks) => patch({ benchmarks }),
      }).done;
    },
    pickBenchmark(picked) {
      files = [];
      patch({ picked, data: null, fewShot: null, seed: null, status: IDLE });
    },
    async addTaskFiles(read) {
      if (isBusy(context.get().tasks.status)) return;
      try {
        const found = (await read()).filter(({ path }) => isTaskFile(path));
        if (found.length === 0)
          throw new AppError("usage", "No file of a task was among these.", {
            advice: "Drop .jsonl, .csv, .parquet, .yaml, .lst or .txt files.",
          });
        if (context.get().tasks.picked === null) return await openOwn(found);
        files = found;
        setData({ kind: "files", files: found.map(({ path, file }) => ({ path, bytes: file.size })) });
      } catch (thrown) {
        patch({ status: { kind: "failed", error: toErrorRecord(thrown) } });
      }
    },
    takeHubData: () => setData({ kind: "hub" }),
    pickShots: (change) => patch({ ...change, status: IDLE }),
    async openPicked() {
      const { picked, data, fewShot, seed, status } = context.get().tasks;
      if (picked === null || data === null || isBusy(status)) return;
      const origin: DataOrigin = data.kind === "hub" ? data : { kind: "files", files };
      await open("openBenchmark", { task: picked, data: origin, fewShot, seed });
    },
    cancelTask: () => running?.pause(),
  };
}
