/**
 * The contract of a task definition: what turns the documents of a data set into prompts, as lm-evaluation-harness
 * does. A built-in benchmark is a constant of this type; a harness YAML file is parsed into one.
 *
 * A *document* is a row of the data set with the field names that the hub's version of the set has. Native files are
 * read into the same names (tasks/data), so that a definition knows one form only.
 */
import type { GenerationRule, TaskKind } from "../domain/task.ts";

/** One document; values are JSON. */
export type Doc = Readonly<Record<string, unknown>>;

/** Documents of one subset (a subject of MMLU; the only one elsewhere), in the order of the published files. */
export type Subset = {
  /** Name of the subset; "" where there is one only. */
  readonly name: string;
  /** What is evaluated. */
  readonly docs: readonly Doc[];
  /** Where worked examples come from; the same array as `docs` where the harness draws from the evaluated split. */
  readonly fewShotDocs: readonly Doc[] | null;
};

/** Renders one document. Functions are given the document only, so that a prompt can hold nothing else. */
export type TaskDefinition = {
  readonly name: string;
  readonly title: string;
  /** The question a person would ask of it: "which ending?" */
  readonly question: string;
  readonly description: string;
  readonly kind: TaskKind;
  readonly language: string;
  readonly version: number;
  readonly licence: string;
  /** The published set, in words, and its repository on the hub. */
  readonly source: string;
  readonly repository: string;
  /** Subset → configuration name on the hub; `null` for the default one. */
  readonly hubConfig: (subset: string) => string | null;
  /** Splits of the hub's set. `fewShot` is `null` where there is none to draw from. */
  readonly hubSplits: { readonly docs: string; readonly fewShot: string | null };
  /** Known subsets; empty where there is one only. */
  readonly subsets: readonly string[];
  /** Whether the figure of all subsets together is weighted by their sizes. */
  readonly weightBySize: boolean;
  /** Names of the metrics, as the harness prints them. */
  readonly metrics: readonly string[];
  /** Put before everything, for a subset: "The following are …\n\n". */
  readonly preamble: (subset: string) => string;
  /** Prepares documents (HellaSwag's cleaning); the documents below are its results. */
  readonly prepare: (doc: Doc) => Doc;
  /** The prompt; "" for perplexity. For `partial` it is not used. */
  readonly prompt: (doc: Doc) => string;
  /** Choices, or for `partial` the contexts; empty for other kinds. */
  readonly choices: (doc: Doc) => readonly string[];
  /** Index of the right one; used by `multiple-choice` and `partial`. */
  readonly gold: (doc: Doc) => number;
  /** What follows: the target, the text, the answer; for `partial` the continuation. "" for `multiple-choice`. */
  readonly target: (doc: Doc) => string;
  /** For `text`: what words and bytes are counted of, where it is not `target`. */
  readonly counted: ((doc: Doc) => string) | null;
  /** The bare input without prompt and label, for perplexity in the raw paradigm (P2 §4.5, Table 8). */
  readonly rawInput: (doc: Doc) => string;
  /** Between prompt and answer, and between worked examples. */
  readonly targetDelimiter: string;
  readonly fewShotDelimiter: string;
  /** How many worked examples unless told otherwise, and how they are chosen. */
  readonly fewShot: {
    readonly count: number;
    readonly sampler: "random" | "first";
    /**
     * Whether one more is drawn than is wanted, and the document at hand left out: where the harness's task file names
     * the same split for examples and tests, or names neither.
     */
    readonly excludeSelf: boolean;
  };
  readonly generation: GenerationRule | null;
  /** What the published files are called, for people. */
  readonly files: string;
};
