/** Two, three or four neighbours? The merges of the present run's checkpoints, row by row. */
import type { Context } from "./context.ts";
import type { HowManyState } from "./labState.ts";
import type { AppState } from "./state.ts";
import { IDLE, isBusy } from "./status.ts";
import { currentKey, subjectRequest } from "./subject.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on the question. */
export type HowManyActions = {
  readonly compareNeighbours: () => Promise<void>;
  readonly cancelNeighbours: () => void;
};

/** The rows of the present run, task and measure. */
export function currentNeighbours(state: AppState): HowManyState | null {
  return state.howMany.key === keyOf(state) ? state.howMany : null;
}

function keyOf(state: AppState): string | null {
  return currentKey(state, state.run.info?.checkpoints.map(({ name }) => name) ?? null);
}

/** The question's actions over a context. */
export function createHowManyActions(context: Context): HowManyActions {
  const { get, patch } = context;
  let running: Running | null = null;
  return {
    async compareNeighbours() {
      const state = get();
      const subject = subjectRequest(state, state.run.info?.checkpoints.map(({ name }) => name) ?? null);
      const key = keyOf(state);
      if (subject === null || key === null || isBusy(state.howMany.status)) return;
      patch("howMany", { key, rows: [] });
      running = startRun(context, {
        method: "compareNeighbours",
        request: () => ({ subject }),
        onStatus: (status) => patch("howMany", { status }),
        onEvents(events) {
          const rows = events.flatMap((event) => (event.kind === "neighbours" ? [event.row] : []));
          if (rows.length > 0) patch("howMany", { rows: [...get().howMany.rows, ...rows] });
        },
        onResult: (rows) => patch("howMany", { rows, status: IDLE }),
      });
      await running.done;
    },
    cancelNeighbours: () => running?.pause(),
  };
}
