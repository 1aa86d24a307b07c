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

/** What planning needs to know of a parent; a `Checkpoint` is one. */
export type MergeParent = {
  readonly name: string;
  /** `config.json`, parsed, unchecked. */
  readonly config: unknown;
  /** `tokenizer.json`, parsed, unchecked; `null` when there is none. */
  readonly tokenizer: unknown;
  readonly tensors: readonly TensorSpec[];
};

/** A merge decided. */
export type MergePlan = {
  readonly recipe: Recipe;
  readonly model: ModelConfig;
  /** Parents with a coefficient other than 0, by index, in the recipe's order: the others are never read. */
  readonly terms: readonly { readonly parent: number; readonly coefficient: number }[];
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
    checkSameModel(parent, newest);
    checkSameVocabulary(parent, newest);
    checkTensors(parent, model);
  }
  const roleOf = createRoleOf(model);
  const extra = newest.tensors.filter(({ name }) => roleOf(name) !== "parameter");
  return {
    recipe: { parents: parents.map(({ name }) => name), coefficients },
    model,
    terms: coefficients.flatMap((coefficient, parent) =>
      coefficient === 0 ? [] : [{ parent, coefficient }],
    ),
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

/** Every field of the two configurations must agree, except which token ends a text. */
function checkSameModel(parent: MergeParent, newest: MergeParent): void {
  const [a, b] = [parent, newest].map(({ config }) => Object.entries(parseModelConfig(config)));
  const others = new Map(b);
  for (const [field, value] of a!) {
    if (field === "bosToken" || field === "eosTokens" || others.get(field) === value) continue;
    throw mismatch(parent, newest, `${field} is ${value} in the one and ${others.get(field)} in the other`);
  }
}

/** The same tokens must have the same ids, or the rows of the embeddings mean different things. */
function checkSameVocabulary(parent: MergeParent, newest: MergeParent): void {
  const [a, b] = [tokenIds(parent.tokenizer), tokenIds(newest.tokenizer)];
  if (a === null || b === null) return;
  const differing = [...a].find(([text, id]) => b.get(text) !== id)?.[0];
  if (differing !== undefined) {
    throw mismatch(parent, newest, `their tokenizers give ${JSON.stringify(differing)} different ids`);
  }
  if (a.size !== b.size)
    throw mismatch(parent, newest, `their tokenizers know ${a.size} and ${b.size} tokens`);
}

/** Token text → id of a `tokenizer.json`; `null` for none, or one without a plain vocabulary. */
function tokenIds(tokenizer: unknown): ReadonlyMap<string, unknown> | null {
  const vocabulary = member(member(tokenizer, "model"), "vocab");
  if (typeof vocabulary !== "object" || vocabulary === null) return null;
  const added = member(tokenizer, "added_tokens");
  const specials = Array.isArray(added)
    ? added.map((token) => [`${member(token, "content")}`, member(token, "id")] as const)
    : [];
  return new Map<string, unknown>([...Object.entries(vocabulary), ...specials]);
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function checkTensors(parent: MergeParent, model: ModelConfig): void {
  const byName = new Map(parent.tensors.map((tensor) => [tensor.name, tensor]));
  for (const { name, shape } of parameterTable(model)) {
    const tensor = byName.get(name);
    if (tensor !== undefined && `${tensor.shape}` === `${shape}`) continue;
    const found = tensor === undefined ? "is missing" : `has shape [${tensor.shape}], not [${shape}]`;
    throw new AppError("mismatch", `Weight "${name}" of ${parent.name} ${found}.`, {
      advice: "Its weights and its config.json must belong to the same model.",
      fields: { checkpoint: parent.name, tensor: name },
    });
  }
}

function mismatch(parent: MergeParent, newest: MergeParent, why: string): AppError {
  return new AppError("mismatch", `${parent.name} and ${newest.name} cannot be merged: ${why}.`, {
    advice: "Merge checkpoints of one training run.",
    fields: { older: parent.name, newer: newest.name },
  });
}
