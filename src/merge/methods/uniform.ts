/** The plain mean. */
import type { WeightsMethod } from "../method.ts";

/** Θ = (1/k) Σ Θᵢ. */
export const uniform: WeightsMethod = {
  kind: "weights",
  name: "uniform",
  title: "Uniform",
  summary:
    "The plain mean of the checkpoints. Over the latest ones of a run it acts like a linear decay of the rate.",
  formula: "Θ = (1/k) Σ Θᵢ",
  paper: "Wortsman et al. 2022, Model soups",
  options: [],
  needs: [],
  parents: [1, 64],
  coefficients: (parents) => Array.from({ length: parents }, () => 1 / parents),
};
