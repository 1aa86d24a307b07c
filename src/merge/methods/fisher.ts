/** Averaging every parameter by how sure each checkpoint is of it. */
import type { StatisticsMethod } from "../method.ts";
import { numberOption } from "./options.ts";

/** θ = Σ Fᵢθᵢ / Σ Fᵢ, elementwise, F the diagonal of the empirical Fisher information plus a floor. */
export const fisher: StatisticsMethod = {
  kind: "statistics",
  statistic: "squared-gradients",
  name: "fisher",
  title: "Fisher averaging",
  summary:
    "Weighs every parameter by the squared gradient of the calibration rows' log-likelihood: a checkpoint counts where its likelihood is sensitive.",
  formula: "θ = Σ Fᵢθᵢ / Σ Fᵢ, Fᵢ = mean over rows of (∂ log p / ∂θ)² + floor",
  paper: "Matena & Raffel 2022, Merging Models with Fisher-Weighted Averaging",
  options: [
    {
      name: "fisher-floor",
      title: "Floor",
      kind: "number",
      least: 0,
      most: 1,
      usual: 1e-6,
      summary: "Added to every F, so that parameters nothing depends on get the plain mean.",
    },
    {
      name: "fisher",
      title: "Squared",
      kind: "choice",
      choices: ["per-example", "batch"],
      usual: "per-example",
      summary:
        "Each row's gradient is squared, as in the paper; or the sum over eight rows, as the common code does.",
    },
  ],
  needs: ["calibration"],
  parents: [2, 16],
  mergeTensor({ parents }, statistics, options) {
    const floor = numberOption(options, "fisher-floor");
    return Float32Array.from(parents[0]!, (_, i) => {
      let [weighted, total, plain] = [0, 0, 0];
      for (const [k, parent] of parents.entries()) {
        const information = (statistics?.[k]?.[i] ?? 0) + floor;
        weighted += information * parent[i]!;
        total += information;
        plain += parent[i]!;
      }
      return total === 0 ? plain / parents.length : weighted / total;
    });
  },
};
