/** Linear layers merged so that the outputs change least. */
import { AppError } from "../../base/errors.ts";
import type { StatisticsMethod } from "../method.ts";
import { numberOption } from "./options.ts";
import { factorise, solveFactored } from "./symmetricSolve.ts";

/** W = (Σ Gᵢ)⁻¹ Σ Gᵢ Wᵢ of every linear layer, G = Σ x xᵀ / tokens of its inputs; everything else the plain mean. */
export const regmean: StatisticsMethod = {
  kind: "statistics",
  statistic: "grams",
  name: "regmean",
  title: "RegMean",
  summary:
    "Solves for the linear layers whose outputs on the calibration rows are nearest to those of all checkpoints; everything else is averaged. Needs no labels.",
  formula: "W = (Σ Gᵢ)⁻¹ Σ Gᵢ Wᵢ, G = XᵀX / tokens with its off-diagonals scaled",
  paper: "Jin et al. 2023, Dataless Knowledge Fusion by Merging Weights of Language Models",
  options: [
    {
      name: "off-diagonal",
      title: "Off-diagonals",
      kind: "number",
      least: 0,
      most: 1,
      usual: 0.9,
      summary: "Factor on the Gram matrices' off-diagonal elements; less is steadier.",
    },
  ],
  needs: ["calibration"],
  parents: [2, 16],
  mergeTensor({ name, shape, parents }, statistics, options) {
    if (statistics === null) return plainMean(parents);
    const [outputs, inputs] = shape as readonly [number, number];
    const factor = numberOption(options, "off-diagonal");
    const mean = plainMean(parents);
    const total = new Float64Array(inputs * inputs);
    const gram = new Float64Array(inputs * inputs);
    // W − W̄ = (Σ Gᵢ)⁻¹ Σ Gᵢ (Wᵢ − W̄): where no row has anything to say, and only jitter makes it solvable, the mean stays.
    const sides = new Float64Array(outputs * inputs);
    for (const [k, parent] of parents.entries()) {
      scaleInto(gram, statistics[k]!, inputs, factor);
      for (let i = 0; i < total.length; i++) total[i]! += gram[i]!;
      const away = Float64Array.from(parent);
      for (let i = 0; i < away.length; i++) away[i]! -= mean[i]!;
      addProduct(sides, away, gram, outputs, inputs);
    }
    if (total.every((value) => value === 0)) return mean;
    const lower = factorise(total, inputs);
    if (lower === null)
      throw new AppError("numerics", `RegMean cannot solve for "${name}": its Gram matrix is not positive.`, {
        advice: "Give more calibration rows, or a smaller --off-diagonal.",
        fields: { tensor: name },
      });
    solveFactored(lower, inputs, sides, outputs);
    const merged = new Float32Array(mean.length);
    for (let i = 0; i < merged.length; i++) merged[i] = mean[i]! + sides[i]!;
    return merged;
  },
};

function scaleInto(gram: Float64Array, from: Float32Array, inputs: number, factor: number): void {
  for (let i = 0; i < gram.length; i++) gram[i] = factor * from[i]!;
  for (let i = 0; i < inputs; i++) gram[i * inputs + i] = from[i * inputs + i]!;
}

function plainMean(parents: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  return Float32Array.from(parents[0]!, (_, i) => {
    let sum = 0;
    for (const parent of parents) sum += parent[i]!;
    return sum / parents.length;
  });
}

/** sides += W·G for a symmetric G, four of its rows at a time so that both lie in order and `sides` is passed over less. */
function addProduct(
  sides: Float64Array,
  weights: Float64Array,
  gram: Float64Array,
  outputs: number,
  inputs: number,
): void {
  const whole = inputs - (inputs % 4);
  // G's four rows stay in the cache while all outputs pass by.
  for (let k = 0; k < whole; k += 4) {
    const [g0, g1, g2, g3] = [k * inputs, (k + 1) * inputs, (k + 2) * inputs, (k + 3) * inputs];
    for (let row = 0; row < outputs; row++) {
      const at = row * inputs;
      const w0 = weights[at + k]!;
      const w1 = weights[at + k + 1]!;
      const w2 = weights[at + k + 2]!;
      const w3 = weights[at + k + 3]!;
      for (let j = 0; j < inputs; j++)
        sides[at + j]! += w0 * gram[g0 + j]! + w1 * gram[g1 + j]! + w2 * gram[g2 + j]! + w3 * gram[g3 + j]!;
    }
  }
  for (let k = whole; k < inputs; k++)
    for (let row = 0; row < outputs; row++) {
      const w = weights[row * inputs + k]!;
      for (let j = 0; j < inputs; j++) sides[row * inputs + j]! += w * gram[k * inputs + j]!;
    }
}
