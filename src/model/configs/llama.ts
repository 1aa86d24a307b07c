/**
 * Llama (Touvron et al. 2023) and the models that are it but for a switch: Mistral (Jiang et al. 2023), Qwen2 (Yang et
 * al. 2024), OLMo (Groeneveld et al. 2024) and OLMo 2 (OLMo team 2024), as transformers' configurations spell them.
 */
import * as v from "valibot";
import {
  badField,
  commonFields,
  commonSizes,
  dividedHeadSize,
  fraction,
  headExtent,
  parseActivation,
  parseFields,
  positionCount,
  positive,
  unsupported,
} from "../configFields.ts";
import type { ModelConfig } from "../decoder.ts";
import { parseRotary, rotaryFields } from "../rotary.ts";

const familyFields = {
  ...commonFields,
  ...rotaryFields,
  num_key_value_heads: v.nullish(headExtent),
  head_dim: v.nullish(headExtent),
  hidden_act: v.optional(v.string(), "silu"),
  rms_norm_eps: v.nullish(fraction),
};
type FamilyFields = v.InferOutput<v.LooseObjectSchema<typeof familyFields, undefined>>;

/** A model of the family with all switches as in Llama 1; `keyValueHeads` where the file names none. */
export function plainLlama(
  raw: FamilyFields,
  keyValueHeads = raw.num_attention_heads,
): Omit<ModelConfig, "architecture"> {
  const headSize = raw.head_dim ?? dividedHeadSize(raw);
  // transformers rotates all dimensions here whatever the factor says, other programs do not: nobody can mean it.
  const factor =
    raw.rope_parameters?.partial_rotary_factor ??
    raw.rope_scaling?.partial_rotary_factor ??
    raw.partial_rotary_factor;
  if (factor != null && factor !== 1)
    throw unsupported("partial_rotary_factor", `${factor}`, "Models of this family rotate whole heads.");
  if (raw.num_attention_heads % keyValueHeads !== 0)
    throw badField("num_key_value_heads", `${keyValueHeads} do not divide ${raw.num_attention_heads} heads`);
  return {
    ...commonSizes(raw),
    keyValueHeads,
    headSize,
    ...parseRotary(raw, {
      headSize,
      maxPositions: raw.max_position_embeddings,
      base: raw.rope_theta ?? 10_000,
      share: 1,
    }),
    slidingWindow: null,
    norm: "rms-norm",
    normEps: raw.rms_norm_eps ?? 1e-6,
    residual: "pre-norm",
    projections: "separate",
    queryKeyNorm: false,
    clip: null,
    queryKeyValueBias: false,
    attentionOutputBias: false,
    mlpBias: false,
    activation: parseActivation(raw.hidden_act),
    gated: true,
    normalisedHead: false,
  };
}

const llamaSchema = v.looseObject({
  ...familyFields,
  attention_bias: v.optional(v.boolean(), false),
  mlp_bias: v.optional(v.boolean(), false),
});

/** @throws AppError `bad-format`, `unsupported` naming the field. */
export function parseLlama(json: unknown): ModelConfig {
  const raw = parseFields(llamaSchema, json);
  return {
    ...plainLlama(raw, raw.num_key_value_heads ?? undefined),
    architecture: "llama",
    queryKeyValueBias: raw.attention_bias,
    attentionOutputBias: raw.attention_bias,
    mlpBias: raw.mlp_bias,
  };
}

/** `undefined` where the file is silent, `null` where it says "none": transformers' defaults differ. */
const windowFields = {
  sliding_window: v.nullish(positionCount),
  layer_types: v.nullish(v.array(v.picklist(["full_attention", "sliding_attention"]))),
};

const mistralSchema = v.looseObject({ ...familyFields, ...windowFields });

/** @throws AppError `bad-format`, `unsupported` naming the field. */
export function parseMistral(json: unknown): ModelConfig {
  const raw = parseFields(mistralSchema, json);
  const heads = raw.num_key_value_heads === undefined ? 8 : (raw.num_key_value_heads ?? undefined);
  const size = raw.sliding_window === undefined ? 4096 : raw.sliding_window;
  if (raw.layer_types?.some((type) => type !== (size === null ? "full_attention" : "sliding_attention")))
    throw unsupported(
      "layer_types",
      [...new Set(raw.layer_types)].join(", "),
      "Mistral's layers are all alike.",
    );
  const plain = plainLlama(raw, heads);
  return { ...plain, architecture: "mistral", slidingWindow: windowOf(plain, size, () => true) };
}

const qwen2Schema = v.looseObject({
  ...familyFields,
  ...windowFields,
  use_sliding_window: v.optional(v.boolean(), false),
  max_window_layers: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 28),
});

/** @throws AppError `bad-format`, `unsupported` naming the field. */
export function parseQwen2(json: unknown): ModelConfig {
  const raw = parseFields(qwen2Schema, json);
  const heads = raw.num_key_value_heads === undefined ? 32 : (raw.num_key_value_heads ?? undefined);
  const size = raw.sliding_window === undefined ? 4096 : raw.sliding_window;
  const { layer_types: types } = raw;
  if (types != null && types.length !== raw.num_hidden_layers)
    throw badField("layer_types", `it names ${types.length} of ${raw.num_hidden_layers} layers`);
  if (types?.includes("sliding_attention") && !(raw.use_sliding_window && size !== null))
    throw badField(
      "layer_types",
      "layers have sliding windows, which use_sliding_window and sliding_window deny",
    );
  const slides = (layer: number) =>
    types == null ? layer >= raw.max_window_layers : types[layer] === "sliding_attention";
  const plain = plainLlama(raw, heads);
  return {
    ...plain,
    architecture: "qwen2",
    queryKeyValueBias: true,
    slidingWindow: windowOf(plain, raw.use_sliding_window ? size : null, slides),
  };
}

/** A window that hides nothing from anybody is none. */
function windowOf(
  { layers, maxPositions }: Pick<ModelConfig, "layers" | "maxPositions">,
  size: number | null,
  slides: (layer: number) => boolean,
): ModelConfig["slidingWindow"] {
  if (size === null || size >= maxPositions) return null;
  const sliding = Array.from({ length: layers }, (_, layer) => layer).filter(slides);
  return sliding.length === 0 ? null : { size, layers: sliding };
}

const olmoSchema = v.looseObject({
  ...familyFields,
  attention_bias: v.optional(v.boolean(), false),
  clip_qkv: v.nullish(positive),
});

/** @throws AppError `bad-format`, `unsupported` naming the field. */
export function parseOlmo(json: unknown): ModelConfig {
  const raw = parseFields(olmoSchema, json);
  return {
    ...plainLlama(raw, raw.num_key_value_heads ?? undefined),
    architecture: "olmo",
    norm: "bare-layer-norm",
    normEps: 1e-5,
    clip: raw.clip_qkv ?? null,
    queryKeyValueBias: raw.attention_bias,
    attentionOutputBias: raw.attention_bias,
  };
}

const olmo2Schema = v.looseObject({ ...familyFields, attention_bias: v.optional(v.boolean(), false) });

/** @throws AppError `bad-format`, `unsupported` naming the field. */
export function parseOlmo2(json: unknown): ModelConfig {
  const raw = parseFields(olmo2Schema, json);
  return {
    ...plainLlama(raw, raw.num_key_value_heads ?? undefined),
    architecture: "olmo2",
    normEps: raw.rms_norm_eps ?? 1e-5,
    residual: "post-norm",
    queryKeyNorm: true,
    queryKeyValueBias: raw.attention_bias,
    attentionOutputBias: raw.attention_bias,
  };
}
