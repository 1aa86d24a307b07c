/**
 * GP-Hedge: a portfolio of acquisition functions, each weighted by how well its nominees turned out (Hoffman,
 * Brochu & de Freitas, "Portfolio allocation for Bayesian optimization", UAI 2011). Pure.
 *
 *   g_i ← g_i + μ(x_i)                 after every trial, for every member's nominee x_i, μ the refitted posterior mean
 *   p_i = exp(η g_i) / Σ exp(η g_j)    the member to follow
 *
 * Rewards are standardised posterior means: in raw accuracies, which differ by hundredths, all p would be equal.
 */
import { createRng } from "../numerics/rng.ts";

/** η = √(8 ln k / T), the rate of the regret bound (Hoffman et al., lemma 1). 0 for a single member. */
export function defaultEta(poolSize: number, trials: number): number {
  return Math.sqrt((8 * Math.log(poolSize)) / Math.max(1, trials));
}

/** p ∝ exp(η(g − max g)). */
export function hedgeProbabilities(gains: readonly number[], eta: number): readonly number[] {
  const most = Math.max(...gains);
  const weights = gains.map((gain) => Math.exp(eta * (gain - most)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** Index of the member to follow at a trial: the same for the same seed and trial, whatever was drawn before. */
export function drawMember(probabilities: readonly number[], seed: number, trial: number): number {
  const u = createRng(seed, "hedge", trial).uniform();
  let sum = 0;
  for (let i = 0; i < probabilities.length - 1; i++) {
    sum += probabilities[i]!;
    if (u < sum) return i;
  }
  return probabilities.length - 1;
}
