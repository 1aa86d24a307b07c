/** The perplexity of a task's inputs, which needs no labels (P2 §3.2, eq. 3, Table 8). */
import type { MetricValue } from "./evaluation.ts";

/**
 * What is scored of an item (P2 §4.5): its bare input, the prompt around it, or the prompt after worked examples. The
 * right answer of the item itself is never part of it.
 */
export type PerplexityInputs = "raw" | "zero-shot" | "few-shot";

/** φ of one checkpoint in both definitions; P2 does not say which one it uses. */
export type Perplexity = {
  readonly checkpoint: string;
  readonly inputs: PerplexityInputs;
  /** Sequences. */
  readonly n: number;
  /** exp(Σ nll / Σ tokens) over all sequences. */
  readonly pooled: MetricValue;
  /** Mean over sequences of exp(nll / tokens). */
  readonly perSequence: MetricValue;
};
