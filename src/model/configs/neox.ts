/** GPT-NeoX (Black et al. 2022), as transformers' `GPTNeoXConfig` spells it. */
import * as v from "valibot";
import {
  commonFields,
  commonSizes,
  dividedHeadSize,
  fraction,
  parseActivation,
  parseFields,
  positive,
} from "../configFields.ts";
import type { ModelConfig } from "../decoder.ts";
import { parseRotary, rotaryFields } from "../rotary.ts";

const schema = v.looseObject({
  ...commonFields,
  ...rotaryFields,
  hidden_act: v.optional(v.string(), "gelu"),
  layer_norm_eps: v.optional(fraction, 1e-5),
  use_parallel_residual: v.optional(v.boolean(), true),
  attention_bias: v.optional(v.boolean(), true),
  rotary_pct: v.nullish(fraction),
  rotary_emb_base: v.nullish(positive),
});

/** @throws AppError `bad-format`, `unsupported` naming the field. */
export function parseNeox(json: unknown): ModelConfig {
  const raw = parseFields(schema, json);
  const headSize = dividedHeadSize(raw);
  return {
    ...commonSizes(raw),
    architecture: "gpt-neox",
    keyValueHeads: raw.num_attention_heads,
    headSize,
    ...parseRotary(raw, {
      headSize,
      maxPositions: raw.max_position_embeddings,
      base: raw.rotary_emb_base ?? raw.rope_theta ?? 10_000,
      share: raw.rotary_pct ?? raw.partial_rotary_factor ?? 0.25,
    }),
    slidingWindow: null,
    norm: "layer-norm",
    normEps: raw.layer_norm_eps,
    residual: raw.use_parallel_residual ? "parallel" : "pre-norm",
    projections: "by-head",
    queryKeyNorm: false,
    clip: null,
    queryKeyValueBias: raw.attention_bias,
    attentionOutputBias: raw.attention_bias,
    mlpBias: true,
    activation: parseActivation(raw.hidden_act),
    gated: false,
    normalisedHead: false,
  };
}
