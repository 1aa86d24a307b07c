/**
 * The contract of a merge method: it describes itself, so that forms, help, documents and links come from one record.
 * Four kinds, by what the result is made of. Runs everywhere; knows no file and no device.
 */

import type { MethodDescription, OptionValues } from "../domain/mergeMethod.ts";

/** A method whose result is Σ λᵢΘᵢ (P1 eq. 1) with coefficients that need no look at the weights. */
export interface WeightsMethod extends MethodDescription {
  readonly kind: "weights";
  /**
   * One coefficient a parent, oldest first, summing to 1.
   * @throws AppError `usage` when the options do not fit the number of parents.
   */
  coefficients(parents: number, options: OptionValues): readonly number[];
}

/** A method whose result is Σ λᵢΘᵢ with coefficients that are found by evaluating; how, its study says. */
export interface ScoredMethod extends MethodDescription {
  readonly kind: "scored";
}

/** One tensor of every parent, in fp32. */
export type TensorParts = {
  readonly name: string;
  readonly shape: readonly number[];
  /** Oldest first. */
  readonly parents: readonly Float32Array[];
  /** The common base; `null` for methods without one. */
  readonly base: Float32Array | null;
};

/** A method that computes each tensor from the same tensor of every parent, and nothing else. */
export interface TensorMethod extends MethodDescription {
  readonly kind: "tensors";
  /** New elements in fp32; the parents' are left as they are. @throws AppError `numerics`. */
  mergeTensor(parts: TensorParts, options: OptionValues): Float32Array<ArrayBuffer>;
}

/**
 * A method that also needs something measured of every parent on calibration rows: `squared-gradients` are the diagonal
 * of its Fisher information, of every parameter; `grams` are Gram matrices of the inputs of its linear layers.
 */
export interface StatisticsMethod extends MethodDescription {
  readonly kind: "statistics";
  readonly statistic: "squared-gradients" | "grams";
  /**
   * As `TensorMethod.mergeTensor`.
   * @param statistics one a parent: [elements] of the tensor for squared gradients, [inputs, inputs] for Gram matrices;
   * `null` where the tensor has none.
   */
  mergeTensor(
    parts: TensorParts,
    statistics: readonly Float32Array[] | null,
    options: OptionValues,
  ): Float32Array<ArrayBuffer>;
}

/** Any method. */
export type MergeMethod = WeightsMethod | ScoredMethod | TensorMethod | StatisticsMethod;
