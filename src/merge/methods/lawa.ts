/** The latest checkpoints of a run, weighted as a decay of the learning rate would weigh their updates. */
import { DECAYS, decayWeights } from "../../domain/decay.ts";
import type { WeightsMethod } from "../method.ts";
import { numberOption } from "./options.ts";

/** Each older checkpoint of an exponential average counts so much less. */
const AVERAGE_DECAY = 0.8;

/** Σ cᵢΘᵢ over the last k checkpoints. */
export const lawa: WeightsMethod = {
  kind: "weights",
  name: "lawa",
  title: "LAWA, decay-shaped",
  summary:
    "The last k checkpoints of a run. Uniform weights act like a linear decay of the learning rate (LAWA); other weights stand for other decays (WSM).",
  formula: "Θ = Σ cᵢΘᵢ over the last k, c_k = w_k, c_j = w_j − w_{j+1} for a decay w",
  paper: "Kaddour 2022, Stop Wasting My Time; WSM 2025, arXiv 2507.17634",
  options: [
    {
      name: "last",
      title: "Last",
      kind: "integer",
      least: 1,
      most: 64,
      usual: 5,
      summary: "How many of the latest checkpoints; all where there are fewer.",
    },
    {
      name: "decay",
      title: "Decay",
      kind: "choice",
      choices: [...Object.keys(DECAYS), "ema"],
      usual: "uniform",
      summary: "The decay that the weights stand for; ema weighs each older checkpoint by 0.8 of the next.",
    },
  ],
  needs: [],
  parents: [1, 64],
  coefficients(parents, options) {
    const last = Math.min(parents, numberOption(options, "last"));
    const older = Array.from({ length: parents - last }, () => 0);
    return [...older, ...windowWeights(last, String(options.decay))];
  },
};

/** Weights of k checkpoints, oldest first, summing to 1. */
function windowWeights(k: number, decay: string): readonly number[] {
  if (decay === "uniform" || decay === "1-sqrt" || decay === "cosine") return decayWeights(k, decay);
  const raw = Array.from({ length: k }, (_, i) => AVERAGE_DECAY ** (k - 1 - i));
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((one) => one / sum);
}
