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
    }
  | { readonly kind: "target"; readonly logprob: number; readonly tokens: number; readonly greedy: boolean }
  | {
      readonly kind: "text";
      readonly logprob: number;
      readonly tokens: number;
      readonly words: number;
      readonly bytes: number;
    }
  | { readonly kind: "generation"; readonly generated: string; readonly correct: boolean };

/** One merge on one task. */
export type Evaluation = {
  readonly recipe: Recipe;
  readonly task: string;
  readonly split: Split;
  readonly metrics: Readonly<Partial<Record<MetricName, MetricValue>>>;
  /** Items. */
  readonly n: number;
  readonly items: readonly ItemResult[];
  /** Tokens that went through the model. */
  readonly tokens: number;
  readonly elapsedMs: number;
};
