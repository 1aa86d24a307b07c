/**
 * What each architecture calls its weights in Hugging Face files: the one table of names, which reading, running,
 * merging and writing share. Runs everywhere; knows no file and no runtime.
 */
import type { Architecture } from "./decoder.ts";

/** Names of one architecture; those of a layer come after its prefix and a dot, and before `.weight` or `.bias`. */
export type ParameterNames = {
  /** For people. */
  readonly title: string;
  /** The embedding matrix, [V, E]. */
  readonly embedding: string;
  /** The head's matrix, [V, E]; not in the files of a model with a tied head. */
  readonly head: string;
  /** The last normalisation, without `.weight`. */
  readonly finalNorm: string;
  /** What stands before a layer's number. */
  readonly layers: string;
  readonly attentionNorm: string;
  /** One fused projection, or queries, keys and values. */
  readonly queryKeyValue: readonly string[];
  /** Used by models that normalise queries and keys. */
  readonly queryNorm: string;
  readonly keyNorm: string;
  readonly attentionOutput: string;
  readonly mlpNorm: string;
  /** Used by gated MLPs. */
  readonly gate: string;
  readonly up: string;
  readonly down: string;
  /** Masks and frequencies that older programs saved beside the weights. */
  readonly buffers: RegExp;
};

const LLAMA: ParameterNames = {
  title: "Llama",
  embedding: "model.embed_tokens.weight",
  head: "lm_head.weight",
  finalNorm: "model.norm",
  layers: "model.layers",
  attentionNorm: "input_layernorm",
  queryKeyValue: ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
  queryNorm: "self_attn.q_norm",
  keyNorm: "self_attn.k_norm",
  attentionOutput: "self_attn.o_proj",
  mlpNorm: "post_attention_layernorm",
  gate: "mlp.gate_proj",
  up: "mlp.up_proj",
  down: "mlp.down_proj",
  buffers: /^model\.(layers\.\d+\.self_attn\.)?rotary_emb\.(inv_freq|cos_cached|sin_cached)$/,
};

const BAICHUAN: ParameterNames = { ...LLAMA, title: "Baichuan", queryKeyValue: ["self_attn.W_pack"] };

/** The names of every architecture. */
export const PARAMETER_NAMES: Readonly<Record<Architecture, ParameterNames>> = {
  "gpt-neox": {
    title: "GPT-NeoX",
    embedding: "gpt_neox.embed_in.weight",
    head: "embed_out.weight",
    finalNorm: "gpt_neox.final_layer_norm",
    layers: "gpt_neox.layers",
    attentionNorm: "input_layernorm",
    queryKeyValue: ["attention.query_key_value"],
    queryNorm: "attention.query_norm",
    keyNorm: "attention.key_norm",
    attentionOutput: "attention.dense",
    mlpNorm: "post_attention_layernorm",
    gate: "mlp.gate",
    up: "mlp.dense_h_to_4h",
    down: "mlp.dense_4h_to_h",
    buffers:
      /^gpt_neox\.(layers\.\d+\.attention\.(bias|masked_bias|rotary_emb\.inv_freq)|rotary_emb\.inv_freq)$/,
  },
  llama: LLAMA,
  mistral: { ...LLAMA, title: "Mistral" },
  qwen2: { ...LLAMA, title: "Qwen2" },
  olmo: { ...LLAMA, title: "OLMo" },
  olmo2: {
    ...LLAMA,
    title: "OLMo 2",
    attentionNorm: "post_attention_layernorm",
    mlpNorm: "post_feedforward_layernorm",
  },
  baichuan: BAICHUAN,
  baichuan2: { ...BAICHUAN, title: "Baichuan2" },
};
