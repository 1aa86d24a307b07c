/** What is being asked: which pair, on which task, by which measure, searched how. */
import type { RunInfo } from "../domain/checkpoint.ts";
import { type Measure, type MetricName, measuresOf } from "../domain/measure.ts";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import type { Race } from "../domain/study.ts";
import type { SearchSettings } from "../domain/surrogate.ts";
import type { TaskInfo } from "../domain/task.ts";
import type { SubjectRequest } from "../rpc/protocol.ts";
import type { Context } from "./context.ts";
import type { AppState, SubjectState } from "./state.ts";

/** Actions on the question. Each leaves results of other questions where they are, to come back to. */
export type SubjectActions = {
  readonly pickTask: (task: string) => void;
  readonly pickMetric: (metric: MetricName) => void;
  /** Two to eight in any order; sorted by the run's. What is none of the run, or twice the same, is ignored. */
  readonly pickParents: (names: readonly string[]) => void;
  /** The first so many rows of every task; `null` for all. */
  readonly pickLimit: (limit: number | null) => void;
  readonly changeSettings: (change: Partial<SearchSettings>) => void;
  /** Early stopping of merges that are already decided; `null` for none. */
  readonly pickRace: (race: Race | null) => void;
};

/** The question's actions; `onChange` runs before every one that changes what is shown. */
export function createSubjectActions(context: Context, onChange: () => void): SubjectActions {
  const change = (next: Partial<SubjectState>): void => {
    onChange();
    context.patch("subject", next);
  };
  return {
    pickTask(task) {
      if (task !== context.get().subject.task) change({ task, metric: null });
    },
    pickMetric(metric) {
      if (metric !== currentMeasure(context.get())?.metric) change({ metric });
    },
    pickParents(names) {
      const { run, subject } = context.get();
      const parents = run.info === null ? null : orderParents(run.info, names);
      if (parents === null || parents.join() === subject.parents?.join()) return;
      change({ parents, settings: settingsFor(subject.settings, parents.length) });
    },
    pickLimit(limit) {
      if (limit !== context.get().subject.limit) change({ limit });
    },
    pickRace: (race) => context.patch("subject", { race }),
    changeSettings(settings) {
      context.patch("subject", { settings: { ...context.get().subject.settings, ...settings } });
    },
  };
}

/** The settings for so many checkpoints: the initial design grows with them. */
export function settingsFor(settings: SearchSettings, parents: number): SearchSettings {
  const { initialTrials } = defaultSearchSettings(parents);
  return { ...settings, parents, initialTrials };
}

/** The most checkpoints that are searched together. */
export const MOST_PARENTS = 8;

/** Oldest first; `null` unless there are `count` different checkpoints of the run, two to eight. */
export function orderParents(
  run: RunInfo,
  names: readonly string[],
  count: number = names.length,
): readonly string[] | null {
  const order = run.checkpoints.map(({ name }) => name);
  const known = [...new Set(names)].filter((name) => order.includes(name));
  if (known.length !== count || count < 2 || count > MOST_PARENTS) return null;
  return known.sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

/** The present task's record. */
export function currentTask(state: AppState): TaskInfo | null {
  return knownTasks(state).find(({ name }) => name === state.subject.task) ?? null;
}

/** The run's own tasks and those that were opened. */
export function knownTasks({ run, tasks }: Pick<AppState, "run" | "tasks">): readonly TaskInfo[] {
  return [...(run.info?.tasks ?? []), ...tasks.opened];
}

/** The present measure: the one picked, or the task's first. */
export function currentMeasure(state: AppState): Measure | null {
  const task = currentTask(state);
  if (task === null) return null;
  const measures = measuresOf(task.kind);
  return measures.find(({ metric }) => metric === state.subject.metric) ?? measures[0];
}

/** The question as the engine takes it, about these checkpoints; `null` until there is one. */
export function subjectRequest(state: AppState, parents: readonly string[] | null): SubjectRequest | null {
  const [task, measure] = [currentTask(state), currentMeasure(state)];
  if (task === null || measure === null || parents === null) return null;
  return { parents, task: task.name, split: "search", metric: measure.metric, limit: state.subject.limit };
}

/** Names a question, so that its results can be found again. */
export function subjectKey(
  task: string,
  metric: MetricName,
  parents: readonly string[],
  limit: number | null,
): string {
  return [task, metric, limit ?? "all", ...parents].join(" ");
}

/** The key of the present question about these checkpoints; `null` until there is one. */
export function currentKey(state: AppState, parents: readonly string[] | null): string | null {
  const [task, measure] = [currentTask(state), currentMeasure(state)];
  return task === null || measure === null || parents === null
    ? null
    : subjectKey(task.name, measure.metric, parents, state.subject.limit);
}
