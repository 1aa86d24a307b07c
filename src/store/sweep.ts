/** The dense sweep over λ of the present pair. A cancelled sweep keeps its points and goes on with the others. */
import { shareAboveBetterParent } from "../domain/ranking.ts";
import type { SweepPoint, SweepRecord } from "../domain/study.ts";
import type { EngineEvent } from "../rpc/protocol.ts";
import type { Context } from "./context.ts";
import { followRounds } from "./live.ts";
import type { AppState, PredictedEntry, SweepEntry } from "./state.ts";
import { IDLE, isBusy, type Origin } from "./status.ts";
import { currentKey, subjectRequest } from "./subject.ts";
import { type Running, startRun } from "./work.ts";

/** As in P1 §2.4. */
export const SWEEP_POINTS = 100;

/** Actions on the present pair's sweep. */
export type SweepActions = {
  /** Measures the λ that are still missing; a complete sweep is measured anew. */
  readonly runSweep: () => Promise<void>;
  /** Predicts the sweep from the margins of few merges, and checks the prediction. */
  readonly predictSweep: () => Promise<void>;
  /** Ends a sweep or a prediction; what was measured stays. */
  readonly cancelSweep: () => void;
};

/** Merges that a prediction measures, and those that check it (bench/margins.ts). */
export const PREDICTED_FROM = { points: 4, verify: 2 } as const;

/** The present pair's predicted sweep. */
export function currentPrediction(state: AppState): PredictedEntry | null {
  const key = currentKey(state, state.subject.parents);
  return key === null ? null : (state.sweep.predicted[key] ?? null);
}

/** The present pair's sweep. */
export function currentSweep(state: AppState): SweepEntry | null {
  const key = currentKey(state, state.subject.parents);
  return key === null ? null : (state.sweep.entries[key] ?? null);
}

/** Share of the points strictly above the better parent; `null` while either is unknown. */
export function shareAbove({ points, parents }: SweepEntry): number | null {
  return parents.length < 2 ? null : shareAboveBetterParent(points, parents);
}

/** A finished sweep's record as an entry. */
export function sweepEntry({ points, parents }: SweepRecord, origin: Origin): SweepEntry {
  return { points, parents, origin, status: IDLE, planned: points.length };
}

/** Uniformly spaced over [0, 1], ends included. */
export function uniformLambdas(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index / (count - 1));
}

/** The sweep's actions over a context. */
export function createSweepActions(context: Context): SweepActions {
  let running: Running | null = null;
  const change = (key: string, next: (entry: SweepEntry) => Partial<SweepEntry>): void => {
    const { entries } = context.get().sweep;
    const entry = entries[key];
    if (entry === undefined) return;
    context.patch("sweep", { entries: { ...entries, [key]: { ...entry, ...next(entry) } } });
  };
  return {
    async runSweep() {
      const state = context.get();
      const key = currentKey(state, state.subject.parents);
      const subject = subjectRequest(state, state.subject.parents);
      if (key === null || subject === null) return;
      const old = state.sweep.entries[key];
      if (old !== undefined && isBusy(old.status)) return;
      const entry = old !== undefined && old.points.length < old.planned ? old : EMPTY;
      context.patch("sweep", { entries: { ...state.sweep.entries, [key]: entry } });
      const known = new Set(entry.points.map(({ lambda }) => lambda));
      const lambdas = uniformLambdas(SWEEP_POINTS).filter((lambda) => !known.has(lambda));
      running?.pause();
      running = startRun(context, {
        method: "sweep",
        request: () => ({ subject, lambdas, race: state.subject.race }),
        onStatus: (status) => change(key, () => ({ status })),
        onEvents(events) {
          change(key, (now) => applySweepEvents(now, events));
          followRounds(context, key, events);
        },
        onResult: ({ points, parents }) =>
          change(key, (now) => ({ points: mergePoints(now.points, points), parents, status: IDLE })),
      });
      await running.done;
    },
    async predictSweep() {
      const state = context.get();
      const key = currentKey(state, state.subject.parents);
      const subject = subjectRequest(state, state.subject.parents);
      if (key === null || subject === null || isBusy(state.sweep.predicted[key]?.status ?? IDLE)) return;
      const set = (next: Partial<PredictedEntry>): void => {
        const { predicted } = context.get().sweep;
        const before = predicted[key] ?? { record: null, status: IDLE };
        context.patch("sweep", { predicted: { ...predicted, [key]: { ...before, ...next } } });
      };
      running?.pause();
      running = startRun(context, {
        method: "marginSweep",
        request: () => ({ subject, ...PREDICTED_FROM }),
        onStatus: (status) => set({ status }),
        onResult: (record) => set({ record, status: IDLE }),
      });
      await running.done;
    },
    cancelSweep: () => running?.pause(),
  };
}

const EMPTY: SweepEntry = {
  points: [],
  parents: [],
  origin: "computed",
  status: IDLE,
  planned: SWEEP_POINTS,
};

/** The entry after these events. */
export function applySweepEvents(entry: SweepEntry, events: readonly EngineEvent[]): SweepEntry {
  const parents = [...entry.parents];
  const points: SweepPoint[] = [];
  for (const event of events) {
    if (event.kind === "parent") parents[event.index] = event.score;
    if (event.kind === "point") points.push(event.point);
  }
  return { ...entry, parents, points: mergePoints(entry.points, points) };
}

/** Both lists in order of λ; the later one wins where they share a λ. */
function mergePoints(old: readonly SweepPoint[], added: readonly SweepPoint[]): readonly SweepPoint[] {
  const replaced = new Set(added.map(({ lambda }) => lambda));
  return [...old.filter(({ lambda }) => !replaced.has(lambda)), ...added].sort((a, b) => a.lambda - b.lambda);
}
