/**
 * Branches of a search: what would have happened if another choice had been made at one of its steps. A branch begins
 * with the trials before that step and goes its own way; what was measured before is looked up, not measured again.
 */
import type { SearchSettings } from "../domain/surrogate.ts";
import type { Context } from "./context.ts";
import type { AppState, StudyEntry } from "./state.ts";
import { isBusy } from "./status.ts";
import { bestTrial, currentStudy, currentStudyKey, forgetJournal, freshEntry } from "./study.ts";
import { currentKey } from "./subject.ts";

/** Actions on branches of the present question. */
export type BranchActions = {
  /**
   * Leaves the shown search at a 1-based step with other settings, or at weights picked by the person, and runs the
   * branch to all its trials. One past the last step goes on from the end.
   */
  readonly forkStudy: (
    step: number,
    change: Partial<SearchSettings>,
    picked: readonly number[] | null,
  ) => Promise<void>;
  /** Shows a search of the present question, and takes its settings. */
  readonly openBranch: (key: string) => void;
  /** Forgets a branch that is not running; the first search stays. */
  readonly closeBranch: (key: string) => void;
};

/** A search with its key. */
export type Branch = { readonly key: string; readonly entry: StudyEntry };

/** The searches of the present question, in the order they were begun. */
export function branchesOf({ study }: Pick<AppState, "study">, question: string | null): readonly Branch[] {
  if (question === null) return [];
  return Object.entries(study.entries)
    .filter(([key]) => key === question || key.startsWith(`${question}${MARK}`))
    .map(([key, entry]) => ({ key, entry }));
}

/** A branch has so many trials of its own, at least. */
const LEAST_TRIALS = 4;

/** No task, measure or checkpoint has it in its name. */
const MARK = " ⑂";

/** The branches' actions; `study` runs the search that is shown. */
export function createBranchActions(
  context: Context,
  study: {
    readonly runStudy: (picked?: readonly number[]) => Promise<void>;
    readonly endWhatIf: () => void;
  },
): BranchActions {
  const { get, patch } = context;
  const openBranch = (key: string): void => {
    const { subject, study: searches } = get();
    const question = currentKey(get(), subject.parents);
    const entry = searches.entries[key];
    if (question === null || entry === undefined) return;
    study.endWhatIf();
    patch("study", { open: { ...searches.open, [question]: key } });
    patch("subject", { settings: entry.record.settings });
    patch("view", { step: null });
  };
  return {
    async forkStudy(step, change, picked) {
      const state = get();
      const [question, of] = [currentKey(state, state.subject.parents), currentStudyKey(state)];
      const from = currentStudy(state);
      if (question === null || of === null || from === null) return;
      const key = freshKey(question, state.study.entries);
      const { record } = from;
      const trials = record.trials.slice(0, step - 1);
      const asked = { ...record.settings, ...change };
      // A fork at the end goes on from there.
      const settings = { ...asked, trials: Math.max(asked.trials, trials.length + LEAST_TRIALS) };
      const entry = freshEntry(
        { ...record, settings, trials, best: bestTrial(trials), surrogate: null, heldout: null },
        { of, step },
        context.effects.newId(),
      );
      patch("study", { entries: { ...state.study.entries, [key]: entry } });
      openBranch(key);
      await (picked === null ? study.runStudy() : study.runStudy(picked));
    },
    openBranch,
    closeBranch(key) {
      const { study: searches, subject } = get();
      const question = currentKey(get(), subject.parents);
      const entry = searches.entries[key];
      if (question === null || entry === undefined || key === question || isBusy(entry.status)) return;
      if (currentStudyKey(get()) === key) openBranch(question);
      forgetJournal(context, entry.journal);
      const { [key]: _, ...entries } = get().study.entries;
      patch("study", { entries });
    },
  };
}

/** A key for one branch more of a question. */
export function freshKey(question: string, entries: AppState["study"]["entries"]): string {
  for (let number = 2; ; number++) {
    const key = `${question}${MARK}${number}`;
    if (entries[key] === undefined) return key;
  }
}
