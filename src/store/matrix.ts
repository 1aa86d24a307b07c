/**
 * The heat map of all pairs. It is the longest work and can go on from any cell, so that it gives way whenever
 * something else is asked of the engine and takes its turn again afterwards.
 */
import type { MatrixRecord, MatrixRule } from "../domain/study.ts";
import type { EngineEvent, SubjectRequest } from "../rpc/protocol.ts";
import type { Context } from "./context.ts";
import type { AppState, MatrixEntry } from "./state.ts";
import { IDLE, isBusy, type Origin } from "./status.ts";
import { currentKey, settingsFor, subjectRequest } from "./subject.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on the heat map. */
export type MatrixActions = {
  readonly pickRule: (rule: MatrixRule) => void;
  /** Measures the cells that are missing; a complete map is measured anew. */
  readonly runMatrix: () => Promise<void>;
  readonly cancelMatrix: () => void;
};

/** The present question's key for this rule. */
export function matrixKey(state: AppState): string | null {
  const { rule, checkpoints } = state.matrix;
  const key = checkpoints.length < 2 ? null : currentKey(state, checkpoints);
  return key === null ? null : `${rule} ${key}`;
}

/** The present question's heat map. */
export function currentMatrix(state: AppState): MatrixEntry | null {
  const key = matrixKey(state);
  return key === null ? null : (state.matrix.entries[key] ?? null);
}

/** How many pairs so many checkpoints have. */
export function pairCount(checkpoints: number): number {
  return (checkpoints * (checkpoints - 1)) / 2;
}

/** A finished heat map's record as an entry. */
export function matrixEntry({ subject, diagonal, cells }: MatrixRecord, origin: Origin): MatrixEntry {
  return { checkpoints: subject.parents, diagonal, cells, origin, status: IDLE };
}

/** The heat map's actions over a context. */
export function createMatrixActions(context: Context): MatrixActions {
  let running: Running | null = null;
  const change = (key: string, next: (entry: MatrixEntry) => Partial<MatrixEntry>): void => {
    const { entries } = context.get().matrix;
    const entry = entries[key];
    if (entry === undefined) return;
    context.patch("matrix", { entries: { ...entries, [key]: { ...entry, ...next(entry) } } });
  };

  const measure = async (key: string, rule: MatrixRule, subject: SubjectRequest): Promise<void> => {
    const settings = settingsFor(context.get().subject.settings, 2);
    const run = startRun(context, {
      method: "matrix",
      request: () => ({ subject, rule, settings, known: context.get().matrix.entries[key]?.cells ?? [] }),
      yields: true,
      onStatus: (status) => change(key, () => ({ status })),
      onEvents: (events) => change(key, (now) => applyMatrixEvents(now, events)),
      onResult: ({ diagonal, cells }) => change(key, () => ({ diagonal, cells, status: IDLE })),
    });
    running = run;
    await run.done;
    const status = context.get().matrix.entries[key]?.status;
    if (run.yielded() && status?.kind === "paused") await measure(key, rule, subject);
  };

  return {
    pickRule: (rule) => context.patch("matrix", { rule }),
    async runMatrix() {
      const state = context.get();
      const { checkpoints, rule, entries } = state.matrix;
      const [key, subject] = [matrixKey(state), subjectRequest(state, checkpoints)];
      if (key === null || subject === null) return;
      const old = entries[key];
      if (old !== undefined && isBusy(old.status)) return;
      const goesOn = old !== undefined && old.cells.length < pairCount(checkpoints.length);
      const entry = goesOn ? { ...old, origin: "computed" as const } : emptyMatrix(checkpoints);
      context.patch("matrix", { entries: { ...entries, [key]: entry } });
      running?.pause();
      await measure(key, rule, subject);
    },
    cancelMatrix: () => running?.pause(),
  };
}

function emptyMatrix(checkpoints: readonly string[]): MatrixEntry {
  return { checkpoints, diagonal: checkpoints.map(() => null), cells: [], origin: "computed", status: IDLE };
}

/** The entry after these events. */
export function applyMatrixEvents(entry: MatrixEntry, events: readonly EngineEvent[]): MatrixEntry {
  const diagonal = [...entry.diagonal];
  let cells = entry.cells;
  for (const event of events) {
    if (event.kind === "parent") diagonal[event.index] = event.score;
    if (event.kind === "cell") {
      const { cell } = event;
      cells = [...cells.filter(({ i, j }) => i !== cell.i || j !== cell.j), cell];
    }
  }
  return { ...entry, diagonal, cells };
}
