/** What is kept of evaluations on this machine, so that nothing is measured twice; and letting it go. */
import type { Context } from "./context.ts";
import { startRun } from "./work.ts";

/** Actions on kept results. */
export type ResultsActions = {
  readonly readResults: () => Promise<void>;
  /** Everything is measured anew afterwards. */
  readonly clearResults: () => Promise<void>;
};

/** The actions over a context. */
export function createResultsActions(context: Context): ResultsActions {
  const ask = (method: "keptResults" | "clearResults"): Promise<void> =>
    startRun(context, {
      method,
      request: () => ({}),
      apart: true,
      // How much room there is concerns nothing else: without an answer the line is not shown.
      onStatus: () => undefined,
      onResult: (kept) => context.patch("results", { kept }),
    }).done;
  return { readResults: () => ask("keptResults"), clearResults: () => ask("clearResults") };
}
