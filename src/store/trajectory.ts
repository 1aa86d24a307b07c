/** Every checkpoint's own score on the present task: shipped, or measured here one by one. */
import { turnSign } from "../domain/measure.ts";
import { soleRecipe } from "../domain/recipe.ts";
import type { Score } from "../domain/study.ts";
import type { Context } from "./context.ts";
import type { AppState, TrajectoryEntry, TrajectoryState } from "./state.ts";
import { IDLE, isBusy, type Status } from "./status.ts";
import { currentKey, currentMeasure, currentTask } from "./subject.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on the trajectory. */
export type TrajectoryActions = {
  /** Measures every checkpoint of the run that has no score yet, oldest first. */
  readonly measureTrajectory: () => Promise<void>;
  readonly cancelTrajectory: () => void;
};

/** The present question's scores. */
export function currentTrajectory(state: AppState): TrajectoryEntry | null {
  const key = currentKey(state, []);
  return key === null ? null : (state.trajectory.entries[key] ?? null);
}

/** The trajectory's actions over a context. */
export function createTrajectoryActions(context: Context): TrajectoryActions {
  let running: Running | null = null;
  /** No other checkpoint is begun once it is cancelled, be it between two of them. */
  let isWanted = false;
  const patch = (change: Partial<TrajectoryState>): void => context.patch("trajectory", change);

  /** Measures the oldest checkpoint without a score. @returns whether one was measured. */
  async function measureNext(key: string): Promise<boolean> {
    const state = context.get();
    const [task, measure] = [currentTask(state), currentMeasure(state)];
    const checkpoints = state.run.info?.checkpoints ?? [];
    const missing = checkpoints.filter(
      ({ name }) => state.trajectory.entries[key]?.scores[name] === undefined,
    );
    const next = missing[0];
    if (next === undefined || task === null || measure === null || currentKey(state, []) !== key)
      return false;
    const counted = countCheckpoints(checkpoints.length - missing.length, checkpoints.length);
    let measured = false;
    running = startRun(context, {
      method: "evaluate",
      request: () => ({
        recipe: soleRecipe(next.name),
        task: task.name,
        split: "search",
        limit: state.subject.limit,
      }),
      onStatus: (status) => patch({ status: isBusy(status) ? counted : status }),
      onResult({ metrics, n }) {
        const metric = metrics[measure.metric];
        if (metric === undefined) return;
        measured = true;
        keepScores(context, key, { [next.name]: { ...metric, value: turnSign(measure, metric.value), n } });
      },
    });
    await running.done;
    return measured;
  }

  return {
    async measureTrajectory() {
      const key = currentKey(context.get(), []);
      if (key === null || isBusy(context.get().trajectory.status)) return;
      isWanted = true;
      while (isWanted && (await measureNext(key)));
      if (isBusy(context.get().trajectory.status)) patch({ status: IDLE });
    },
    cancelTrajectory() {
      isWanted = false;
      running?.pause();
    },
  };
}

/** Adds measured scores; the others stay. */
function keepScores(context: Context, key: string, scores: Readonly<Record<string, Score>>): void {
  const { entries } = context.get().trajectory;
  const entry = { scores: { ...entries[key]?.scores, ...scores }, origin: "computed" as const };
  context.patch("trajectory", { entries: { ...entries, [key]: entry } });
}

function countCheckpoints(done: number, total: number): Status {
  const label = "measuring each checkpoint";
  return {
    kind: "working",
    progress: { label, done, total, unit: "checkpoints", elapsedMs: 0, remainingMs: null },
  };
}
