/** The plain mean. */
import type { MergeMethod } from "../method.ts";

/** Θ = (1/k) Σ Θᵢ. */
export const uniform: MergeMethod = {
  name: "uniform",
  title: "Uniform",
  summary:
    "The plain mean of the checkpoints. Over the latest ones of a run it acts like a linear decay of the rate.",
  paper: "Wortsman et al. 2022, Model soups",
  options: [],
  coefficients: (parents) => Array.from({ length: parents }, () => 1 / parents),
};
