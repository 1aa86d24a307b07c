/** What the parsers of all architectures share: kinds of fields, and refusals in words. Runs everywhere. */
import * as v from "valibot";
import { AppError } from "../base/errors.ts";
import type { Activation } from "./decoder.ts";

const size = (maximum: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(maximum));
const token = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A finite number above 0. */
export const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
/** A number above 0 and up to 1. */
export const fraction = v.pipe(v.number(), v.gtValue(0), v.maxValue(1));
/** A number of heads, or of dimensions of one. */
export const headExtent = size(2 ** 16);
/** A length in positions. */
export const positionCount = size(2 ** 24);

/** Fields that every architecture has. */
export const commonFields = {
  model_type: v.string(),
  vocab_size: size(2 ** 24),
  hidden_size: size(2 ** 16),
  intermediate_size: size(2 ** 18),
  num_hidden_layers: size(1024),
  num_attention_heads: headExtent,
  max_position_embeddings: positionCount,
  tie_word_embeddings: v.optional(v.boolean(), false),
  bos_token_id: v.nullish(token),
  eos_token_id: v.nullish(v.union([token, v.array(token)])),
};

/** The fields as they were read. */
export type CommonFields = v.InferOutput<v.LooseObjectSchema<typeof commonFields, undefined>>;

/** `commonFields` in the record's words. */
export function commonSizes(raw: CommonFields) {
  const eos = raw.eos_token_id ?? [];
  return {
    vocabularySize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    intermediateSize: raw.intermediate_size,
    layers: raw.num_hidden_layers,
    heads: raw.num_attention_heads,
    maxPositions: raw.max_position_embeddings,
    tiedHead: raw.tie_word_embeddings,
    bosToken: raw.bos_token_id ?? null,
    eosTokens: typeof eos === "number" ? [eos] : eos,
  };
}

/** hiddenSize / heads. @throws AppError `bad-format` when it is no whole number. */
export function dividedHeadSize(raw: CommonFields): number {
  const { hidden_size, num_attention_heads } = raw;
  if (hidden_size % num_attention_heads === 0) return hidden_size / num_attention_heads;
  throw badField(
    "num_attention_heads",
    `${num_attention_heads} heads do not divide hidden_size ${hidden_size}`,
  );
}

/** transformers' names. The three spellings of the tanh approximation differ by rounding alone. */
const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map([
  ["gelu", "gelu"],
  ["gelu_python", "gelu"],
  ["gelu_new", "gelu-tanh"],
  ["gelu_fast", "gelu-tanh"],
  ["gelu_pytorch_tanh", "gelu-tanh"],
  ["gelu_python_tanh", "gelu-tanh"],
  ["silu", "silu"],
  ["swish", "silu"],
  ["relu", "relu"],
]);

/** @throws AppError `unsupported` for a name that is not known here. */
export function parseActivation(name: string): Activation {
  const activation = ACTIVATIONS.get(name);
  if (activation !== undefined) return activation;
  throw unsupported("hidden_act", name, `Known are ${[...ACTIVATIONS.keys()].join(", ")}.`);
}

/** The fields of `json`. @throws AppError `bad-format` naming the first that is missing or of the wrong kind. */
export function parseFields<S extends v.GenericSchema>(schema: S, json: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw badField(v.getDotPath(issue) ?? "config", issue.message);
}

/** A field that makes no sense. */
export function badField(field: string, why: string): AppError {
  return new AppError("bad-format", `The model's config.json is not usable at "${field}": ${why}.`, {
    advice: "Use the config.json that was saved with the checkpoint.",
    fields: { field },
  });
}

/** A field whose value is understood, and cannot be run. */
export function unsupported(field: string, value: string, advice: string): AppError {
  return new AppError("unsupported", `The model's config.json asks for ${field} "${value}".`, {
    advice,
    fields: { field, value },
  });
}

/** Switches that change the forward pass and are not known here → values, besides null and false, that leave it alone. */
const FOREIGN_SWITCHES: ReadonlyMap<string, readonly unknown[]> = new Map<string, readonly unknown[]>([
  ["quantization_config", []],
  ["attn_logit_softcapping", []],
  ["final_logit_softcapping", []],
  ["attention_multiplier", []],
  ["query_pre_attn_scalar", []],
  ["embedding_multiplier", [1]],
  ["residual_multiplier", [1]],
  ["logits_scaling", [1]],
  ["logit_scale", [1]],
  ["num_experts", [0]],
  ["num_local_experts", [0]],
  ["n_routed_experts", [0]],
  ["kv_lora_rank", []],
  ["alibi", []],
  ["use_alibi", []],
  ["qk_layernorm", []],
  ["use_qk_norm", []],
  ["no_rope_layers", []],
  ["cross_attention_layers", []],
]);

/** @throws AppError `unsupported` naming a switch that no architecture here has. */
export function checkForeignSwitches(json: Readonly<Record<string, unknown>>): void {
  for (const [field, harmless] of FOREIGN_SWITCHES) {
    const value = Object.hasOwn(json, field) ? json[field] : null;
    if (value === null || value === undefined || value === false || harmless.includes(value)) continue;
    const shown = typeof value === "object" ? Object.keys(value).join(", ") : `${value}`;
    throw unsupported(field, shown, "That changes what the model computes; use a checkpoint without it.");
  }
}
