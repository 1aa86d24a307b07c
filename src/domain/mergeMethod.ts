/** What merge methods say of themselves, how one is asked for, and what comes of it. */
import type { Perplexity, PerplexityInputs } from "./perplexity.ts";
import type { Recipe } from "./recipe.ts";
import type { Score } from "./study.ts";
import type { SearchSettings } from "./surrogate.ts";
import type { Split } from "./task.ts";

/** One setting of a method. */
export type MethodOption = {
  /** As the command line spells it: `lambda` for `--lambda`. */
  readonly name: string;
  readonly title: string;
  readonly summary: string;
} & (
  | { readonly kind: "number"; readonly least: number; readonly most: number; readonly usual: number | null }
  | { readonly kind: "integer"; readonly least: number; readonly most: number; readonly usual: number }
  /** One number a parent. */
  | { readonly kind: "numbers" }
  | { readonly kind: "choice"; readonly choices: readonly string[]; readonly usual: string }
);

/** A setting's value. */
export type OptionValue = number | string | readonly number[];

/** Chosen settings by option name; what is absent takes the option's usual value. */
export type OptionValues = Readonly<Partial<Record<string, OptionValue>>>;

/** What a method must be given besides the checkpoints. */
export type MethodNeed =
  /** A checkpoint that all of them come from. */
  | "base"
  /** A task with its right answers. */
  | "task"
  /** Rows of text. */
  | "calibration";

/** What every method says of itself. */
export type MethodDescription = {
  readonly name: string;
  readonly title: string;
  /** One or two sentences for a person who chooses. */
  readonly summary: string;
  /** The formula, in plain text. */
  readonly formula: string;
  /** Authors, year, title. */
  readonly paper: string;
  readonly options: readonly MethodOption[];
  readonly needs: readonly MethodNeed[];
  /** Least and greatest number of parents. */
  readonly parents: readonly [least: number, most: number];
};

/** Rows of a task. */
export type RowsOf = { readonly task: string; readonly split: Split; readonly limit: number | null };

/** A merge by a method. */
export type ComposeRequest = {
  readonly method: string;
  /** Oldest first. */
  readonly parents: readonly string[];
  readonly options: OptionValues;
  /** Of methods with a base. */
  readonly base: string | null;
  /** Rows that are scored, of methods that need a task; `perplexity` reads their inputs. */
  readonly task: RowsOf | null;
  /** Rows of text, of methods that need calibration. */
  readonly calibration: RowsOf | null;
  /** Of the method `bayes`. */
  readonly search: SearchSettings | null;
};

/** One decision of a greedy soup. */
export type GreedyStep = {
  readonly checkpoint: string;
  /** The checkpoint by itself. */
  readonly alone: Score;
  /** The average with it; equal to `alone` for the first. */
  readonly together: Score;
  readonly accepted: boolean;
};

/** How the weights of a merge came about. */
export type ComposeStory =
  | { readonly kind: "given" }
  | { readonly kind: "greedy"; readonly steps: readonly GreedyStep[] }
  | {
      readonly kind: "perplexity";
      readonly inputs: PerplexityInputs;
      readonly perplexities: readonly Perplexity[];
    }
  | { readonly kind: "bayes"; readonly trials: number; readonly best: Score }
  /** Computed tensor by tensor; `rows` and `tokens` of calibration, where there were any. */
  | { readonly kind: "tensors"; readonly rows: number; readonly tokens: number };

/**
 * A merge that can be evaluated and written. One that is no weighted sum stands as a checkpoint of its own, by the name
 * that is the recipe's only parent.
 */
export type ComposedMerge = { readonly recipe: Recipe; readonly story: ComposeStory };
