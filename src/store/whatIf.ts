/**
 * What if: a step of the shown search under other settings, with nothing measured. The picture shows what would have
 * been chosen; a fork makes it so.
 */
import type { StudyRecord } from "../domain/study.ts";
import type { HistoryPoint, SearchSettings } from "../domain/surrogate.ts";
import type { Context } from "./context.ts";
import { NO_WHAT_IF, type WhatIfState } from "./labState.ts";
import type { AppState } from "./state.ts";
import { IDLE } from "./status.ts";
import { currentStudy, currentStudyKey } from "./study.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on the step that is reconsidered. */
export type WhatIfActions = {
  /** Shows a 1-based step under these changes of the search's settings, added to those made before. */
  readonly reconsider: (step: number, change: Partial<SearchSettings>) => Promise<void>;
  /** Asks for the likelihood's profiles at a step; the picture stays as it is. */
  readonly profileModel: (step: number) => Promise<void>;
  /** Marks weights in the picture, to be measured next; `null` takes the mark away. */
  readonly pickWeights: (weights: readonly number[] | null) => void;
  /** Back to what decided. */
  readonly endWhatIf: () => void;
};

/** The reconsidered step, while it is the one that is looked at. */
export function shownWhatIf(state: AppState): WhatIfState["now"] {
  const { now } = state.whatIf;
  const entry = currentStudy(state);
  if (now === null || entry === null || currentStudyKey(state) !== now.key) return null;
  const newest = entry.record.trials.length + 1;
  return (state.view.step ?? newest) === now.step ? now : null;
}

/** The reconsidered step, where the picture shows it in place of what decided. */
export function drawnWhatIf(state: AppState): WhatIfState["now"] {
  const now = shownWhatIf(state);
  return now?.isShown === true ? now : null;
}

/** What a search knew before a 1-based step, as the engine takes it. */
export function historyBefore({ parents, trials }: StudyRecord, step: number): readonly HistoryPoint[] {
  return [
    ...parents.map(({ value, stderr }, index) => ({
      weights: parents.map((_, i) => (i === index ? 1 : 0)),
      value,
      stderr,
      ask: null,
    })),
    ...trials.slice(0, step - 1).map(({ weights, value, stderr, ask }) => ({
      weights,
      value,
      stderr,
      ask: { hedge: ask.hedge, nominees: ask.nominees },
    })),
  ];
}

/** The what-if's actions over a context. */
export function createWhatIfActions(context: Context): WhatIfActions {
  let running: Running | null = null;
  const { get, patch } = context;
  const change = (next: Partial<NonNullable<WhatIfState["now"]>>): void => {
    const { now } = get().whatIf;
    if (now !== null) patch("whatIf", { now: { ...now, ...next } });
  };
  const ask = async (step: number, asked: Partial<SearchSettings>, isShown: boolean): Promise<void> => {
    const state = get();
    const [key, entry] = [currentStudyKey(state), currentStudy(state)];
    if (key === null || entry === null) return;
    const { record } = entry;
    const before = state.whatIf.now;
    const goesOn = before !== null && before.key === key && before.step === step;
    const settings = { ...(goesOn ? before.settings : record.settings), ...asked };
    running?.drop();
    patch("whatIf", {
      now: {
        key,
        step,
        settings,
        isShown,
        // The picture before stays until the new one is there.
        ask: goesOn ? before.ask : null,
        profiles: goesOn ? before.profiles : [],
        status: IDLE,
      },
    });
    running = startRun(context, {
      method: "reconsider",
      request: () => ({ settings, history: historyBefore(record, step) }),
      onStatus: (status) =>
        change(status.kind === "failed" ? { status, ask: null, profiles: [] } : { status }),
      onResult: ({ ask, profiles }) => change({ ask, profiles, status: IDLE }),
      apart: true,
    });
    await running.done;
  };
  return {
    reconsider: (step, asked) => ask(step, asked, true),
    profileModel: (step) => ask(step, {}, false),
    pickWeights: (picked) => patch("whatIf", { picked }),
    endWhatIf() {
      running?.drop();
      const { now, picked } = get().whatIf;
      if (now !== null || picked !== null) patch("whatIf", NO_WHAT_IF);
    },
  };
}
