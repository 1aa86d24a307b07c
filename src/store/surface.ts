/** The picture of a search over three checkpoints or more at the shown step: asked for when it is looked at. */
import type { Context } from "./context.ts";
import type { SurfaceState } from "./labState.ts";
import type { AppState, StudyEntry } from "./state.ts";
import { IDLE } from "./status.ts";
import { currentStudy, currentStudyKey } from "./study.ts";
import { drawnWhatIf, historyBefore } from "./whatIf.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on the surface. */
export type SurfaceActions = {
  /** Asks for the surface of the shown step, unless it is there. */
  readonly showSurface: () => Promise<void>;
};

/** What the present surface is of: the search, how much of it was known, and the settings. */
export function surfaceKey(state: AppState): string | null {
  const [key, entry] = [currentStudyKey(state), currentStudy(state)];
  if (key === null || entry === null || entry.record.parents.length < 3) return null;
  const settings = drawnWhatIf(state)?.settings ?? entry.record.settings;
  return JSON.stringify([key, stepOf(state, entry), entry.record.trials.length, settings]);
}

/** 1-based step whose knowledge is shown; one past the last for all of it. */
function stepOf(state: AppState, { record }: StudyEntry): number {
  return state.view.step ?? record.trials.length + 1;
}

/** The surface's action over a context. */
export function createSurfaceActions(context: Context): SurfaceActions {
  let running: Running | null = null;
  const patch = (change: Partial<SurfaceState>): void => context.patch("surface", change);
  return {
    async showSurface() {
      const state = context.get();
      const [key, entry] = [surfaceKey(state), currentStudy(state)];
      if (key === null || entry === null || state.surface.key === key) return;
      running?.drop();
      patch({ key });
      const settings = drawnWhatIf(state)?.settings ?? entry.record.settings;
      running = startRun(context, {
        method: "surface",
        request: () => ({ settings, history: historyBefore(entry.record, stepOf(state, entry)) }),
        onStatus: (status) => patch(status.kind === "failed" ? { status, surface: null } : { status }),
        onResult: (surface) => patch({ surface, status: IDLE }),
        apart: true,
      });
      await running.done;
    },
  };
}
