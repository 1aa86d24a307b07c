/** Takes the shipped results into the state, so that the first picture needs no computation. */
import { AppError, toErrorRecord } from "../base/errors.ts";
import type { RunInfo } from "../domain/checkpoint.ts";
import type { ShippedResults } from "../domain/shipped.ts";
import type { Subject } from "../domain/study.ts";
import type { Context } from "./context.ts";
import { matrixEntry } from "./matrix.ts";
import { isDemo } from "./run.ts";
import { IDLE } from "./status.ts";
import { subjectKey } from "./subject.ts";
import { sweepEntry } from "./sweep.ts";

/** Reads and shows the shipped results. Where there are none, a notice says so: the page can compute all of them. */
export async function adoptShipped({ effects, get, patch }: Context): Promise<void> {
  let shipped: ShippedResults;
  try {
    shipped = await readShipped(await effects.fetchShipped());
  } catch (thrown) {
    patch("view", { notices: [`${toErrorRecord(thrown).message} Everything can be measured here.`] });
    return;
  }
  const { run, study, sweep, matrix, trajectories } = shipped;
  patch("trajectory", {
    entries: {
      ...get().trajectory.entries,
      ...Object.fromEntries(
        trajectories.map(({ task, measure, scores }) => [
          subjectKey(task, measure.metric, [], null),
          { scores: byName(run, scores), origin: "shipped" as const },
        ]),
      ),
    },
  });
  const entry = {
    record: study,
    origin: "shipped" as const,
    status: IDLE,
    pending: null,
    stopped: false,
    fork: null,
    journal: effects.newId(),
  };
  patch("study", { entries: { ...get().study.entries, [keyOf(study.subject)]: entry } });
  patch("sweep", {
    entries: { ...get().sweep.entries, [keyOf(sweep.subject)]: sweepEntry(sweep, "shipped") },
  });
  const key = `${matrix.rule} ${keyOf(matrix.subject)}`;
  patch("matrix", { entries: { ...get().matrix.entries, [key]: matrixEntry(matrix, "shipped") } });
  const { info } = get().run;
  // Who was quicker than the file and explores another run already is left there.
  if (info !== null && !isDemo(info)) return;
  patch("run", { info: run, shippedBy: shipped.computedWith });
  patch("subject", {
    task: study.subject.task,
    parents: pairOf(run, study.subject.parents),
    settings: study.settings,
  });
  patch("matrix", { rule: matrix.rule, checkpoints: matrix.subject.parents });
}

function keyOf({ task, measure, parents }: Subject): string {
  return subjectKey(task, measure.metric, parents, null);
}

function pairOf(run: RunInfo, parents: readonly string[]): readonly [string, string] {
  const [older, newer] = parents;
  return older === undefined || newer === undefined ? run.defaultPair : [older, newer];
}

function byName<T>(run: RunInfo, values: readonly T[]): Readonly<Record<string, T>> {
  return Object.fromEntries(
    run.checkpoints.flatMap(({ name }, index) => {
      const value = values[index];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** @throws AppError `not-found`, `bad-format` */
async function readShipped(response: Response): Promise<ShippedResults> {
  if (!response.ok) throw new AppError("not-found", "No shipped results were found.");
  let results: ShippedResults;
  try {
    results = await response.json();
  } catch (cause) {
    throw new AppError("bad-format", "The shipped results cannot be read.", { cause });
  }
  if (results.version !== 1) throw new AppError("bad-format", "The shipped results are of another version.");
  return results;
}
