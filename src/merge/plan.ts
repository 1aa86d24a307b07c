/**
 * Decides a merge before a weight is read: which tensors are merged, which are copied, and whether the parents fit
 * together at all. Pure; runs everywhere.
 */
import { AppError } from "../base/errors.ts";
import type { TensorSpec } from "../checkpoint/tensor.ts";
import type { Recipe } from "../domain/recipe.ts";
import { type ModelConfig, parseModelConfig } from "../model/config.ts";
import { createRoleOf, parameterTable } from "../model/parameterTable.ts";
import type { WeightDtype } from "../runtime/weights.ts";
import { checkAgreement, checkTensors } from "./agreement.ts";

/** What planning needs to know of a parent; a `Checkpoint` is one. */
export type MergeParent = {
  readonly name: string;
  /** `config.json`, parsed, unchecked. */
  readonly config: unknown;
  /** `tokenizer.json`, parsed, unchecked; `null` when there is none. */
  readonly tokenizer: unknown;
  readonly tensors: readonly TensorSpec[];
};

/** A parent by index, and what it is multiplied by. */
export type Term = { readonly parent: number; readonly coefficient: number };

/** A merge decided. */
export type MergePlan = {
  readonly recipe: Recipe;
  readonly model: ModelConfig;
  /** Parents with a coefficient other than 0, by index, in the recipe's order: the others are never read. */
  readonly terms: readonly Term[];
  /** Parameters, merged and stored in the chosen format. */
  readonly merged: readonly TensorSpec[];
  /** Buffers of the newest parent, copied as they are: masks and frequencies are no weights. */
  readonly copied: readonly TensorSpec[];
  /** Tensors of the newest parent that the model does not know; they are left out. */
  readonly leftOut: readonly string[];
};

const STORED = { float32: "F32", float16: "F16", bfloat16: "BF16" } as const;

/**
 * @param parents oldest first, one a coefficient.
 * @throws AppError `usage` for coefficients that do not fit, `mismatch` naming the parents and what differs between
 * them, `unsupported` and `bad-format` for a model that cannot be merged here.
 */
export function planMerge(
  parents: readonly MergeParent[],
  coefficients: readonly number[],
  dtype: WeightDtype,
): MergePlan {
  checkCoefficients(parents, coefficients);
  const newest = parents.at(-1)!;
  const model = parseModelConfig(newest.config);
  for (const parent of parents) {
    checkAgreement({ ...parent, model: parseModelConfig(parent.config) }, { ...newest, model });
    checkTensors(parent, model);
  }
  const terms = coefficients.map((coefficient, parent): Term => ({ parent, coefficient }));
  const roleOf = createRoleOf(model);
  const extra = newest.tensors.filter(({ name }) => roleOf(name) !== "parameter");
  return {
    recipe: { parents: parents.map(({ name }) => name), coefficients },
    model,
    terms: terms.filter(({ coefficient }) => coefficient !== 0),
    merged: parameterTable(model).map(({ name, shape }) => ({ name, shape, dtype: STORED[dtype] })),
    copied: extra.filter(({ name }) => roleOf(name) === "buffer"),
    leftOut: extra.filter(({ name }) => roleOf(name) === "unknown").map(({ name }) => name),
  };
}

function checkCoefficients(parents: readonly MergeParent[], coefficients: readonly number[]): void {
  const sum = coefficients.reduce((total, coefficient) => total + coefficient, 0);
  const fits = parents.length > 0 && parents.length === coefficients.length && Math.abs(sum - 1) < 1e-6;
  if (fits) return;
  throw new AppError(
    "usage",
    `The coefficients ${coefficients.join(", ")} do not merge ${parents.length} checkpoints.`,
    {
      advice: "Give one coefficient a checkpoint; together they must make 1.",
      fields: { parents: parents.length, sum },
    },
  );
}
