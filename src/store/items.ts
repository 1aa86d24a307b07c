import type { Context } from "./context.ts";
import { followRounds } from "./live.ts";
import { NO_ITEMS } from "./state.ts";
import { IDLE, isBusy } from "./status.ts";
import { currentKey, subjectRequest } from "./subject.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on the items. */
export type ItemsActions = {
  /** Reads what changed at these weights, for the present pair. */
  readonly openItems: (weights: readonly number[]) => Promise<void>;
  readonly cancelItems: () => void;
  /** Downloads every item of the merge as the harness logs samples. */
  readonly saveSamples: (weights: readonly number[]) => Promise<void>;
  /** Forgets the list, and its work if there is any. */
  readonly closeItems: () => void;
};

/** The items' actions over a context. */
export function createItemsActions(context: Context): ItemsActions {
  let running: Running | null = null;
  return {
    async openItems(weights) {
      const state = context.get();
      const subject = subjectRequest(state, state.subject.parents);
      const key = currentKey(state, state.subject.parents);
      if (subject === null || key === null) return;
      running?.drop();
      context.patch("items", { weights, changes: null });
      running = startRun(context, {
        method: "changes",
        request: () => ({ subject, weights }),
        onStatus: (status) => context.patch("items", { status: status.kind === "paused" ? IDLE : status }),
        onEvents: (events) => followRounds(context, key, events),
        onResult: (changes) => context.patch("items", { changes, status: IDLE }),
      });
      await running.done;
    },
    cancelItems: () => running?.pause(),
    async saveSamples(weights) {
      const state = context.get();
      const subject = subjectRequest(state, state.subject.parents);
      if (subject === null || isBusy(state.items.status)) return;
      const { parents, task, split, limit } = subject;
      running = startRun(context, {
        method: "samples",
        request: () => ({ recipe: { parents, coefficients: weights }, task, split, limit }),
        onStatus: (status) => context.patch("items", { status: status.kind === "paused" ? IDLE : status }),
        onResult({ blob }) {
          context.effects.download(`samples_${fileName(task)}_${weights.map(short).join("_")}.jsonl`, blob);
          context.patch("items", { status: IDLE });
        },
      });
      await running.done;
    },
    closeItems() {
      running?.drop();
      context.patch("items", NO_ITEMS);
    },
  };
}

/** A name that every file system takes. */
function fileName(task: string): string {
  return task.replaceAll(/[^\w.-]+/g, "_");
}

function short(weight: number): string {
  return weight.toFixed(3).replace(/\.?0+$/, "");
}
