import type { Context } from "./context.ts";
import { NO_ITEMS } from "./state.ts";
import { IDLE } from "./status.ts";
import { subjectRequest } from "./subject.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on the items. */
export type ItemsActions = {
  /** Reads what changed at these weights, for the present pair. */
  readonly openItems: (weights: readonly number[]) => Promise<void>;
  readonly cancelItems: () => void;
  /** Forgets the list, and its work if there is any. */
  readonly closeItems: () => void;
};

/** The items' actions over a context. */
export function createItemsActions(context: Context): ItemsActions {
  let running: Running | null = null;
  return {
    async openItems(weights) {
      const state = context.get();
      const subject = subjectRequest(state, state.subject.pair);
      if (subject === null) return;
      running?.drop();
      context.patch("items", { weights, changes: null });
      running = startRun(context, {
        method: "changes",
        request: () => ({ subject, weights }),
        onStatus: (status) => context.patch("items", { status: status.kind === "paused" ? IDLE : status }),
        onResult: (changes) => context.patch("items", { changes, status: IDLE }),
      });
      await running.done;
    },
    cancelItems: () => running?.pause(),
    closeItems() {
      running?.drop();
      context.patch("items", NO_ITEMS);
    },
  };
}
