/**
 * The one map that types both ends of the thread wall: method name → request, result. Everything here is a plain
 * record. The engine implements it, the worker and the command line hand it on, the store calls it.
 */
import type { Progress } from "../base/job.ts";
import type { BackendChoice, BackendInfo } from "../domain/backend.ts";
import type { HubRepository, Inspection, RunInfo, Stored } from "../domain/checkpoint.ts";
import type { Evaluation } from "../domain/evaluation.ts";
import type { ExportedFile, ExportRequest } from "../domain/export.ts";
import type { NeighbourRow } from "../domain/howMany.ts";
import type { JournalContents, JournalHead } from "../domain/journal.ts";
import type { MarginSweepRecord } from "../domain/margins.ts";
import type { MetricName } from "../domain/measure.ts";
import type { ComposedMerge, ComposeRequest, MethodDescription } from "../domain/mergeMethod.ts";
import type { Perplexity, PerplexityInputs } from "../domain/perplexity.ts";
import type { Recipe } from "../domain/recipe.ts";
import type { ItemOutcomes, ReplayArm, ReplayPath, ReplayResult, ScoreCurve } from "../domain/replay.ts";
import type { KeptResults } from "../domain/results.ts";
import type { ScoreTable } from "../domain/scoreTable.ts";
import type {
  Heldout,
  ItemChange,
  MatrixCell,
  MatrixRecord,
  MatrixRule,
  Race,
  Round,
  Score,
  StudyRecord,
  SweepPoint,
  SweepRecord,
  Trial,
} from "../domain/study.ts";
import type {
  OutcomeRecord,
  StudyDescription,
  StudyName,
  StudyResult,
  StudySettings,
} from "../domain/studyResult.ts";
import type { SimplexSurface } from "../domain/surface.ts";
import type {
  Ask,
  HistoryPoint,
  LikelihoodProfile,
  Measurement,
  SearchSettings,
  Suggestion,
  SuggestSettings,
} from "../domain/surrogate.ts";
import type { BenchmarkInfo, DataOrigin, Split, TaskInfo, TaskRow } from "../domain/task.ts";

/** Checkpoints oldest first, a task and its rows; `metric` null takes the task's default measure. */
export type SubjectRequest = {
  readonly parents: readonly string[];
  readonly task: string;
  readonly split: Split;
  readonly metric: MetricName | null;
  /** Only the first so many rows; `null` for all. */
  readonly limit: number | null;
};

/** Request and result of every method. */
export type EngineMethods = {
  /** Starts the device; may be called again with another choice, which drops everything resident. */
  start: {
    request: { readonly backend: BackendChoice; readonly threads: number | null };
    result: BackendInfo;
  };
  /** The shipped run: its checkpoints and tasks. Reads no weights and needs no device. */
  openDemo: { request: Record<string, never>; result: RunInfo };
  /**
   * Looks into checkpoints before anything large moves: headers, listings and a few sampled ranges. Names are
   * `demo:STEP`, `hf:OWNER/REPO@REVISION`, `disk:NAME` of an added folder, or a path where the platform has paths.
   */
  inspect: { request: { readonly checkpoints: readonly string[] }; result: Inspection };
  /** Where the hub is and who asks; `null` takes the platform's own. The token is held in memory only. */
  useHub: {
    request: { readonly endpoint: string | null; readonly token: string | null };
    result: { readonly endpoint: string; readonly hasToken: boolean };
  };
  /** What can be named in a repository of the hub. */
  hubRevisions: { request: { readonly repository: string }; result: HubRepository };
  /** Adds a folder of the person's disk; the name it gets stands for its checkpoint from then on. Nothing is uploaded. */
  addFolder: {
    request: {
      readonly name: string;
      readonly files: readonly { readonly path: string; readonly file: Blob }[];
    };
    result: { readonly checkpoint: string };
  };
  /** Brings checkpoints of the hub onto this machine, whole and verified; others are there already. */
  fetchCheckpoints: { request: { readonly checkpoints: readonly string[] }; result: Record<string, never> };
  /** Checkpoints of one's own as a run: oldest first, with the tasks there are. Reads no weights. */
  openRun: { request: { readonly checkpoints: readonly string[] }; result: RunInfo };
  /** What was fetched and is kept on this machine. */
  stored: { request: Record<string, never>; result: Stored };
  /** Lets kept files go. @throws AppError `usage` for one that is in use. */
  removeStored: { request: { readonly keys: readonly string[] }; result: Stored };
  /** Rows of a task file of the person's own, parsed; the name it gets can be used as `task` from then on. */
  addTask: { request: { readonly name: string; readonly jsonl: string }; result: TaskInfo };
  /** The benchmarks that can be opened once their data is named. Reads nothing. */
  benchmarks: { request: Record<string, never>; result: readonly BenchmarkInfo[] };
  /**
   * Reads a benchmark's data and makes its prompts; the name of the result can be used as `task` from then on. The same
   * benchmark with other worked examples or other data has another name. `fewShot` and `seed` null take the harness's.
   */
  openBenchmark: {
    request: {
      readonly task: string;
      readonly data: DataOrigin;
      readonly fewShot: number | null;
      readonly seed: number | null;
    };
    result: TaskInfo;
  };
  /** A task in the harness's YAML, with its data; as `openBenchmark`. */
  addHarnessTask: {
    request: {
      readonly name: string;
      readonly yaml: string;
      readonly data: DataOrigin;
      readonly fewShot: number | null;
      readonly seed: number | null;
    };
    result: TaskInfo;
  };
  /** Rows as a person reads them, by their places among the split's limited rows; at most 1,000 at once. */
  taskRows: {
    request: {
      readonly task: string;
      readonly split: Split;
      readonly limit: number | null;
      readonly rows: readonly number[];
    };
    result: readonly TaskRow[];
  };
  /** Perplexity φ of the task's inputs, without labels, under each checkpoint (P2 eq. 3, Table 8). */
  perplexity: {
    request: {
      readonly checkpoints: readonly string[];
      readonly task: string;
      readonly split: Split;
      readonly limit: number | null;
      readonly inputs: PerplexityInputs;
    };
    result: readonly Perplexity[];
  };
  /** An evaluation's items, one JSON object a line, in the harness's log-samples shape. */
  samples: {
    request: EngineMethods["evaluate"]["request"];
    result: { readonly blob: Blob };
  };
  /** How much room the kept item tables take. */
  keptResults: { request: Record<string, never>; result: KeptResults };
  /** Lets all kept item tables go; everything is evaluated anew afterwards. */
  clearResults: { request: Record<string, never>; result: KeptResults };
  evaluate: {
    request: {
      readonly recipe: Recipe;
      readonly task: string;
      readonly split: Split;
      readonly limit: number | null;
    };
    result: Evaluation;
  };
  sweep: {
    request: {
      readonly subject: SubjectRequest;
      readonly lambdas: readonly number[];
      readonly race: Race | null;
    };
    result: SweepRecord;
  };
  /** Runs until `trials` trials are there, continuing `history` exactly; a cancelled run keeps its trials by events. */
  optimize: {
    request: {
      readonly subject: SubjectRequest;
      readonly settings: SearchSettings;
      readonly history: readonly Trial[];
      readonly trials: number;
      /** Weights that the person picked: the next trials measure these. */
      readonly picked: readonly (readonly number[])[];
      /** Where it is written down, by a name of its own, and what it left; `null` keeps nothing. */
      readonly journal: { readonly id: string; readonly fork: JournalHead["fork"] } | null;
      readonly race: Race | null;
    };
    result: StudyRecord;
  };
  /** Searches of this subject that were written down, the newest first; those that cannot be read are left out. */
  recallStudies: {
    request: { readonly subject: SubjectRequest };
    result: readonly (JournalContents & { readonly journal: string })[];
  };
  /** Removes a search's journal. */
  forgetStudy: { request: { readonly subject: SubjectRequest; readonly journal: string }; result: null };
  /** The merge against its parents on the other rows, item by item. */
  compare: {
    request: { readonly subject: SubjectRequest; readonly weights: readonly number[] };
    result: Heldout;
  };
  /** Any composed merge against its parents, on the subject's rows and on the other half. */
  compareMerge: {
    request: { readonly subject: SubjectRequest; readonly recipe: Recipe };
    result: { readonly seen: Heldout; readonly unseen: Heldout };
  };
  /** Items whose outcome differs between the better parent and the merge, with their rows, gained ones first. */
  changes: {
    request: { readonly subject: SubjectRequest; readonly weights: readonly number[] };
    result: readonly (ItemChange & { readonly row: TaskRow })[];
  };
  matrix: {
    request: {
      readonly subject: SubjectRequest;
      readonly rule: MatrixRule;
      /** Used by the rule `optimize`. */
      readonly settings: SearchSettings;
      /** Cells already known, not measured again. */
      readonly known: readonly MatrixCell[];
    };
    result: MatrixRecord;
  };
  /** The next weights of a search whose merges are measured elsewhere; `picked` are the person's own. Needs no device. */
  askNext: {
    request: {
      readonly settings: SearchSettings;
      readonly history: readonly HistoryPoint[];
      readonly picked: readonly number[] | null;
    };
    result: Ask;
  };
  /** What a search would do after these measurements under these settings, and how well the data bear other models. */
  reconsider: {
    request: { readonly settings: SearchSettings; readonly history: readonly HistoryPoint[] };
    result: { readonly ask: Ask; readonly profiles: readonly LikelihoodProfile[] };
  };
  /** A sweep predicted from the margins of all items at few λ, with more λ measured to show it wrong. */
  marginSweep: {
    request: { readonly subject: SubjectRequest; readonly points: number; readonly verify: number };
    result: MarginSweepRecord;
  };
  /** Searches run by the thousand on a sweep's table. Needs no device. */
  replaySearches: {
    request: {
      readonly curve: ScoreCurve;
      readonly items: ItemOutcomes | null;
      readonly arms: readonly ReplayArm[];
      readonly seeds: number;
    };
    result: readonly ReplayResult[];
  };
  /** One search on a sweep's table, with the settings' own seed. Needs no device. */
  playSearch: {
    request: { readonly curve: ScoreCurve; readonly settings: SearchSettings };
    result: ReplayPath;
  };
  /** Right and wrong of every item at these λ; what is known is looked up. */
  itemOutcomes: {
    request: { readonly subject: SubjectRequest; readonly lambdas: readonly number[] };
    result: ItemOutcomes;
  };
  /** Uniform merges of two, three and four neighbours among the subject's checkpoints (P1 §2.2). */
  compareNeighbours: { request: { readonly subject: SubjectRequest }; result: readonly NeighbourRow[] };
  /** Posterior and acquisition functions over three checkpoints or more. Needs no device. */
  surface: {
    request: { readonly settings: SearchSettings; readonly history: readonly Measurement[] };
    result: SimplexSurface;
  };
  /** Reads a table of scores measured elsewhere: CSV, JSON, Optuna's. Needs no device. */
  readTable: { request: { readonly name: string; readonly text: string }; result: ScoreTable };
  /** Advice for scores measured elsewhere. Needs no device. */
  suggest: {
    request: { readonly rows: readonly Measurement[]; readonly settings: SuggestSettings };
    result: Suggestion;
  };
  /** The merge methods there are, the default first. Reads nothing. */
  mergeMethods: { request: Record<string, never>; result: readonly MethodDescription[] };
  /** A merge by a method: its weights found, or its tensors decided, ready to be evaluated or written. */
  compose: { request: ComposeRequest; result: ComposedMerge };
  /** The studies of the papers. Reads nothing. */
  paperStudies: { request: Record<string, never>; result: readonly StudyDescription[] };
  /** One study, with what every evaluated item came to. */
  paperStudy: {
    request: { readonly name: StudyName; readonly settings: StudySettings };
    result: { readonly result: StudyResult; readonly outcomes: readonly OutcomeRecord[] };
  };
  /** Writes the merged checkpoint in Hugging Face layout, streamed: parents are read piece by piece. */
  exportMerge: {
    request: ExportRequest;
    result: { readonly where: string; readonly files: readonly ExportedFile[] };
  };
};

/** A method's name. */
export type EngineMethod = keyof EngineMethods;

/** What a running method tells before it is done. */
export type EngineEvent =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "parent"; readonly index: number; readonly score: Score }
  | { readonly kind: "point"; readonly point: SweepPoint }
  | { readonly kind: "ask"; readonly number: number; readonly ask: Ask }
  | { readonly kind: "trial"; readonly trial: Trial }
  | { readonly kind: "cell"; readonly cell: MatrixCell }
  | { readonly kind: "neighbours"; readonly row: NeighbourRow }
  | { readonly kind: "round"; readonly round: Round };

/** How a caller watches and stops one call. */
export type Job = { readonly signal: AbortSignal; emit(event: EngineEvent): void };

/** Both roofs and the store talk to the engine through this and nothing else. */
export interface Engine {
  /** @throws AppError of any tag; `cancelled` when the job's signal was aborted. */
  call<M extends EngineMethod>(
    method: M,
    request: EngineMethods[M]["request"],
    job: Job,
  ): Promise<EngineMethods[M]["result"]>;
}
