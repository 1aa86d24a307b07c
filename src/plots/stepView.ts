/** What the algorithm saw at one step of a search, picked out of its records. Pure. */
import type { StudyRecord, Trial } from "../domain/study.ts";
import type { Ask, Surrogate } from "../domain/surrogate.ts";

/** A search at one step. */
export type StepView = {
  /** 1-based number of the step; one past the last for the picture after the whole search. */
  readonly step: number;
  /** Steps there are, the one under way included. */
  readonly count: number;
  /** Trials measured before this step's choice: all that the algorithm knew. */
  readonly seen: readonly Trial[];
  /** The choice made at this step; `null` after the last one. */
  readonly ask: Ask | null;
  /** What came of the choice; `null` while it is measured, and after the last one. */
  readonly outcome: Trial | null;
  /** The posterior that the choice was made by, or the final one. */
  readonly surrogate: Surrogate | null;
  /** Best trial among those seen and the outcome. */
  readonly best: Trial | null;
};

/** The view at a 1-based step, or at the newest (`null`), where a choice under way counts as a step. */
export function viewStep(record: StudyRecord, pending: Ask | null, step: number | null): StepView {
  const { trials } = record;
  const count = trials.length + (pending === null ? 0 : 1);
  const at = step === null ? undefined : trials[step - 1];
  if (at !== undefined && step !== null) {
    const seen = trials.slice(0, step - 1);
    const best = bestOf([...seen, at]);
    return { step, count, seen, ask: at.ask, outcome: at, surrogate: at.ask.surrogate, best };
  }
  const best = bestOf(trials);
  if (pending !== null) {
    const { surrogate } = pending;
    return { step: count, count, seen: trials, ask: pending, outcome: null, surrogate, best };
  }
  // A paused search has no posterior after its last trial: its newest choice is the newest picture there is.
  if (record.surrogate === null && trials.length > 0) return viewStep(record, null, trials.length);
  return {
    step: count + 1,
    count,
    seen: trials,
    ask: null,
    outcome: null,
    surrogate: record.surrogate,
    best,
  };
}

function bestOf(trials: readonly Trial[]): Trial | null {
  return trials.reduce<Trial | null>(
    (top, trial) => (top === null || trial.value > top.value ? trial : top),
    null,
  );
}

/** The view with another choice in place of the one that was made: what would have been. */
export function withChoice(view: StepView, ask: Ask): StepView {
  return { ...view, ask, outcome: null, surrogate: ask.surrogate };
}
