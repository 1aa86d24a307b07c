/**
 * The one table of an architecture's parameters: Hugging Face names and shapes, in graph order, and what the other
 * tensors of its files are. Runs everywhere; knows no file and no runtime.
 */
import type { ModelConfig } from "./config.ts";

/** One trained tensor. */
export type Parameter = {
  /** Its name in Hugging Face files. */
  readonly name: string;
  /** Row-major; a linear layer is [outputs, inputs]. */
  readonly shape: readonly number[];
};

/**
 * What a tensor of a checkpoint file is: `parameter`, in the table and merged; `buffer`, a mask or frequency that
 * training never touched and merging must not; `tied`, the head's copy of the embedding; `unknown`, anything else.
 */
export type TensorRole = "parameter" | "buffer" | "tied" | "unknown";

/** Name of the embedding matrix, [vocabularySize, hiddenSize]. */
export const EMBEDDING = "gpt_neox.embed_in.weight";
/** Name of the head's matrix, [vocabularySize, hiddenSize]; not in the table of a model with a tied head. */
export const HEAD = "embed_out.weight";
/** Prefix of the last normalisation's `weight` and `bias`. */
export const FINAL_NORM = "gpt_neox.final_layer_norm";

const BUFFERS =
  /^gpt_neox\.(layers\.\d+\.attention\.(bias|masked_bias|rotary_emb\.inv_freq)|rotary_emb\.inv_freq)$/;

/** Prefix of a layer's parameters. */
export function layerPrefix(layer: number): string {
  return `gpt_neox.layers.${layer}`;
}

/** Every parameter of the model, embedding first, head last; a tied head is the embedding and stands once. */
export function parameterTable(config: ModelConfig): readonly Parameter[] {
  const { vocabularySize, hiddenSize } = config;
  return [
    { name: EMBEDDING, shape: [vocabularySize, hiddenSize] },
    ...Array.from({ length: config.layers }, (_, layer) => layerParameters(config, layer)).flat(),
    ...normParameters(FINAL_NORM, hiddenSize),
    ...(config.tiedHead ? [] : [{ name: HEAD, shape: [vocabularySize, hiddenSize] }]),
  ];
}

/** Number of elements of a parameter. */
export function elementCount(parameter: Parameter): number {
  return parameter.shape.reduce((product, extent) => product * extent, 1);
}

/** Number of trained numbers of the model. */
export function parameterCount(config: ModelConfig): number {
  return parameterTable(config).reduce((sum, parameter) => sum + elementCount(parameter), 0);
}

/** What a tensor of this name is to this model. */
export function createRoleOf(config: ModelConfig): (name: string) => TensorRole {
  const names = new Set(parameterTable(config).map((parameter) => parameter.name));
  return (name) => {
    if (names.has(name)) return "parameter";
    if (name === HEAD && config.tiedHead) return "tied";
    return BUFFERS.test(name) ? "buffer" : "unknown";
  };
}

function layerParameters(config: ModelConfig, layer: number): readonly Parameter[] {
  const { hiddenSize, intermediateSize, attentionBias } = config;
  const prefix = layerPrefix(layer);
  return [
    ...normParameters(`${prefix}.input_layernorm`, hiddenSize),
    ...linearParameters(`${prefix}.attention.query_key_value`, 3 * hiddenSize, hiddenSize, attentionBias),
    ...linearParameters(`${prefix}.attention.dense`, hiddenSize, hiddenSize, attentionBias),
    ...normParameters(`${prefix}.post_attention_layernorm`, hiddenSize),
    ...linearParameters(`${prefix}.mlp.dense_h_to_4h`, intermediateSize, hiddenSize, true),
    ...linearParameters(`${prefix}.mlp.dense_4h_to_h`, hiddenSize, intermediateSize, true),
  ];
}

function normParameters(prefix: string, width: number): readonly Parameter[] {
  return [
    { name: `${prefix}.weight`, shape: [width] },
    { name: `${prefix}.bias`, shape: [width] },
  ];
}

function linearParameters(
  prefix: string,
  outputs: number,
  inputs: number,
  bias: boolean,
): readonly Parameter[] {
  return [
    { name: `${prefix}.weight`, shape: [outputs, inputs] },
    ...(bias ? [{ name: `${prefix}.bias`, shape: [outputs] }] : []),
  ];
}
