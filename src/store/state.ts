/**
 * The whole state of the page: one entry a noun, plain records only, and how each begins. What may be done to a noun
 * stands in the file of its name.
 */
import type { ErrorRecord } from "../base/errors.ts";
import type { Progress } from "../base/job.ts";
import type { BackendChoice, BackendInfo } from "../domain/backend.ts";
import type { HubRepository, Inspection, RunInfo, Stored } from "../domain/checkpoint.ts";
import type { MarginSweepRecord } from "../domain/margins.ts";
import type { MetricName } from "../domain/measure.ts";
import type { KeptResults } from "../domain/results.ts";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import type {
  ItemChange,
  MatrixCell,
  MatrixRule,
  Race,
  Score,
  StudyRecord,
  SweepPoint,
} from "../domain/study.ts";
import type { Ask, SearchSettings } from "../domain/surrogate.ts";
import type { BenchmarkInfo, TaskInfo, TaskRow } from "../domain/task.ts";
import type { EngineMethods } from "../rpc/protocol.ts";
import type {
  GameState,
  HowManyState,
  LabTab,
  MethodsState,
  PlacedState,
  ReplayState,
  StudiesState,
  SurfaceState,
  TableState,
  WhatIfState,
} from "./labState.ts";
import { IDLE, type Origin, type Status } from "./status.ts";

/** What is known of the device. */
export type DeviceState = {
  readonly choice: BackendChoice;
  readonly info: BackendInfo | null;
  readonly error: ErrorRecord | null;
};

/** Before the device is asked for. */
export const NO_DEVICE: DeviceState = { choice: "auto", info: null, error: null };

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

/** What is known of the hub. The token itself is held by the engine alone. */
export type HubState = {
  /** The repository that was looked up last. */
  readonly found: HubRepository | null;
  readonly status: Status;
  /** A mirror's address; `null` for the hub itself. */
  readonly endpoint: string | null;
  readonly hasToken: boolean;
};

/** Nothing asked. */
export const NO_HUB: HubState = { found: null, status: IDLE, endpoint: null, hasToken: false };

/** A checkpoint's folder on this machine. */
export type FolderEntry = {
  /** The name that stands for it: `disk:NAME`. */
  readonly checkpoint: string;
  readonly files: number;
  readonly bytes: number;
  /** Tells the same folder, added again, from another of its name. */
  readonly mark: string;
};

/** Folders that were added from this machine. */
export type FoldersState = { readonly added: readonly FolderEntry[]; readonly status: Status };

/** No folder. */
export const NO_FOLDERS: FoldersState = { added: [], status: IDLE };

/** Checkpoints that are picked to be explored, what was found in them, and their way here. */
export type ChoiceState = {
  /** Oldest first where their steps are known, else in the order they were picked. */
  readonly checkpoints: readonly string[];
  /** Whether what was found in them is shown, instead of the lists they are picked from. */
  readonly looking: boolean;
  readonly inspection: Inspection | null;
  readonly inspecting: Status;
  readonly fetching: Status;
  /** How far the last fetch came, which the next one goes on from; `null` before one. */
  readonly fetched: Progress | null;
  /** Whether all of them are on this machine, as the last fetch or the inspection says. */
  readonly arrived: boolean;
  readonly opening: Status;
  /** The query of a link that asked for them; what else it asks for is taken once they are open. */
  readonly link: string | null;
};

/** Nothing picked. */
export const NO_CHOICE: ChoiceState = {
  checkpoints: [],
  looking: false,
  inspection: null,
  inspecting: IDLE,
  fetching: IDLE,
  fetched: null,
  arrived: false,
  opening: IDLE,
  link: null,
};

/** What was fetched and is kept on this machine; `null` until it was asked for. */
export type KeptState = { readonly stored: Stored | null; readonly status: Status };

/** Not asked. */
export const NO_KEPT: KeptState = { stored: null, status: IDLE };

/** The present question; `null` until a run is known. */
export type SubjectState = {
  readonly task: string | null;
  /** `null` for the task's own default. */
  readonly metric: MetricName | null;
  /** The checkpoints that are mixed, two to eight, oldest first. */
  readonly parents: readonly string[] | null;
  /** Only the task's first so many rows; `null` for all. */
  readonly limit: number | null;
  readonly settings: SearchSettings;
  /** Early stopping of merges that are already decided; `null` for none. */
  readonly race: Race | null;
};

/** Before a run is known. */
export const NO_SUBJECT: SubjectState = {
  task: null,
  metric: null,
  parents: null,
  limit: null,
  // The whole path is searched, so that the whole picture is seen (the papers' α = 0.5 is the command line's).
  settings: { ...defaultSearchSettings(2), alpha: 0, trials: 14 },
  race: null,
};

/** Scores by checkpoint name, in objective units. */
export type TrajectoryEntry = {
  readonly scores: Readonly<Record<string, Score>>;
  readonly origin: Origin;
};

/** By task and metric. */
export type TrajectoryState = {
  readonly entries: Readonly<Record<string, TrajectoryEntry>>;
  readonly status: Status;
};

/** Nothing measured. */
export const NO_TRAJECTORY: TrajectoryState = { entries: {}, status: IDLE };

/** A search and its life. */
export type StudyEntry = {
  readonly record: StudyRecord;
  readonly origin: Origin;
  readonly status: Status;
  /** Asked, not measured yet. */
  readonly pending: Ask | null;
  /** Ended by the person before all planned trials: running again begins anew. */
  readonly stopped: boolean;
  /** Where it left another search of the same question; `null` for one that began by itself. */
  readonly fork: Fork | null;
  /** Name of the journal it is kept in. */
  readonly journal: string;
};

/** A branch of a search begins with the trials before one of its steps. */
export type Fork = {
  /** Key of the search it left. */
  readonly of: string;
  /** 1-based step at which it goes its own way. */
  readonly step: number;
};

/** Searches. A question's first has the question's key, its branches that key with a number behind. */
export type StudyState = {
  readonly entries: Readonly<Record<string, StudyEntry>>;
  /** By question: the key of the search that is shown, where it is not the first. */
  readonly open: Readonly<Record<string, string>>;
};

/** No search. */
export const NO_STUDY: StudyState = { entries: {}, open: {} };

/** A sweep and its life; points in order of λ. */
export type SweepEntry = {
  readonly points: readonly SweepPoint[];
  readonly parents: readonly Score[];
  readonly origin: Origin;
  readonly status: Status;
  /** How many points the whole sweep has. */
  readonly planned: number;
};

/** A sweep predicted from few merges, and its life. */
export type PredictedEntry = { readonly record: MarginSweepRecord | null; readonly status: Status };

/** Sweeps by question. */
export type SweepState = {
  readonly entries: Readonly<Record<string, SweepEntry>>;
  readonly predicted: Readonly<Record<string, PredictedEntry>>;
};

/** No sweep. */
export const NO_SWEEP: SweepState = { entries: {}, predicted: {} };

/** A heat map and its life. */
export type MatrixEntry = {
  /** Oldest first; cells and diagonal count by this order. */
  readonly checkpoints: readonly string[];
  /** `null` where not measured yet. */
  readonly diagonal: readonly (Score | null)[];
  readonly cells: readonly MatrixCell[];
  readonly origin: Origin;
  readonly status: Status;
};

/** Heat maps by question and rule. */
export type MatrixState = {
  readonly rule: MatrixRule;
  readonly checkpoints: readonly string[];
  readonly entries: Readonly<Record<string, MatrixEntry>>;
};

/** No heat map. */
export const NO_MATRIX: MatrixState = { rule: "uniform", checkpoints: [], entries: {} };

/** The life of the comparison on unseen rows. */
export type VerdictState = { readonly status: Status };

/** Nothing asked. */
export const NO_VERDICT: VerdictState = { status: IDLE };

/** The life of an export. */
export type ExportState = {
  readonly status: Status;
  /** Where the last one went, in a sentence. */
  readonly written: string | null;
};

/** Nothing exported. */
export const NO_EXPORT: ExportState = { status: IDLE, written: null };

/** One item that changed. */
export type Change = EngineMethods["changes"]["result"][number];

/** The changes of one merge of the present pair. */
export type ItemsState = {
  readonly weights: readonly number[] | null;
  readonly changes: readonly Change[] | null;
  readonly status: Status;
};

/** Nothing asked. */
export const NO_ITEMS: ItemsState = { weights: null, changes: null, status: IDLE };

/** A merge that is being evaluated right now, and how its score narrowed; `null` where nothing is. */
export type LiveState = {
  readonly now: {
    /** The question it belongs to. */
    readonly key: string;
    readonly weights: readonly number[];
    readonly score: Score;
    readonly total: number;
    /** The score after each round so far, the first round first. */
    readonly trail: readonly Score[];
    /** Items that differ from the better parent, in the order they came in. */
    readonly changes: readonly ItemChange[];
  } | null;
  /** Rows of changed items as they are read, by their place in the split; of the present question only. */
  readonly rows: Readonly<Record<number, TaskRow>>;
};

/** Nothing is being evaluated. */
export const NO_LIVE: LiveState = { now: null, rows: {} };

/** What a task is being opened from. */
export type TaskData =
  | { readonly kind: "hub" }
  | {
      readonly kind: "files";
      readonly files: readonly { readonly path: string; readonly bytes: number }[];
    };

/** Benchmarks and tasks of one's own, and the way one is being opened. */
export type TasksState = {
  /** Whether the panel that opens tasks is shown. */
  readonly shown: boolean;
  /** `null` until asked for. */
  readonly benchmarks: readonly BenchmarkInfo[] | null;
  /** Opened here, the newest last; they are offered beside the run's own, on every run. */
  readonly opened: readonly TaskInfo[];
  /** Name of the benchmark that is picked, and what its data is. */
  readonly picked: string | null;
  readonly data: TaskData | null;
  /** `null` takes the harness's own. */
  readonly fewShot: number | null;
  readonly seed: number | null;
  readonly status: Status;
};

/** Nothing opened. */
export const NO_TASKS: TasksState = {
  shown: false,
  benchmarks: null,
  opened: [],
  picked: null,
  data: null,
  fewShot: null,
  seed: null,
  status: IDLE,
};

/** Room that kept item tables take; `null` until asked for. */
export type ResultsState = { readonly kept: KeptResults | null };

/** Not asked. */
export const NO_RESULTS: ResultsState = { kept: null };

/** `auto` follows the system. */
export type ThemeChoice = "auto" | "light" | "dark";

/** What is looked at. */
export type ViewState = {
  /** 1-based step of the search that is shown; `null` for the newest. */
  readonly step: number | null;
  /** λ under the pointer or the reading cursor. */
  readonly cursor: number | null;
  readonly theme: ThemeChoice;
  readonly lab: LabTab;
  /** Whether the panel that opens runs is shown. */
  readonly opener: boolean;
  /** Sentences about what could not be taken from the address or the shipped files. */
  readonly notices: readonly string[];
};

/** At the start. */
export const FIRST_VIEW: ViewState = {
  step: null,
  cursor: null,
  theme: "auto",
  lab: "branches",
  opener: false,
  notices: [],
};

/** Every slice's state. */
export type AppState = {
  readonly run: RunState;
  readonly hub: HubState;
  readonly folders: FoldersState;
  readonly choice: ChoiceState;
  readonly kept: KeptState;
  readonly device: DeviceState;
  readonly subject: SubjectState;
  readonly trajectory: TrajectoryState;
  readonly study: StudyState;
  readonly whatIf: WhatIfState;
  readonly replay: ReplayState;
  readonly game: GameState;
  readonly table: TableState;
  readonly surface: SurfaceState;
  readonly placed: PlacedState;
  readonly howMany: HowManyState;
  readonly studies: StudiesState;
  readonly methods: MethodsState;
  readonly sweep: SweepState;
  readonly matrix: MatrixState;
  readonly verdict: VerdictState;
  readonly export: ExportState;
  readonly items: ItemsState;
  readonly live: LiveState;
  readonly tasks: TasksState;
  readonly results: ResultsState;
  readonly view: ViewState;
};
