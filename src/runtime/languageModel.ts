/**
 * The contract between evaluation and the device: packed token rows in, log-probabilities out. Knows no
 * implementation, no task and no merge.
 */
import type { ModelConfig } from "../model/config.ts";

/**
 * A batch of R rows of C token places. A row holds several sequences side by side, each token labelled with the
 * *segment* it belongs to and that segment's *parent*: token i attends to token j of the same row iff j ≤ i and
 * segment(j) ∈ {segment(i), parent(i)}. So an item's context stands once and its choices share it; padding is a
 * segment of its own. Logits are computed only at the P scored places.
 */
export type PackedBatch = {
  /** R */
  readonly rows: number;
  /** C */
  readonly columns: number;
  /** [R·C] token ids; 0 for padding. */
  readonly tokens: Int32Array<ArrayBuffer>;
  /** [R·C] place inside its own sequence, for the rotary embedding. */
  readonly positions: Int32Array<ArrayBuffer>;
  /** [R·C] segment label, unique inside its row, ≥ 0. */
  readonly segments: Int32Array<ArrayBuffer>;
  /** [R·C] label of the parent segment; its own label where there is none. */
  readonly parentSegments: Int32Array<ArrayBuffer>;
  /** [P] flat places row·C + column whose hidden state predicts a next token. */
  readonly scoredPlaces: Int32Array<ArrayBuffer>;
  /** [N] index into `scoredPlaces` of each target. */
  readonly targetPlaces: Int32Array<ArrayBuffer>;
  /** [N] the token id whose log-probability is wanted. */
  readonly targetTokens: Int32Array<ArrayBuffer>;
};

/** What comes back from the device. */
export type ScoredBatch = {
  /** [N] log p(target token), natural logarithm, fp32 log-softmax over the whole vocabulary. */
  readonly logprobs: Float32Array;
  /** [P] the most probable token at each scored place, the lowest id of equals. */
  readonly greedy: Int32Array;
};

/**
 * Keys and values of a token sequence at positions 0…length−1, computed with the weights of the moment and kept on the
 * device. Mixing other weights makes it stale: using it then throws AppError `internal`.
 */
export interface Past {
  readonly length: number;
  /** Frees its memory; may be called twice. */
  dispose(): void;
}

/** Several sequences decoded greedily side by side, each with its keys and values kept. */
export interface GreedyDecoding {
  /** [live] the most probable next token of each live sequence, the lowest id of equals. */
  readonly next: Int32Array;
  /**
   * Appends one token to each sequence that goes on; `rows` (rising indices into the live ones) names them, others are
   * let go. Afterwards the live sequences are those of `rows`, in that order.
   * @throws AppError `unsupported` for a sequence longer than the model's positions, as `score` else.
   */
  advance(rows: Int32Array, tokens: Int32Array): Promise<void>;
  dispose(): void;
}

/** A model with whatever weights were last mixed into it. */
export interface LanguageModel {
  readonly config: ModelConfig;
  /**
   * With `past`, every token of the batch attends to all of it besides what the batch's segments allow, and
   * `positions` count from `past.length`.
   * @throws AppError `device` or `out-of-memory`; never returns zeros for a failed read.
   */
  score(batch: PackedBatch, past?: Past): Promise<ScoredBatch>;
  /** Computes a beginning once that many rows share. @throws as `score`; `internal` for no tokens. */
  remember(tokens: readonly number[]): Promise<Past>;
  /**
   * Starts greedy decoding of these prompts, each of one or more tokens; `newTokens` is how many will be appended to any
   * of them at most. @throws as `score`.
   */
  decode(prompts: readonly (readonly number[])[], newTokens: number): Promise<GreedyDecoding>;
}
