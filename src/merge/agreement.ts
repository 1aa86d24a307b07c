/**
 * Whether checkpoints belong together. Merging adds weights place by place, so the models must be the same in everything
 * but their numbers, and the same tokens must have the same ids. Pure; runs everywhere; reads no weights.
 */
import { AppError } from "../base/errors.ts";
import type { TensorSpec } from "../checkpoint/tensor.ts";
import type { ModelConfig } from "../model/config.ts";
import { architectureTitle, parameterTable } from "../model/parameterTable.ts";

/** What must agree between two checkpoints. */
export type Candidate = {
  readonly name: string;
  readonly model: ModelConfig;
  /** `tokenizer.json`, parsed, unchecked; `null` when there is none. */
  readonly tokenizer: unknown;
};

/** @throws AppError `mismatch` naming both and the first thing that differs. */
export function checkAgreement(older: Candidate, newer: Candidate): void {
  const why = modelDifference(older.model, newer.model) ?? vocabularyDifference(older, newer);
  if (why === null) return;
  throw new AppError("mismatch", `${older.name} and ${newer.name} cannot be merged: ${why}.`, {
    advice: "Merge checkpoints of one training run.",
    fields: { older: older.name, newer: newer.name },
  });
}

/** @throws AppError `mismatch` when a weight of the model is missing or has another shape than its configuration says. */
export function checkTensors(
  { name: checkpoint, tensors }: { readonly name: string; readonly tensors: readonly TensorSpec[] },
  model: ModelConfig,
): void {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  for (const { name, shape } of parameterTable(model)) {
    const tensor = byName.get(name);
    if (tensor !== undefined && `${tensor.shape}` === `${shape}`) continue;
    const found = tensor === undefined ? "is missing" : `has shape [${tensor.shape}], not [${shape}]`;
    throw new AppError("mismatch", `Weight "${name}" of ${checkpoint} ${found}.`, {
      advice: "Use the config.json that was saved with the checkpoint.",
      fields: { checkpoint, tensor: name },
    });
  }
}

/** Every field of the configurations must agree, except which token begins or ends a text. */
function modelDifference(older: ModelConfig, newer: ModelConfig): string | null {
  if (older.architecture !== newer.architecture)
    return `the one is ${architectureTitle(older)}, the other ${architectureTitle(newer)}`;
  const { bosToken: _a, eosTokens: _b, ...olderRest } = older;
  const { bosToken: _c, eosTokens: _d, ...newerRest } = newer;
  return valueDifference("", olderRest, newerRest);
}

/** The first leaf at which two plain values differ, in words that begin with its path; `null` when there is none. */
function valueDifference(path: string, a: unknown, b: unknown): string | null {
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length)
    return `${path} has ${a.length} entries in the one and ${b.length} in the other`;
  if (isObject(a) && isObject(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const inner = path === "" ? key : `${path}.${key}`;
      const difference = valueDifference(inner, Reflect.get(a, key), Reflect.get(b, key));
      if (difference !== null) return difference;
    }
    return null;
  }
  return a === b ? null : `${path} is ${JSON.stringify(a)} in the one and ${JSON.stringify(b)} in the other`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The same tokens must have the same ids, or the rows of the embeddings mean different things. */
function vocabularyDifference(older: Candidate, newer: Candidate): string | null {
  const [a, b] = [tokenIds(older.tokenizer), tokenIds(newer.tokenizer)];
  if (a === null || b === null) return null;
  const differing = [...a].find(([text, id]) => b.get(text) !== id)?.[0];
  if (differing !== undefined) return `their tokenizers give ${JSON.stringify(differing)} different ids`;
  return a.size === b.size ? null : `their tokenizers know ${a.size} and ${b.size} tokens`;
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
  return isObject(value) ? Reflect.get(value, key) : undefined;
}
