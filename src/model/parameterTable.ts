/**
 * A model's parameters: their Hugging Face names and shapes, in graph order, where in the model they stand, and what
 * the other tensors of its files are. Runs everywhere; knows no file and no runtime.
 */
import { AppError } from "../base/errors.ts";
import type { ModelConfig } from "./decoder.ts";
import { PARAMETER_NAMES, type ParameterNames } from "./parameterNames.ts";

/** One trained tensor. */
export type Parameter = {
  /** Its name in Hugging Face files. */
  readonly name: string;
  /** Row-major; a linear layer is [outputs, inputs]. */
  readonly shape: readonly number[];
};

/** Where a parameter stands: its layer, or `null` before and after all layers, and the part of the model. */
export type ParameterPlace = {
  readonly layer: number | null;
  readonly part: "embedding" | "attention" | "mlp" | "norm" | "head";
};

/**
 * What a tensor of a checkpoint file is: `parameter`, in the table and merged; `buffer`, a mask or frequency that
 * training never touched and merging must not; `tied`, the head's copy of the embedding; `unknown`, anything else.
 */
export type TensorRole = "parameter" | "buffer" | "tied" | "unknown";

/** The names that the model's architecture uses. */
export function namesOf(config: ModelConfig): ParameterNames {
  return PARAMETER_NAMES[config.architecture];
}

/** The architecture's name for people, as "GPT-NeoX". */
export function architectureTitle(config: ModelConfig): string {
  return namesOf(config).title;
}

/** Prefix of a layer's parameters, without its dot. */
export function layerPrefix(config: ModelConfig, layer: number): string {
  return `${namesOf(config).layers}.${layer}`;
}

/** Every parameter of the model, embedding first, head last; a tied head is the embedding and stands once. */
export function parameterTable(config: ModelConfig): readonly Parameter[] {
  return placedParameters(config).map(({ name, shape }) => ({ name, shape }));
}

/** @throws AppError `internal` for a name that is not in the table. */
export function parameterPlace(config: ModelConfig, name: string): ParameterPlace {
  const found = placedParameters(config).find((parameter) => parameter.name === name);
  if (found !== undefined) return found.place;
  throw new AppError("internal", `"${name}" is no parameter of this model.`, { fields: { name } });
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
  const table = new Set(parameterTable(config).map((parameter) => parameter.name));
  const { head, buffers } = namesOf(config);
  return (name) => {
    if (table.has(name)) return "parameter";
    if (name === head && config.tiedHead) return "tied";
    return buffers.test(name) ? "buffer" : "unknown";
  };
}

type Placed = Parameter & { readonly place: ParameterPlace };

function placedParameters(config: ModelConfig): readonly Placed[] {
  const names = namesOf(config);
  const outside = (part: ParameterPlace["part"], parameters: readonly Parameter[]) =>
    parameters.map((parameter) => ({ ...parameter, place: { layer: null, part } }));
  const matrix = [config.vocabularySize, config.hiddenSize];
  return [
    ...outside("embedding", [{ name: names.embedding, shape: matrix }]),
    ...Array.from({ length: config.layers }, (_, layer) => layerParameters(config, layer)).flat(),
    ...outside("norm", normParameters(config, names.finalNorm, config.hiddenSize)),
    ...outside("head", config.tiedHead ? [] : [{ name: names.head, shape: matrix }]),
  ];
}

function layerParameters(config: ModelConfig, layer: number): readonly Placed[] {
  const names = namesOf(config);
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headSize } = config;
  const inLayer = (part: ParameterPlace["part"], parameters: readonly Parameter[]) =>
    parameters.map(({ name, shape }) => ({
      name: `${layerPrefix(config, layer)}.${name}`,
      shape,
      place: { layer, part },
    }));
  const [queries, keys] = [heads * headSize, keyValueHeads * headSize];
  const outputs = config.projections === "separate" ? [queries, keys, keys] : [queries + 2 * keys];
  return [
    ...inLayer("norm", normParameters(config, names.attentionNorm, hiddenSize)),
    ...inLayer(
      "attention",
      names.queryKeyValue.flatMap((name, i) =>
        linearParameters(name, outputs[i]!, hiddenSize, config.queryKeyValueBias),
      ),
    ),
    ...inLayer(
      "norm",
      config.queryKeyNorm
        ? [
            ...normParameters(config, names.queryNorm, queries),
            ...normParameters(config, names.keyNorm, keys),
          ]
        : [],
    ),
    ...inLayer(
      "attention",
      linearParameters(names.attentionOutput, hiddenSize, queries, config.attentionOutputBias),
    ),
    ...inLayer("norm", normParameters(config, names.mlpNorm, hiddenSize)),
    ...inLayer("mlp", [
      ...(config.gated ? linearParameters(names.gate, intermediateSize, hiddenSize, config.mlpBias) : []),
      ...linearParameters(names.up, intermediateSize, hiddenSize, config.mlpBias),
      ...linearParameters(names.down, hiddenSize, intermediateSize, config.mlpBias),
    ]),
  ];
}

function normParameters({ norm }: ModelConfig, prefix: string, width: number): readonly Parameter[] {
  const gain = { name: `${prefix}.weight`, shape: [width] };
  switch (norm) {
    case "layer-norm":
      return [gain, { name: `${prefix}.bias`, shape: [width] }];
    case "rms-norm":
      return [gain];
    case "bare-layer-norm":
      return [];
    default:
      return norm satisfies never;
  }
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
