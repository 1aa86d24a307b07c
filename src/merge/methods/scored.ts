/** Methods that find the weights of a linear merge by evaluating; the studies of the same names do it. */
import type { ScoredMethod } from "../method.ts";

/** Checkpoints from the best down, each kept where the average with it is better. */
export const greedy: ScoredMethod = {
  kind: "scored",
  name: "greedy",
  title: "Greedy soup",
  summary:
    "Goes through the checkpoints from the best down and keeps each one whose average with those kept so far scores better on the task.",
  formula: "Θ = mean of the kept Θᵢ",
  paper: "Wortsman et al. 2022, Model soups",
  options: [
    {
      name: "ties",
      title: "Ties",
      kind: "choice",
      choices: ["strict", "not-worse"],
      usual: "strict",
      summary:
        "Whether an average must be better to be kept (the authors' code, P1), or only not worse (P2's words).",
    },
  ],
  needs: ["task"],
  parents: [2, 64],
};

/** Weights by the inverse perplexity of unlabelled inputs. */
export const perplexity: ScoredMethod = {
  kind: "scored",
  name: "perplexity",
  title: "Generation quality",
  summary:
    "Weighs each checkpoint by the inverse of its perplexity on the task's inputs. Needs no labels and one pass a checkpoint.",
  formula: "λᵢ = (1/φᵢ) / Σ (1/φⱼ)",
  paper: "Enhancing LLM Pretraining by Checkpoint Merging, eq. 8–10",
  options: [
    {
      name: "inputs",
      title: "Inputs",
      kind: "choice",
      choices: ["raw", "zero-shot", "few-shot"],
      usual: "raw",
      summary: "What is scored of an item: its bare input, the prompt, or the prompt after worked examples.",
    },
    {
      name: "definition",
      title: "φ of a set",
      kind: "choice",
      choices: ["pooled", "per-sequence"],
      usual: "pooled",
      summary:
        "exp of the mean loss of all tokens, or the mean of every sequence's perplexity; the paper does not say which.",
    },
  ],
  needs: ["calibration"],
  parents: [2, 64],
};

/** Weights by Bayesian optimisation. */
export const bayes: ScoredMethod = {
  kind: "scored",
  name: "bayes",
  title: "Bayesian optimisation",
  summary:
    "Searches the weights with a Gaussian process and acquisition functions chosen by GP-Hedge; each trial is one merge and one evaluation.",
  formula: "λ* = argmax over λ ∈ [α, 1] of the task's score",
  paper: "Liu et al. 2024, Checkpoint Merging via Bayesian Optimization in LLM Pretraining",
  options: [],
  needs: ["task"],
  parents: [2, 8],
};
