/** The shipped run behind its folder: read when first asked for, and again after a failure. Runs everywhere. */
import { AppError } from "../base/errors.ts";
import type { RunInfo } from "../domain/checkpoint.ts";
import type { FileSet } from "../storage/byteSource.ts";
import { type DemoRun, MANIFEST, parseDemoRun } from "./demoRun.ts";
import type { Platform } from "./platform.ts";
import { shippedTask } from "./rowTasks.ts";
import type { TaskCatalogue } from "./taskCatalogue.ts";
import { readText, subfolder } from "./textFile.ts";

/** The shipped run. */
export interface Demo {
  /** @throws AppError `not-found`, `bad-format`, `read-failed`. */
  open(signal: AbortSignal): Promise<DemoRun>;
  /** Opens it if it is there: a platform without the demo's files still has the person's own tasks. */
  knowTasks(signal: AbortSignal): Promise<void>;
  /** A checkpoint's files. @throws AppError `not-found` naming the steps there are. */
  files(name: string, signal: AbortSignal): Promise<FileSet>;
}

/** The run in the platform's demo folder; its tasks go into the catalogue when it is opened. */
export function createDemo(platform: Platform, catalogue: TaskCatalogue): Demo {
  const { demo: folder } = platform;
  let run: DemoRun | null = null;
  const open: Demo["open"] = async (signal) => {
    if (run !== null) return run;
    run = parseDemoRun(await readText(folder, MANIFEST, signal));
    for (const task of run.tasks)
      catalogue.add(shippedTask(task, (path, during) => readText(folder, path, during)));
    return run;
  };
  return {
    open,
    async knowTasks(signal) {
      if (run === null && (await folder.open(MANIFEST, signal)) !== null) await open(signal);
    },
    async files(name, signal) {
      const { folders, info } = await open(signal);
      const path = folders.get(name);
      if (path !== undefined) return subfolder(folder, path, name);
      throw new AppError("not-found", `The demo has no checkpoint ${name}.`, {
        advice: `It has ${stepsOf(info)}.`,
        fields: { checkpoint: name },
      });
    },
  };
}

function stepsOf({ checkpoints }: RunInfo): string {
  return checkpoints.map(({ name }) => name).join(", ");
}
