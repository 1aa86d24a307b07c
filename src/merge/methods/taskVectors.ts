/** Methods on task vectors Θᵢ − base: task arithmetic, TIES and DARE, in mergekit's generalised form. */

import type { MethodOption } from "../../domain/mergeMethod.ts";
import { createRng } from "../../numerics/rng.ts";
import type { TensorMethod, TensorParts } from "../method.ts";
import { numberOption } from "./options.ts";

const weight: MethodOption = {
  name: "weight",
  title: "Weight",
  kind: "number",
  least: -4,
  most: 4,
  usual: 0.5,
  summary:
    "Of each checkpoint's task vector. Weights that sum to 1 give the weighted mean, whatever the base is.",
};
const scale: MethodOption = {
  name: "scale",
  title: "Scale",
  kind: "number",
  least: 0,
  most: 4,
  usual: 1,
  summary: "Of the sum of the task vectors (mergekit calls it lambda).",
};
const density: MethodOption = {
  name: "density",
  title: "Density",
  kind: "number",
  least: 0.001,
  most: 1,
  usual: 0.5,
  summary: "The share of every task vector's elements that is kept.",
};

/** base + scale · Σ weight · (Θᵢ − base). */
export const taskArithmetic: TensorMethod = {
  kind: "tensors",
  name: "task-arithmetic",
  title: "Task arithmetic",
  summary: "Adds the weighted differences of the checkpoints from an early one to it.",
  formula: "Θ = Θ₀ + s Σ w (Θᵢ − Θ₀)",
  paper: "Ilharco et al. 2023, Editing Models with Task Arithmetic",
  options: [weight, scale],
  needs: ["base"],
  parents: [1, 16],
  mergeTensor(parts, options) {
    // As mergekit, whose weights are tensors of fp32.
    const [w, s] = [Math.fround(numberOption(options, "weight")), numberOption(options, "scale")];
    return addToBase(parts.base!, s, (i) => {
      let sum = 0;
      for (const parent of parts.parents)
        sum = Math.fround(sum + Math.fround(w * Math.fround(parent[i]! - parts.base![i]!)));
      return sum;
    });
  },
};

/** Trim by magnitude, elect signs, take the mean of those that agree (disjoint merge). */
export const ties: TensorMethod = {
  kind: "tensors",
  name: "ties",
  title: "TIES",
  summary:
    "Keeps the largest elements of each difference from an early checkpoint, elects a sign for every element, and averages those that agree with it.",
  formula: "Θ = Θ₀ + s · mean of the trimmed wᵢ(Θᵢ − Θ₀) whose sign is that of their sum",
  paper: "Yadav et al. 2023, TIES-Merging",
  options: [density, scale],
  needs: ["base"],
  parents: [1, 16],
  mergeTensor(parts, options) {
    const s = numberOption(options, "scale");
    const trimmed = taskVectors(parts).map((delta) => trim(delta, numberOption(options, "density")));
    return addToBase(parts.base!, s, (i) => {
      let sum = 0;
      for (const delta of trimmed) sum = Math.fround(sum + delta[i]!);
      // As mergekit: a sum of 0 elects plus, and an element of 0 agrees with nobody.
      const sign = sum >= 0 ? 1 : -1;
      let agreed = 0;
      let count = 0;
      for (const delta of trimmed)
        if (Math.sign(delta[i]!) === sign) {
          agreed = Math.fround(agreed + delta[i]!);
          count++;
        }
      return count === 0 ? 0 : Math.fround(agreed / count);
    });
  },
};

/** Random elements dropped, the rest rescaled by 1/density, then task arithmetic. */
export const dareLinear: TensorMethod = {
  kind: "tensors",
  name: "dare-linear",
  title: "DARE-linear",
  summary:
    "Drops random elements of each difference from an early checkpoint, rescales the rest, and adds their weighted sum.",
  formula: "Θ = Θ₀ + s Σ w mᵢ⊙(Θᵢ − Θ₀)/p, mᵢ ~ Bernoulli(p)",
  paper: "Yu et al. 2024, Language Models are Super Mario",
  options: [
    weight,
    density,
    scale,
    {
      name: "seed",
      title: "Seed",
      kind: "integer",
      least: 0,
      most: 2 ** 31,
      usual: 0,
      summary: "Of the dropped elements.",
    },
  ],
  needs: ["base"],
  parents: [1, 16],
  mergeTensor(parts, options) {
    const [s, p] = [numberOption(options, "scale"), numberOption(options, "density")];
    const w = Math.fround(numberOption(options, "weight"));
    const seed = numberOption(options, "seed");
    const kept = taskVectors(parts).map((delta, parent) => dropped(delta, p, [seed, parts.name, parent]));
    return addToBase(parts.base!, s, (i) => {
      let sum = 0;
      for (const delta of kept) sum = Math.fround(sum + Math.fround(w * delta[i]!));
      return sum;
    });
  },
};

function taskVectors({ parents, base }: TensorParts): readonly Float32Array[] {
  return parents.map((parent) => Float32Array.from(parent, (value, i) => value - base![i]!));
}

function addToBase(
  base: Float32Array,
  factor: number,
  mixed: (index: number) => number,
): Float32Array<ArrayBuffer> {
  const rounded = Math.fround(factor);
  return Float32Array.from(base, (value, i) => value + Math.fround(rounded * mixed(i)));
}

/** The ⌊density · n⌋ elements of largest magnitude; of equals at the edge the first ones. */
function trim(delta: Float32Array, share: number): Float32Array {
  if (share >= 1) return delta;
  const keep = Math.floor(share * delta.length);
  const magnitudes = Float32Array.from(delta, Math.abs).sort();
  const edge = magnitudes[delta.length - keep] ?? Number.POSITIVE_INFINITY;
  let above = 0;
  for (const value of delta) if (Math.abs(value) > edge) above++;
  let atEdge = keep - above;
  return delta.map((value) => {
    const magnitude = Math.abs(value);
    if (magnitude > edge) return value;
    return magnitude === edge && atEdge-- > 0 ? value : 0;
  });
}

/** Named by seed, tensor and parent, so that the order of tensors does not matter. */
function dropped(
  delta: Float32Array,
  share: number,
  [seed, tensor, parent]: readonly [number, string, number],
): Float32Array {
  if (share >= 1) return delta;
  const rng = createRng(seed, "dare", tensor, parent);
  return delta.map((value) => (rng.uniform() < share ? value / share : 0));
}
