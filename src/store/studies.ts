/** The studies of the papers on the present run: which is looked at, what each came to, and the one that is under way. */
import {
  type OutcomeRecord,
  STUDY_NAMES,
  type StudyName,
  type StudyResult,
  type StudySettings,
} from "../domain/studyResult.ts";
import type { TaskRow } from "../domain/task.ts";
import type { Context } from "./context.ts";
import type { StudiesState } from "./labState.ts";
import type { AppState } from "./state.ts";
import { IDLE, isBusy } from "./status.ts";
import { currentTask } from "./subject.ts";
import { type Running, startRun } from "./work.ts";

/** A study that was run here. */
export type StudyRun = { readonly result: StudyResult; readonly outcomes: readonly OutcomeRecord[] };

/** Actions on studies. */
export type StudiesActions = {
  /** `null` goes back to the search. */
  readonly showStudy: (name: StudyName | null) => Promise<void>;
  /** Runs one, or all that are not there yet. */
  readonly runPaperStudies: (names: readonly StudyName[]) => Promise<void>;
  readonly cancelPaperStudy: () => void;
  /** Hands a report over as a download. */
  readonly saveReport: (page: Blob) => void;
  /** Items of a half of a task, to be read. */
  readonly readStudyItems: (
    rows: { readonly task: string; readonly split: "search" | "test" },
    items: readonly number[],
  ) => Promise<void>;
};

/** What studies of the present run are about; `null` before a run with two checkpoints is known. */
export function studySettings(state: AppState): StudySettings | null {
  const { info } = state.run;
  const task = currentTask(state);
  if (info === null || task === null || info.checkpoints.length < 2) return null;
  const graded = [...info.tasks, ...state.tasks.opened].filter(({ kind }) => kind !== "text");
  const checkpoints = info.checkpoints.map(({ name }) => name);
  return {
    checkpoints,
    tasks: [task.name, ...graded.map(({ name }) => name).filter((name) => name !== task.name)],
    text: info.tasks.find(({ kind }) => kind === "text")?.name ?? null,
    base: checkpoints[0]!,
    limit: state.subject.limit,
    seed: 0,
  };
}

/** The result of a study under the present settings; `null` where there is none. */
export function currentStudyRun(state: AppState, name: StudyName): StudyRun | null {
  const settings = studySettings(state);
  return settings === null ? null : (state.studies.entries[keyOf(name, settings)] ?? null);
}

/** Every result under the present settings, in the papers' order. */
export function currentStudyRuns(state: AppState): readonly StudyRun[] {
  return STUDY_NAMES.flatMap((name) => currentStudyRun(state, name) ?? []);
}

/** The study's part of the address. */
export function studyQuery({ shown }: StudiesState): string | null {
  return shown;
}

function keyOf(name: StudyName, settings: StudySettings): string {
  return JSON.stringify([name, settings]);
}

/** The studies' actions over a context. */
export function createStudiesActions(context: Context): StudiesActions {
  const { get, patch } = context;
  let running: Running | null = null;
  let stopped = false;
  return {
    async showStudy(name) {
      patch("studies", { shown: name, items: null });
      if (name === null || get().studies.list !== null) return;
      await startRun(context, {
        method: "paperStudies",
        request: () => ({}),
        onStatus: () => undefined,
        onResult: (list) => patch("studies", { list }),
        apart: true,
      }).done;
    },
    async runPaperStudies(names) {
      if (isBusy(get().studies.status)) return;
      stopped = false;
      for (const name of names) {
        const settings = studySettings(get());
        if (settings === null || stopped) return;
        patch("studies", { running: name });
        running = startRun(context, {
          method: "paperStudy",
          request: () => ({ name, settings }),
          onStatus: (status) => patch("studies", { status }),
          onResult: (run) =>
            patch("studies", {
              entries: { ...get().studies.entries, [keyOf(name, settings)]: run },
              status: IDLE,
            }),
        });
        await running.done;
        if (get().studies.status.kind === "failed") return;
      }
    },
    cancelPaperStudy() {
      stopped = true;
      running?.pause();
    },
    saveReport: (page) => context.effects.download("mergescope-report.html", page),
    async readStudyItems(rows, items) {
      const limit = studySettings(get())?.limit ?? null;
      patch("studies", { items: { ...rows, places: items, read: null } });
      await startRun(context, {
        method: "taskRows",
        request: () => ({ task: rows.task, split: rows.split, limit, rows: items.slice(0, MOST_ITEMS) }),
        onStatus: (status) => {
          if (status.kind === "failed") patch("studies", { status });
        },
        onResult: (read: readonly TaskRow[]) => patch("studies", { items: { ...rows, places: items, read } }),
        apart: true,
      }).done;
    },
  };
}

/** Items of a region that are read at once. */
export const MOST_ITEMS = 200;

/** The study that an address names; `null` for none. */
export function parseStudyName(text: string): StudyName | null {
  return STUDY_NAMES.find((name) => name === text) ?? null;
}
