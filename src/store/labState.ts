/**
 * The state of the laboratory: a step reconsidered, replays, the game, tables of scores, mixes of more than two. Each noun
 * as in state.ts, of which this is a part.
 */
import type { Game } from "../domain/game.ts";
import type { NeighbourRow } from "../domain/howMany.ts";
import type { ComposedMerge, MethodDescription, OptionValues } from "../domain/mergeMethod.ts";
import type { ReplayPath, ReplayResult } from "../domain/replay.ts";
import type { ScoreTable } from "../domain/scoreTable.ts";
import type { Heldout } from "../domain/study.ts";
import type { OutcomeRecord, StudyDescription, StudyName, StudyResult } from "../domain/studyResult.ts";
import type { SimplexSurface } from "../domain/surface.ts";
import type {
  Ask,
  LikelihoodProfile,
  SearchSettings,
  Suggestion,
  SuggestSettings,
} from "../domain/surrogate.ts";
import type { TaskRow } from "../domain/task.ts";
import { IDLE, type Status } from "./status.ts";

/** A step of the search looked at under other settings, with nothing measured; `null` where what decided is shown. */
export type WhatIfState = {
  readonly now: {
    /** Key of the search, and the 1-based step of it. */
    readonly key: string;
    readonly step: number;
    readonly settings: SearchSettings;
    /** Whether the picture shows it: not where only the model's likelihood is looked at. */
    readonly isShown: boolean;
    /** What would be asked; `null` until it is computed, and where that failed. */
    readonly ask: Ask | null;
    readonly profiles: readonly LikelihoodProfile[];
    readonly status: Status;
  } | null;
  /** Weights picked in the picture, to be measured next; `null` for none. */
  readonly picked: readonly number[] | null;
};

/** Nothing asked. */
export const NO_WHAT_IF: WhatIfState = { now: null, picked: null };

/** What the arms of a replay differ in. */
export type ReplayVary = "acquisition" | "alpha" | "items" | "model" | "branches";

/** Searches replayed on a sweep. */
export type ReplayState = {
  readonly vary: ReplayVary;
  readonly seeds: number;
  readonly trials: number;
  /** The question that `results` answer. */
  readonly key: string | null;
  readonly results: readonly ReplayResult[] | null;
  readonly status: Status;
};

/** Nothing replayed. */
export const NO_REPLAY: ReplayState = {
  vary: "acquisition",
  seeds: 100,
  trials: 12,
  key: null,
  results: null,
  status: IDLE,
};

/** Beat the GP. */
export type GameState = {
  readonly game: Game | null;
  /** What the search that plays against the person measured; `null` until it has played. */
  readonly opponent: ReplayPath | null;
  readonly status: Status;
};

/** No game. */
export const NO_GAME: GameState = { game: null, opponent: null, status: IDLE };

/** Scores measured elsewhere; `null` where no table is open. */
export type TableState = {
  readonly table: ScoreTable | null;
  readonly settings: SuggestSettings | null;
  /** What the model says; `null` until it has, and where it cannot. */
  readonly suggestion: Suggestion | null;
  readonly status: Status;
};

/** No table. */
export const NO_TABLE: TableState = { table: null, settings: null, suggestion: null, status: IDLE };

/** The surface over three checkpoints or more; the last one stays until the next is there. */
export type SurfaceState = {
  /** What it is of, or will be. */
  readonly key: string | null;
  readonly surface: SimplexSurface | null;
  readonly status: Status;
};

/** Nothing asked. */
export const NO_SURFACE: SurfaceState = { key: null, surface: null, status: IDLE };

/** Recipes whose weights take measuring. */
export type PlacedState = {
  /** The question they belong to. */
  readonly key: string | null;
  readonly perplexity: readonly number[] | null;
  /** The averages that greedy soup kept, in order. */
  readonly greedy: readonly (readonly number[])[] | null;
  readonly status: Status;
};

/** Nothing placed. */
export const NO_PLACED: PlacedState = { key: null, perplexity: null, greedy: null, status: IDLE };

/** Tabs of the laboratory. */
export type LabTab = "branches" | "model" | "replay" | "game" | "how-many" | "methods";

/** Merges of two, three and four neighbours. */
export type HowManyState = {
  readonly key: string | null;
  readonly rows: readonly NeighbourRow[];
  readonly status: Status;
};

/** Nothing merged. */
export const NO_HOW_MANY: HowManyState = { key: null, rows: [], status: IDLE };

/** A merge that was made by a method, and how it fares on both halves. */
export type MethodRow = {
  /** The question it answers. */
  readonly key: string;
  readonly method: string;
  readonly options: OptionValues;
  readonly base: string | null;
  readonly composed: ComposedMerge;
  readonly seen: Heldout;
  readonly unseen: Heldout;
};

/** Merge methods, what is chosen of one, and what was made by them. */
export type MethodsState = {
  /** `null` until asked for. */
  readonly list: readonly MethodDescription[] | null;
  readonly picked: string;
  /** By method. */
  readonly options: Readonly<Record<string, OptionValues>>;
  /** `null` for the run's oldest checkpoint. */
  readonly base: string | null;
  readonly rows: readonly MethodRow[];
  readonly status: Status;
};

/** Nothing made. */
export const NO_METHODS: MethodsState = {
  list: null,
  picked: "uniform",
  options: {},
  base: null,
  rows: [],
  status: IDLE,
};

/** Studies of the papers. */
export type StudiesState = {
  /** The one that is looked at, in the search's place; `null` where the search is. */
  readonly shown: StudyName | null;
  /** `null` until asked for. */
  readonly list: readonly StudyDescription[] | null;
  /** By name and settings. */
  readonly entries: Readonly<
    Record<string, { readonly result: StudyResult; readonly outcomes: readonly OutcomeRecord[] }>
  >;
  /** The one that was begun last, and its life. */
  readonly running: StudyName | null;
  readonly status: Status;
  /** Items of a region that is opened; `read` is `null` until they are there. */
  readonly items: {
    readonly task: string;
    readonly split: "search" | "test";
    readonly places: readonly number[];
    readonly read: readonly TaskRow[] | null;
  } | null;
};

/** Nothing run. */
export const NO_STUDIES: StudiesState = {
  shown: null,
  list: null,
  entries: {},
  running: null,
  status: IDLE,
  items: null,
};
