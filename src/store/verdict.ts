/** Is it real: the best merge measured on rows the search did not see, and what can be done with it. */
import { fromErrorRecord, isCancelled, toErrorRecord } from "../base/errors.ts";
import type { Recipe } from "../domain/recipe.ts";
import type { Trial } from "../domain/study.ts";
import type { Context, MergedFiles } from "./context.ts";
import type { StudyEntry, VerdictState } from "./state.ts";
import { IDLE, isBusy } from "./status.ts";
import { currentStudy, keepHeldout } from "./study.ts";
import { currentKey, subjectRequest } from "./subject.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on the best merge. */
export type VerdictActions = {
  /** Measures the best merge and its parents on unseen rows. */
  readonly measureHeldout: () => Promise<void>;
  readonly cancelHeldout: () => void;
  /** Writes the merged checkpoint's files, fp16 as the parents are. */
  readonly exportMerge: (recipe: Recipe) => Promise<void>;
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
      const [key, subject] = [
        currentKey(state, state.subject.pair),
        subjectRequest(state, state.subject.pair),
      ];
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
    async exportMerge(recipe) {
      if (isBusy(context.get().verdict.exporting)) return;
      patch({ exporting: { kind: "waiting" }, exported: null });
      try {
        const make = (): Promise<MergedFiles> => makeFiles(context, recipe);
        patch({ exported: await context.effects.saveFiles(folderName(recipe), make), exporting: IDLE });
      } catch (thrown) {
        const error = toErrorRecord(thrown);
        patch({ exporting: isCancelled(thrown) ? IDLE : { kind: "failed", error } });
      }
    },
  };
}

function makeFiles(context: Context, recipe: Recipe): Promise<MergedFiles> {
  return new Promise((resolve, reject) => {
    startRun(context, {
      method: "exportMerge",
      request: () => ({ recipe, dtype: "float16" }),
      onStatus(exporting) {
        if (exporting.kind === "failed") reject(fromErrorRecord(exporting.error));
        else context.patch("verdict", { exporting });
      },
      onResult: ({ files }) => resolve(files),
    });
  });
}

/** A name for the merge's folder: "merge-demo-3600-demo-3800-0.870". */
function folderName({ parents, coefficients }: Recipe): string {
  const names = parents.map((name) => name.replace(/[^A-Za-z0-9]+/g, "-"));
  return `merge-${names.join("-")}-${(coefficients.at(-1) ?? 1).toFixed(3)}`;
}
