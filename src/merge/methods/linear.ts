/** Weighted averaging with given weights. */
import { AppError } from "../../base/errors.ts";
import type { MergeMethod } from "../method.ts";

/** λΘ_newer + (1−λ)Θ_older for two parents, or one weight a parent, divided by their sum. */
export const linear: MergeMethod = {
  name: "linear",
  title: "Linear",
  summary:
    "Averages the checkpoints with weights of your choice; with two, λ is the weight of the newer one.",
  paper: "Liu et al. 2024, Checkpoint Merging via Bayesian Optimization in LLM Pretraining",
  options: [
    { name: "lambda", title: "λ", kind: "number", summary: "Weight of the newer of two checkpoints." },
    {
      name: "weights",
      title: "Weights",
      kind: "numbers",
      summary: "One a checkpoint, oldest first; they are divided by their sum.",
    },
  ],
  coefficients(parents, { lambda, weights }) {
    if ((lambda === undefined) === (weights === undefined)) {
      throw new AppError("usage", "A linear merge needs either λ or weights.", {
        advice: "Give one of the two.",
      });
    }
    return typeof lambda === "number" ? fromLambda(parents, lambda) : fromWeights(parents, weights);
  },
};

function fromLambda(parents: number, lambda: number): readonly number[] {
  if (parents !== 2 || !Number.isFinite(lambda)) {
    throw new AppError("usage", `λ = ${lambda} cannot weigh ${parents} checkpoints.`, {
      advice: "λ is a number and needs exactly two checkpoints; for more, give weights.",
      fields: { parents, lambda },
    });
  }
  return [1 - lambda, lambda];
}

function fromWeights(parents: number, weights: number | readonly number[] | undefined): readonly number[] {
  const list = Array.isArray(weights) ? (weights as readonly number[]) : [];
  const sum = list.reduce((total, weight) => total + weight, 0);
  if (list.length === parents && Number.isFinite(sum) && Math.abs(sum) > 1e-9) {
    return list.map((weight) => weight / sum);
  }
  throw new AppError("usage", `The weights ${list.join(", ")} cannot weigh ${parents} checkpoints.`, {
    advice: "Give one number a checkpoint; their sum must not be zero.",
    fields: { parents, weights: list.join(",") },
  });
}
