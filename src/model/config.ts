/**
 * A model's hyper-parameters, read from the `config.json` of a Hugging Face folder. Old and new transformers spellings
 * become one record; what the graph cannot express is refused in words. Runs everywhere; knows no runtime.
 */
import * as v from "valibot";
import { AppError } from "../base/errors.ts";

/** Non-linearity of the MLP: erf GELU, its tanh approximation (Hendrycks & Gimpel 2016, eq. in section 2), or ReLU. */
export type Activation = "gelu" | "gelu-tanh" | "relu";

/** GPT-NeoX (Black et al. 2022), in the switches that transformers' `GPTNeoXForCausalLM` knows. */
export type NeoxConfig = {
  readonly architecture: "gpt-neox";
  /** V, rows of the embedding; the tokenizer may know fewer. */
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  /** hiddenSize / heads */
  readonly headSize: number;
  /** Positions are 0 … maxPositions − 1. */
  readonly maxPositions: number;
  /** The first so many dimensions of each head are rotated; even, ≤ headSize. */
  readonly rotaryDimensions: number;
  /** θ of the rotary embedding: inverse frequencies are θ^(−2i / rotaryDimensions). */
  readonly rotaryBase: number;
  /** x + attention(x) + mlp(x), rather than one after the other. */
  readonly parallelResidual: boolean;
  readonly activation: Activation;
  /** Whether the attention's two projections have biases. */
  readonly attentionBias: boolean;
  readonly layerNormEps: number;
  /** Whether the output head is the embedding matrix itself. */
  readonly tiedHead: boolean;
  readonly bosToken: number | null;
  readonly eosTokens: readonly number[];
};

/** Any model this project can run; told apart by `architecture`. */
export type ModelConfig = NeoxConfig;

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu: "gelu",
  gelu_python: "gelu",
  gelu_new: "gelu-tanh",
  gelu_fast: "gelu-tanh",
  gelu_pytorch_tanh: "gelu-tanh",
  relu: "relu",
};

const size = (maximum: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(maximum));
const token = v.pipe(v.number(), v.integer(), v.minValue(0));
const fraction = v.pipe(v.number(), v.gtValue(0), v.maxValue(1));
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));

const ropeSchema = v.looseObject({
  rope_type: v.optional(v.string()),
  type: v.optional(v.string()),
  rope_theta: v.optional(positive),
  partial_rotary_factor: v.optional(fraction),
});

const neoxSchema = v.looseObject({
  vocab_size: size(2 ** 24),
  hidden_size: size(2 ** 16),
  intermediate_size: size(2 ** 18),
  num_hidden_layers: size(1024),
  num_attention_heads: size(1024),
  max_position_embeddings: size(2 ** 20),
  hidden_act: v.optional(v.string(), "gelu"),
  layer_norm_eps: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)), 1e-5),
  use_parallel_residual: v.optional(v.boolean(), true),
  attention_bias: v.optional(v.boolean(), true),
  tie_word_embeddings: v.optional(v.boolean(), false),
  bos_token_id: v.nullish(token),
  eos_token_id: v.nullish(v.union([token, v.array(token)])),
  rotary_pct: v.optional(fraction),
  partial_rotary_factor: v.optional(fraction),
  rotary_emb_base: v.optional(positive),
  rope_theta: v.optional(positive),
  rope_parameters: v.nullish(ropeSchema),
  rope_scaling: v.nullish(ropeSchema),
});

/**
 * The model that a parsed `config.json` describes. What the file leaves out takes transformers' default, except sizes,
 * which must be there.
 * @throws AppError `bad-format` naming the field that is missing or of the wrong kind, `unsupported` for another
 * architecture, activation or rotary scaling.
 */
export function parseModelConfig(json: unknown): ModelConfig {
  const { model_type } = parse(v.looseObject({ model_type: v.string() }), json);
  if (model_type !== "gpt_neox")
    throw unsupported("model_type", model_type, "Only GPT-NeoX models (model_type gpt_neox) can be run.");
  const raw = parse(neoxSchema, json);
  const activation = Object.hasOwn(ACTIVATIONS, raw.hidden_act) ? ACTIVATIONS[raw.hidden_act] : undefined;
  if (activation === undefined)
    throw unsupported("hidden_act", raw.hidden_act, `Known are ${Object.keys(ACTIVATIONS).join(", ")}.`);
  if (raw.hidden_size % raw.num_attention_heads !== 0)
    throw badField(
      "num_attention_heads",
      `${raw.num_attention_heads} heads do not divide hidden_size ${raw.hidden_size}`,
    );
  const headSize = raw.hidden_size / raw.num_attention_heads;
  const eos = raw.eos_token_id ?? [];
  return {
    architecture: "gpt-neox",
    vocabularySize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    intermediateSize: raw.intermediate_size,
    layers: raw.num_hidden_layers,
    heads: raw.num_attention_heads,
    headSize,
    maxPositions: raw.max_position_embeddings,
    ...parseRotary(raw, headSize),
    parallelResidual: raw.use_parallel_residual,
    activation,
    attentionBias: raw.attention_bias,
    layerNormEps: raw.layer_norm_eps,
    tiedHead: raw.tie_word_embeddings,
    bosToken: raw.bos_token_id ?? null,
    eosTokens: typeof eos === "number" ? [eos] : eos,
  };
}

/** transformers 5 nests the rotary numbers in `rope_parameters`; before, they stood beside the others. */
function parseRotary(
  raw: v.InferOutput<typeof neoxSchema>,
  headSize: number,
): { readonly rotaryDimensions: number; readonly rotaryBase: number } {
  const rope = raw.rope_parameters ?? raw.rope_scaling ?? {};
  const kind = rope.rope_type ?? rope.type ?? "default";
  if (kind !== "default")
    throw unsupported("rope_parameters.rope_type", kind, "Only unscaled rotary embeddings can be run.");
  const factor = rope.partial_rotary_factor ?? raw.rotary_pct ?? raw.partial_rotary_factor ?? 0.25;
  const rotaryDimensions = Math.trunc(headSize * factor);
  if (rotaryDimensions < 2 || rotaryDimensions % 2 !== 0)
    throw badField(
      "rotary_pct",
      `it rotates ${rotaryDimensions} of ${headSize} dimensions, not an even number`,
    );
  return { rotaryDimensions, rotaryBase: rope.rope_theta ?? raw.rotary_emb_base ?? raw.rope_theta ?? 10_000 };
}

function parse<S extends v.GenericSchema>(schema: S, json: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw badField(v.getDotPath(issue) ?? "config", issue.message);
}

function badField(field: string, why: string): AppError {
  return new AppError("bad-format", `The model's config.json is not usable at "${field}": ${why}.`, {
    advice: "Use the config.json that was saved with the checkpoint.",
    fields: { field },
  });
}

function unsupported(field: string, value: string, advice: string): AppError {
  return new AppError("unsupported", `The model's config.json asks for ${field} "${value}".`, {
    advice,
    fields: { field, value },
  });
}
