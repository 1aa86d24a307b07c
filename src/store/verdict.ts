/** Is it real: the best merge measured on rows the search did not see. */
import type { Trial } from "../domain/study.ts";
import type { Context } from "./context.ts";
import type { StudyEntry, VerdictState } from "./state.ts";
import { IDLE } from "./status.ts";
import { currentStudy, currentStudyKey, keepHeldout } from "./study.ts";
import { subjectRequest } from "./subject.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on the best merge. */
export type VerdictActions = {
  /** Measures the best merge and its parents on unseen rows. */
  readonly measureHeldout: () => Promise<void>;
  readonly cancelHeldout: () => void;
};

/** The best trial of a search. */
export function bestOf(entry: StudyEntry | null): Trial | null {
  return entry?.record.trials.find(({ number }) => number === entry.record.best) ?? null;
}

/** The verdict's actions over a context. */
export function createVerdictActions(context: Context): VerdictActions {
  let running: Running | null = null;
  const patch = (change: Partial<VerdictState>): void => context.patch("verdict", change);
  return {
    async measureHeldout() {
      const state = context.get();
      const [key, subject] = [currentStudyKey(state), subjectRequest(state, state.subject.parents)];
      const best = bestOf(currentStudy(state));
      if (key === null || subject === null || best === null) return;
      running?.drop();
      running = startRun(context, {
        method: "compare",
        request: () => ({ subject, weights: best.weights }),
        onStatus: (status) => patch({ status: status.kind === "paused" ? IDLE : status }),
        onResult(heldout) {
          keepHeldout(context, key, best.number, heldout);
          patch({ status: IDLE });
        },
      });
      await running.done;
    },
    cancelHeldout: () => running?.pause(),
  };
}
