/**
 * Merges of k checkpoints that have a name, as weights, oldest first. A merge of checkpoints of a constant learning rate
 * stands for a decay: update j is in all checkpoints from the j-th on, so that its share is what their weights sum to,
 * d_j = Σ_{i≥j} w_i, and w_i = d((i−1)/k) − d(i/k) for a decay d from 1 to 0 (WSM, 2025). Pure.
 */

/** One recipe. */
export type NamedRecipe = {
  readonly name: string;
  readonly label: string;
  /** For k ≥ 2 checkpoints. */
  readonly weights: (k: number) => readonly number[];
  readonly source: string;
};

function ofDecay(decay: (share: number) => number): (k: number) => readonly number[] {
  return (k) => Array.from({ length: k }, (_, i) => decay(i / k) - decay((i + 1) / k));
}

function ofLast(count: number): (k: number) => readonly number[] {
  return (k) => {
    const taken = Math.min(count, k);
    return Array.from({ length: k }, (_, i) => (i >= k - taken ? 1 / taken : 0));
  };
}

/** In the order they are labelled. */
export const NAMED_RECIPES: readonly NamedRecipe[] = [
  {
    name: "uniform",
    label: "uniform",
    weights: ofDecay((share) => 1 - share),
    source: "uniform soup; stands for a linear decay",
  },
  { name: "lawa", label: "LAWA, last 2", weights: ofLast(2), source: "LAWA: mean of the latest checkpoints" },
  {
    name: "cosine",
    label: "cosine decay",
    weights: ofDecay((share) => 0.5 * (1 + Math.cos(Math.PI * share))),
    source: "WSM: weights that stand for a cosine decay",
  },
  {
    name: "one-minus-sqrt",
    label: "1−√ decay",
    weights: ofDecay((share) => 1 - Math.sqrt(share)),
    source: "WSM: weights that stand for a 1−√ decay",
  },
];

/** P2 eq. 3–5 for k checkpoints: w ∝ 1/φ. */
export function perplexityWeights(perplexities: readonly number[]): readonly number[] {
  const inverse = perplexities.map((phi) => 1 / phi);
  const sum = inverse.reduce((a, b) => a + b, 0);
  return inverse.map((value) => value / sum);
}
