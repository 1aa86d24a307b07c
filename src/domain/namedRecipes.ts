/** Merges of k checkpoints that have a name, as weights, oldest first. Pure. */
import { decayWeights } from "./decay.ts";

/** One recipe. */
export type NamedRecipe = {
  readonly name: string;
  readonly label: string;
  /** For k ≥ 2 checkpoints. */
  readonly weights: (k: number) => readonly number[];
  readonly source: string;
};

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
    weights: (k) => decayWeights(k, "uniform"),
    source: "uniform soup; stands for a linear decay",
  },
  { name: "lawa", label: "LAWA, last 2", weights: ofLast(2), source: "LAWA: mean of the latest checkpoints" },
  {
    name: "cosine",
    label: "cosine decay",
    weights: (k) => decayWeights(k, "cosine"),
    source: "WSM: weights that stand for a cosine decay",
  },
  {
    name: "one-minus-sqrt",
    label: "1−√ decay",
    weights: (k) => decayWeights(k, "1-sqrt"),
    source: "WSM: weights that stand for a 1−√ decay",
  },
];

/** P2 eq. 3–5 for k checkpoints: w ∝ 1/φ. */
export function perplexityWeights(perplexities: readonly number[]): readonly number[] {
  const inverse = perplexities.map((phi) => 1 / phi);
  const sum = inverse.reduce((a, b) => a + b, 0);
  return inverse.map((value) => value / sum);
}
