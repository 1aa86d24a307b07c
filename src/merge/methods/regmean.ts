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
    const total = new Float64Array(inputs * inputs);
    // One right-hand side an output: Σ Gᵢ wᵢ, [outputs, inputs].
    const sides = new Float64Array(outputs * inputs);
    for (const [k, parent] of parents.entries()) {
      const gram = Float64Array.from(statistics[k]!, (value, at) =>
        Math.floor(at / inputs) === at % inputs ? value : factor * value,
      );
      for (let i = 0; i < total.length; i++) total[i]! += gram[i]!;
      addProduct(sides, parent, gram, outputs, inputs);
    }
    const lower = factorise(total, inputs);
    if (lower === null)
      throw new AppError("numerics", `RegMean cannot solve for "${name}": its Gram matrix is not positive.`, {
        advice: "Give more calibration rows, or a smaller --off-diagonal.",
        fields: { tensor: name },
      });
    for (let row = 0; row < outputs; row++)
      solveFactored(lower, inputs, sides.subarray(row * inputs, (row + 1) * inputs));
    return Float32Array.from(sides);
  },
};

function plainMean(parents: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  return Float32Array.from(parents[0]!, (_, i) => {
    let sum = 0;
    for (const parent of parents) sum += parent[i]!;
    return sum / parents.length;
  });
}

/** sides += W·G for a symmetric G, row by row so that both lie in order. */
function addProduct(
  sides: Float64Array,
  weights: Float32Array,
  gram: Float64Array,
  outputs: number,
  inputs: number,
): void {
  for (let row = 0; row < outputs; row++) {
    const out = sides.subarray(row * inputs, (row + 1) * inputs);
    for (let k = 0; k < inputs; k++) {
      const weight = weights[row * inputs + k]!;
      if (weight === 0) continue;
      const line = gram.subarray(k * inputs, (k + 1) * inputs);
      for (let j = 0; j < inputs; j++) out[j]! += weight * line[j]!;
    }
  }
}
