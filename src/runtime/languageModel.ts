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

/** A model with whatever weights were last mixed into it. */
export interface LanguageModel {
  readonly config: ModelConfig;
  /** @throws AppError `device` or `out-of-memory`; never returns zeros for a failed read. */
  score(batch: PackedBatch): Promise<ScoredBatch>;
}
