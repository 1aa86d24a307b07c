/** What is asked of a model: rows in the five shapes of a task file, and what a task says of itself. */

/** A row of a task (one JSON object a line of a task file). Choices and targets are scored with `delimiter` before them. */
export type TaskRow =
  | {
      readonly kind: "multiple-choice";
      readonly context: string;
      readonly choices: readonly string[];
      readonly gold: number;
      readonly delimiter: string;
    }
  | {
      readonly kind: "partial";
      readonly contexts: readonly string[];
      readonly continuation: string;
      readonly gold: number;
      readonly delimiter: string;
    }
  | { readonly kind: "target"; readonly context: string; readonly target: string; readonly delimiter: string }
  | {
      readonly kind: "text";
      readonly text: string;
      /** The text whose words and bytes are counted, where it is not the scored one (detokenised sets). */
      readonly counted?: string;
    }
  | { readonly kind: "generation"; readonly question: string; readonly answer: string };

/** The shape of a task's rows. */
export type TaskKind = TaskRow["kind"];

/** A half of a task's rows: what a search may look at, and what it may not. */
export type Half = "search" | "test";

/** Which rows: one half, or all of them in the data's own order, as lm-evaluation-harness takes them. */
export type Split = Half | "all";

/** One way of reading an answer out of a generated text. */
export type AnswerFilter = {
  /** As lm-evaluation-harness prints it behind the metric's comma: "strict-match"; "none" for the whole text. */
  readonly name: string;
  /** Regular expression of Python's kind; `null` takes the whole text. */
  readonly pattern: string | null;
  /** Which of all matches: 0 the first, −1 the last. What has no match reads "[invalid]". */
  readonly select: number;
};

/** How answers are generated and compared (lm-evaluation-harness, `generate_until` and `exact_match`). */
export type GenerationRule = {
  /** Any of these strings ends the text and is no part of it; so does an end-of-sequence token. */
  readonly until: readonly string[];
  /** Most tokens generated; `null` for a few more than the longest right answer has. */
  readonly maxNewTokens: number | null;
  /** One or more; the first is the task's `exact_match`, a second one its `exact_match_flexible`. */
  readonly filters: readonly AnswerFilter[];
  /** Removed from both sides before they are compared, in order; regular expressions of Python's kind. */
  readonly ignore: readonly string[];
  readonly ignoreCase: boolean;
  readonly ignorePunctuation: boolean;
  /** Whether whitespace at the ends counts for nothing: tasks of one's own, not the harness. */
  readonly strip: boolean;
};

/** Worked examples put before each question. */
export type FewShot = {
  readonly count: number;
  /** Of the random draws (Python's generator), where the task draws at random. */
  readonly seed: number;
};

/** Rows that the harness reports as a task of its own: a subject of MMLU, a paradigm of BLiMP. */
export type RowGroup = { readonly name: string; readonly rows: number };

/** A task as lists and menus show it. */
export type TaskInfo = {
  readonly name: string;
  readonly title: string;
  /** The question a person would ask: "which tool?" */
  readonly question: string;
  readonly description: string;
  readonly kind: TaskKind;
  readonly language: string;
  readonly rows: Readonly<Record<Half, number>>;
  /** Score of blind guessing, where that means something. */
  readonly chance: number | null;
  /** The published benchmark whose shape this has. */
  readonly like: string | null;
  readonly licence: string | null;
  /** Version of prompt and metric as the harness numbers it; `null` for tasks it does not have. */
  readonly version: number | null;
  readonly fewShot: FewShot | null;
  /** Where there are several, in the order of the rows; else empty. */
  readonly groups: readonly RowGroup[];
  /** Whether the figure of several groups is weighted by their sizes; else it is their plain mean. */
  readonly weightBySize: boolean;
  /** Names of the ways answers are read, for generated ones; else empty. */
  readonly filters: readonly string[];
  /** Seed of the division into halves; `null` where the halves are given by files. */
  readonly splitSeed: number | null;
};

/** A benchmark that can be opened once its data is named. */
export type BenchmarkInfo = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly kind: TaskKind;
  readonly language: string;
  readonly version: number;
  readonly licence: string;
  /** The published set: where it comes from and the repository of the hub that holds it as parquet. */
  readonly source: string;
  readonly repository: string;
  /** Subjects or paradigms that can be asked for as `NAME_SUBSET`; empty where there is one only. */
  readonly subsets: readonly string[];
  /** Worked examples before each question unless another number is asked for. */
  readonly fewShot: number;
  readonly metrics: readonly string[];
  /** What its published files are called, for people: "valid.jsonl and valid-labels.lst". */
  readonly files: string;
};

/** Where a task's data lies. */
export type DataOrigin =
  /** A file or folder of the machine, in Node. */
  | { readonly kind: "path"; readonly path: string }
  /** A file of the network. */
  | { readonly kind: "url"; readonly url: string }
  /** The data set of the task, fetched from the hub. */
  | { readonly kind: "hub" }
  /** Files dropped on the page. */
  | { readonly kind: "files"; readonly files: readonly { readonly path: string; readonly file: Blob }[] };
