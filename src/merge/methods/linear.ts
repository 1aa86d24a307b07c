/** Weighted averaging with given weights. */
import { AppError } from "../../base/errors.ts";
import type { OptionValue } from "../../domain/mergeMethod.ts";
import type { WeightsMethod } from "../method.ts";

/** What the digits a person writes may miss a sum of 1 by. */
const SUM_TOLERANCE = 1e-6;

/** λΘ_newer + (1−λ)Θ_older for two parents, or one weight a parent. */
export const linear: WeightsMethod = {
  kind: "weights",
  name: "linear",
  title: "Linear",
  summary:
    "Averages the checkpoints with weights of your choice; with two, λ is the weight of the newer one.",
  formula: "Θ = Σ λᵢΘᵢ",
  paper: "Liu et al. 2024, Checkpoint Merging via Bayesian Optimization in LLM Pretraining",
  options: [
    {
      name: "lambda",
      title: "λ",
      kind: "number",
      least: 0,
      most: 1,
      usual: null,
      summary: "Weight of the newer of two checkpoints.",
    },
    {
      name: "weights",
      title: "Weights",
      kind: "numbers",
      summary: "One a checkpoint, oldest first, summing to 1.",
    },
  ],
  needs: [],
  parents: [1, 64],
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
  if (parents === 2 && Number.isFinite(lambda)) return [1 - lambda, lambda];
  throw new AppError("usage", `λ = ${lambda} cannot weigh ${parents} checkpoints.`, {
    advice: "λ is a number and needs exactly two checkpoints; for more, give weights, one a checkpoint.",
    fields: { parents, lambda },
  });
}

/** Weights that miss a sum of 1 are refused rather than rescaled in silence. */
function fromWeights(parents: number, weights: OptionValue | undefined): readonly number[] {
  const list = typeof weights === "object" ? weights : [];
  if (list.length !== parents) {
    throw new AppError("usage", `${list.length} weights are given for ${parents} checkpoints.`, {
      advice: "Give one number a checkpoint, oldest first.",
      fields: { parents, weights: list.join(",") },
    });
  }
  const sum = list.reduce((total, weight) => total + weight, 0);
  if (Math.abs(sum - 1) <= SUM_TOLERANCE) return list;
  const proportions = list.map((weight) => Number((weight / sum).toPrecision(6)));
  throw new AppError("usage", `The weights sum to ${Number(sum.toPrecision(6))}, not to 1.`, {
    advice: proportions.every(Number.isFinite)
      ? `In the same proportions: ${proportions.join(",")}.`
      : "Give one number a checkpoint; together they make 1.",
    fields: { parents, weights: list.join(",") },
  });
}
