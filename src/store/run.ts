/** The run whose checkpoints are explored, and what computed the results that ship with it. */
import { toErrorRecord } from "../base/errors.ts";
import type { Context } from "./context.ts";

/** Actions on the run. */
export type RunActions = {
  /** Asks the engine for the run's checkpoints and tasks; what the shipped results said is replaced. */
  readonly openRun: () => Promise<void>;
};

/** The run's actions over a context. */
export function createRunActions({ patch, queue, effects }: Context): RunActions {
  return {
    async openRun() {
      await queue.submit(async () => {
        try {
          const job = { signal: new AbortController().signal, emit: () => undefined };
          patch("run", { info: await effects.engine.call("openDemo", {}, job), error: null });
        } catch (thrown) {
          patch("run", { error: toErrorRecord(thrown) });
        }
      });
    },
  };
}
