/**
 * The Bayesian searches of the present question: the first one and its branches. A study is append-only: pausing keeps the trials, running again hands them
 * to the engine as history, and the engine goes on exactly where it was.
 */
import type { Measure } from "../domain/measure.ts";
import type { Heldout, Score, StudyRecord, Trial } from "../domain/study.ts";
import type { SearchSettings } from "../domain/surrogate.ts";
import type { EngineEvent, EngineMethods } from "../rpc/protocol.ts";
import type { Context } from "./context.ts";
import { followRounds } from "./live.ts";
import type { AppState, Fork, StudyEntry } from "./state.ts";
import { IDLE, isBusy } from "./status.ts";
import { currentKey, currentMeasure, subjectRequest } from "./subject.ts";
import { type Running, startRun } from "./work.ts";

type OptimizeRequest = EngineMethods["optimize"]["request"];

/** Actions on the search of the present question. Each resolves when its work is over. */
export type StudyActions = {
  /** Goes on to all planned trials; a finished or stale search begins anew. Weights that are picked are measured first. */
  readonly runStudy: (picked?: readonly number[]) => Promise<void>;
  /** One more trial, at the weights that are picked or where the search wants it. */
  readonly stepStudy: (picked?: readonly number[]) => Promise<void>;
  /** Holds every search; what was measured stays. */
  readonly pauseStudy: () => void;
  /** Ends the search with the trials it has. */
  readonly stopStudy: () => Promise<void>;
};

/** The key of the search that is shown of the present question; `null` until there is a question. */
export function currentStudyKey(state: AppState): string | null {
  const question = currentKey(state, state.subject.parents);
  return question === null ? null : (state.study.open[question] ?? question);
}

/** The search that is shown. */
export function currentStudy(state: AppState): StudyEntry | null {
  const key = currentStudyKey(state);
  return key === null ? null : (state.study.entries[key] ?? null);
}

/** Whether the settings changed since the search began, so that its picture answers another question. */
export function isStale({ record }: StudyEntry, settings: SearchSettings): boolean {
  const names = Object.keys(settings) as (keyof SearchSettings)[];
  return names.some((name) => JSON.stringify(settings[name]) !== JSON.stringify(record.settings[name]));
}

/** Whether what is shown of the present pair's search answers the settings before; not while it is run again. */
export function isPresentStale(state: AppState): boolean {
  const entry = currentStudy(state);
  return entry !== null && !isBusy(entry.status) && isStale(entry, state.subject.settings);
}

/** Whether all planned trials are measured. */
export function isComplete({ record }: StudyEntry): boolean {
  return record.trials.length >= record.settings.trials;
}

/** Number of the trial with the highest value, the first of equals; `null` before the first. */
export function bestTrial(trials: readonly Trial[]): number | null {
  let best: Trial | null = null;
  for (const trial of trials) if (best === null || trial.value > best.value) best = trial;
  return best?.number ?? null;
}

/** The searches' actions over a context; `onEnd` runs when the shown search is complete or stopped. */
export function createStudyActions(context: Context, onEnd: () => Promise<void>): StudyActions {
  /** By key; branches wait for one another. */
  const running = new Map<string, Running>();

  const change = (key: string, next: Partial<StudyEntry>): void => {
    const { entries } = context.get().study;
    const entry = entries[key];
    if (entry !== undefined)
      context.patch("study", { entries: { ...entries, [key]: { ...entry, ...next } } });
  };

  /**
   * The entry to go on from: the present one, or a fresh one where that answers another question or, unless trials are
   * added to it, is over.
   */
  const prepare = (key: string, subject: StudyRecord["subject"], adds: boolean): StudyEntry => {
    const { study, subject: present } = context.get();
    const old = study.entries[key];
    const isOver = old !== undefined && (isComplete(old) || old.stopped);
    if (old !== undefined && !isStale(old, present.settings) && (adds || !isOver)) return old;
    const record = freshRecord(subject, present.settings, old?.record.parents ?? []);
    const entry = freshEntry(record, old?.fork ?? null, context.effects.newId());
    if (old?.origin === "computed") forgetJournal(context, old.journal);
    context.patch("study", { entries: { ...study.entries, [key]: entry } });
    context.patch("view", { step: null });
    return entry;
  };

  const start = async (adds: boolean, picked: OptimizeRequest["picked"]): Promise<void> => {
    const state = context.get();
    const [key, measure] = [currentStudyKey(state), currentMeasure(state)];
    const request = subjectRequest(state, state.subject.parents);
    if (key === null || measure === null || request === null) return;
    if (isBusy(state.study.entries[key]?.status ?? IDLE)) return;
    const { record, journal, fork } = prepare(key, recordSubject(request, measure), adds);
    const run = startRun(context, {
      method: "optimize",
      request: () => ({
        subject: request,
        settings: record.settings,
        history: record.trials,
        trials: adds ? record.trials.length + 1 : record.settings.trials,
        picked,
        journal: { id: journal, fork: keptFork(context.get(), fork) },
        race: state.subject.race,
      }),
      onStatus: (status) => change(key, isBusy(status) ? { status } : { status, pending: null }),
      onEvents(events) {
        const now = context.get().study.entries[key];
        if (now !== undefined) change(key, applyEvents(now, events));
        followRounds(context, key, events);
      },
      onResult: (result) => change(key, { record: result, status: IDLE, pending: null }),
    });
    running.set(key, run);
    await run.done;
    if (running.get(key) === run) running.delete(key);
    const now = context.get();
    const entry = currentStudyKey(now) === key ? currentStudy(now) : null;
    if (entry !== null && entry.status.kind === "idle" && isComplete(entry)) await onEnd();
  };

  return {
    runStudy: (picked) => start(false, picked === undefined ? [] : [picked]),
    stepStudy: (picked) => start(true, picked === undefined ? [] : [picked]),
    pauseStudy() {
      for (const run of running.values()) run.pause();
    },
    async stopStudy() {
      const key = currentStudyKey(context.get());
      if (key === null) return;
      change(key, { stopped: true });
      const run = running.get(key);
      run?.pause();
      await run?.done;
      change(key, { status: IDLE });
      await onEnd();
    },
  };
}

function recordSubject(request: NonNullable<ReturnType<typeof subjectRequest>>, measure: Measure) {
  const { parents, task, split } = request;
  return { parents, task, split, measure };
}

/** Removes a search's journal; one that cannot be removed is only found again. */
export function forgetJournal({ get, effects }: Context, journal: string): void {
  const subject = subjectRequest(get(), get().subject.parents);
  if (subject === null) return;
  const job = { signal: new AbortController().signal, emit: () => undefined };
  void effects.engine.call("forgetStudy", { subject, journal }, job).catch(() => undefined);
}

/** A fork as a journal names it: by the other search's journal. */
function keptFork(
  { study }: AppState,
  fork: Fork | null,
): { readonly of: string; readonly step: number } | null {
  const of = fork === null ? undefined : study.entries[fork.of]?.journal;
  return fork === null || of === undefined ? null : { of, step: fork.step };
}

/** A search at rest. */
export function freshEntry(record: StudyRecord, fork: Fork | null, journal: string): StudyEntry {
  return { record, origin: "computed", status: IDLE, pending: null, stopped: false, fork, journal };
}

/** A search with no trials; parents' scores known already may be given. */
function freshRecord(
  subject: StudyRecord["subject"],
  settings: SearchSettings,
  parents: readonly Score[],
): StudyRecord {
  return { subject, settings, parents, trials: [], best: null, surrogate: null, heldout: null };
}

/** The entry after these events. What a later trial makes untrue, the final posterior and verdict, is taken away. */
export function applyEvents(entry: StudyEntry, events: readonly EngineEvent[]): StudyEntry {
  let { record, pending } = entry;
  for (const event of events) {
    if (event.kind === "ask") pending = event.ask;
    if (event.kind === "parent") {
      const parents = [...record.parents];
      parents[event.index] = event.score;
      record = { ...record, parents };
    }
    if (event.kind === "trial") {
      const trials = [...record.trials.filter(({ number }) => number !== event.trial.number), event.trial];
      record = { ...record, trials, best: bestTrial(trials), surrogate: null, heldout: null };
      pending = null;
    }
  }
  return { ...entry, record, pending };
}

/** Puts a verdict into the search it belongs to, if that still has the same best trial. */
export function keepHeldout(context: Context, key: string, best: number, heldout: Heldout): void {
  const { entries } = context.get().study;
  const entry = entries[key];
  if (entry === undefined || entry.record.best !== best) return;
  const record = { ...entry.record, heldout };
  context.patch("study", { entries: { ...entries, [key]: { ...entry, record } } });
}
