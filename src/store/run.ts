/** The run whose checkpoints are explored, and what computed the results that ship with it. */
import { type ErrorRecord, toErrorRecord } from "../base/errors.ts";
import type { RunInfo } from "../domain/checkpoint.ts";
import type { Context } from "./context.ts";

/** What is known of the run. */
export type RunState = {
  readonly info: RunInfo | null;
  /** What computed the shipped results; `null` when none were found. */
  readonly shippedBy: string | null;
  /** Why there is no run, when there is none. */
  readonly error: ErrorRecord | null;
};

/** Before anything was read. */
export const NO_RUN: RunState = { info: null, shippedBy: null, error: null };

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
