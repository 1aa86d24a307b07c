/**
 * A merge of a run's checkpoints as the learning-rate decay that it stands for (WSM 2025, arXiv 2507.17634): with weights
 * c_0 … c_k of checkpoints at the ends of k equal stretches, the updates of stretch j count with w_j = Σ_{i≥j} c_i. Pure.
 */

/** w_1 … w_k of weights c_0 … c_k that sum to 1: how much of each stretch's updates is left. */
export function decayOf(weights: readonly number[]): readonly number[] {
  return weights.slice(1).map((_, j) => weights.slice(j + 1).reduce((sum, weight) => sum + weight, 0));
}

/** The weights c_0 … c_k that stand for w_1 … w_k: c_k = w_k, c_j = w_j − w_{j+1}, c_0 = 1 − w_1. */
export function weightsOf(decay: readonly number[]): readonly number[] {
  return [1, ...decay].map((left, j) => left - (decay[j] ?? 0));
}

/** What is left of the rate after a share of a window, from 1 to 0. */
export const DECAYS = {
  uniform: (share) => 1 - share,
  cosine: (share) => 0.5 * (1 + Math.cos(Math.PI * share)),
  "1-sqrt": (share) => 1 - Math.sqrt(share),
} as const satisfies Readonly<Record<string, (share: number) => number>>;

/** Weights of k checkpoints, oldest first, that stand for a decay over k equal stretches: the oldest's own updates are whole. */
export function decayWeights(k: number, decay: keyof typeof DECAYS): readonly number[] {
  return weightsOf(Array.from({ length: k - 1 }, (_, j) => DECAYS[decay]((j + 1) / k)));
}
