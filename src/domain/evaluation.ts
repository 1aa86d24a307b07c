/** What an evaluation found: metrics with standard errors, and every item's own result. */
import type { MetricName } from "./measure.ts";
import type { Recipe } from "./recipe.ts";
import type { Split } from "./task.ts";

/** A metric over n items. `stderr` is sample standard deviation (n−1) / √n, or `null` where it has no meaning. */
export type MetricValue = { readonly value: number; readonly stderr: number | null };

/** One item's result; log-probabilities are natural and summed over the continuation's tokens. */
export type ItemResult =
  | {
      readonly kind: "choice";
      readonly gold: number;
      /** Index of the highest log-probability, the first of equals. */
      readonly chosen: number;
      /** Index of the highest log-probability per character, the first of equals; `null` for partial evaluation. */
      readonly chosenNorm: number | null;
      readonly logprobs: readonly number[];
      /** Whether every token of the choice is the most probable one at its place. */
      readonly greedy: readonly boolean[];
    }
  | { readonly kind: "target"; readonly logprob: number; readonly tokens: number; readonly greedy: boolean }
  | {
      readonly kind: "text";
      readonly logprob: number;
      readonly tokens: number;
      readonly words: number;
      readonly bytes: number;
    }
  | {
      readonly kind: "generation";
      readonly generated: string;
      /** What each of the task's filters read out of the text, and whether it is the answer. */
      readonly answers: readonly { readonly extracted: string; readonly correct: boolean }[];
    };

/** One subject's or paradigm's own figures. */
export type GroupResult = {
  readonly name: string;
  readonly n: number;
  readonly metrics: Readonly<Partial<Record<MetricName, MetricValue>>>;
};

/** One merge on one task. */
export type Evaluation = {
  readonly recipe: Recipe;
  readonly task: string;
  readonly split: Split;
  readonly metrics: Readonly<Partial<Record<MetricName, MetricValue>>>;
  /** Items. */
  readonly n: number;
  readonly items: readonly ItemResult[];
  /** Row of each item in the split, rising: all rows, unless the evaluation was stopped early. */
  readonly rows: readonly number[];
  /** Rows asked for; more than `n` only where the evaluation was stopped early. */
  readonly total: number;
  /** Metrics of each group by itself, in the task's order; empty where there is one group only. */
  readonly groups: readonly GroupResult[];
  /** Tokens that went through the model. */
  readonly tokens: number;
  readonly elapsedMs: number;
};
