/**
 * A decoder as an ONNX graph in which every weight is an input, so that one session serves every mixture of weights.
 * Runs everywhere; knows no runtime.
 *
 * R rows of C token places, T = R·C; P scored places; N targets; V vocabulary; E hidden size; K key heads of size D; A rows of the
 * rotary tables; S slots of the past.
 */
import {
  addAttention,
  addPastBias,
  addPastWindowBias,
  addTreeBias,
  addWindowBias,
} from "./attentionGraph.ts";
import type { ModelConfig } from "./decoder.ts";
import { type Decoder, linear, normalise, type PastInputs } from "./decoderParts.ts";
import { encodeModel } from "./onnx/encode.ts";
import { GraphBuilder, type Value } from "./onnx/graphBuilder.ts";
import { layerPrefix, namesOf, parameterTable } from "./parameterTable.ts";

/** TensorProto.DataType, as the operator Cast wants it. */
const INT32 = 6;
/** Least length that a head's row is divided by, as torch's `normalize` has it. */
const SHORTEST_ROW = 1e-12;

/**
 * The model as ONNX bytes. Inputs besides the weights, by their Hugging Face names: `tokens`, `segments`,
 * `parentSegments` [R,C] int32 and `positions` [R,C] int64 as in `PackedBatch`; `floatPositions` [R,C] float32, the
 * same, of models with a sliding window only; `columns` [C] float32, counting from 0; `cos` and `sin` [A,·] float32 as
 * in `RotaryTables`, A no less than C and any position + 1; `scoredPlaces` [P], `targetPlaces` [N] and `targetLogits`
 * [N] int32, the last being targetPlace·V + token.
 * Outputs: `logprobs` [N] float32 and `greedy` [P] int32, the lowest id of equals.
 *
 * A graph `withPast` goes on from keys and values in S slots, those of one row for all or of every row (Q is 1 or R):
 * `pastKey.L` [Q,K,D,S], `pastValue.L` [Q,K,S,D] for each layer L, `pastLengths` [Q] float32, how many of the slots are
 * filled, and `pastColumns` [S] float32, counting from 0. It also gives the rows' own, `key.L` [R,K,D,C] and `value.L`
 * [R,K,C,D], as a later run takes them.
 */
export function encodeDecoder(config: ModelConfig, withPast = false): Uint8Array<ArrayBuffer> {
  return encodeModel(buildDecoder(config, withPast).graph.build(config.architecture));
}

/** The graph that `encodeDecoder` encodes, to be gone on with: its weights, and the log-probabilities [N]. */
export type BuiltDecoder = {
  readonly graph: GraphBuilder;
  /** By Hugging Face name. */
  readonly weights: ReadonlyMap<string, Value>;
  readonly logprobs: Value;
};

/** @param withPast as `encodeDecoder` */
export function buildDecoder(config: ModelConfig, withPast = false): BuiltDecoder {
  const graph = new GraphBuilder();
  const names = namesOf(config);
  const tokens = graph.input("tokens", "int32", ["R", "C"]);
  const weights = new Map(
    parameterTable(config).map(({ name, shape }) => [name, graph.input(name, "float32", shape)]),
  );
  const decoder = addShared(graph, config, weights, tokens, withPast);
  const embedded = graph.apply("Gather", [weights.get(names.embedding)!, tokens]);
  let hidden = graph.apply("Reshape", [embedded, graph.integers(-1, config.hiddenSize)]);
  for (let layer = 0; layer < config.layers; layer++) hidden = addLayer(decoder, hidden, layer);
  return { graph, weights, logprobs: addScores(decoder, hidden) };
}

function addShared(
  graph: GraphBuilder,
  config: ModelConfig,
  weights: ReadonlyMap<string, Value>,
  tokens: Value,
  withPast: boolean,
): Decoder {
  const half = config.rotary.inverseFrequencies.length;
  const treeBias = addTreeBias(graph);
  const window =
    config.slidingWindow === null
      ? null
      : { ...config.slidingWindow, positions: graph.input("floatPositions", "float32", ["R", "C"]) };
  const windowBias = window === null ? treeBias : addWindowBias(graph, treeBias, window);
  return {
    graph,
    config,
    weights,
    rowShape: graph.apply("Shape", [tokens]),
    positions: graph.input("positions", "int64", ["R", "C"]),
    cos: graph.input("cos", "float32", ["A", half]),
    sin: graph.input("sin", "float32", ["A", half]),
    attentionBias: (layer) => (window?.layers.includes(layer) ? windowBias : treeBias),
    past: withPast ? addPast(graph, config, window) : null,
  };
}

function addPast(
  graph: GraphBuilder,
  { keyValueHeads, headSize, layers }: ModelConfig,
  window: { readonly positions: Value; readonly size: number; readonly layers: readonly number[] } | null,
): PastInputs {
  const columns = graph.input("pastColumns", "float32", ["S"]);
  const pastBias = addPastBias(graph, columns);
  const windowBias = window === null ? pastBias : addPastWindowBias(graph, pastBias, { ...window, columns });
  const inputs = Array.from({ length: layers }, (_, layer) => ({
    key: graph.input(`pastKey.${layer}`, "float32", ["Q", keyValueHeads, headSize, "S"]),
    value: graph.input(`pastValue.${layer}`, "float32", ["Q", keyValueHeads, "S", headSize]),
  }));
  return {
    columns,
    keys: (layer) => inputs[layer]!.key,
    values: (layer) => inputs[layer]!.value,
    bias: (layer) => (window?.layers.includes(layer) ? windowBias : pastBias),
  };
}

/** [T, E] → [T, E] */
function addLayer(decoder: Decoder, hidden: Value, layer: number): Value {
  const { graph, config } = decoder;
  const prefix = layerPrefix(config, layer);
  const { attentionNorm, mlpNorm } = namesOf(config);
  const norm = (value: Value, name: string) => normalise(decoder, value, `${prefix}.${name}`);
  const attend = (value: Value) => addAttention(decoder, value, layer, prefix);
  const add = (left: Value, right: Value) => graph.apply("Add", [left, right]);
  const { residual } = config;
  switch (residual) {
    case "parallel": {
      const withAttention = add(attend(norm(hidden, attentionNorm)), hidden);
      return add(addMlp(decoder, norm(hidden, mlpNorm), prefix), withAttention);
    }
    case "pre-norm": {
      const withAttention = add(attend(norm(hidden, attentionNorm)), hidden);
      return add(addMlp(decoder, norm(withAttention, mlpNorm), prefix), withAttention);
    }
    case "post-norm": {
      const withAttention = add(norm(attend(hidden), attentionNorm), hidden);
      return add(norm(addMlp(decoder, withAttention, prefix), mlpNorm), withAttention);
    }
    default:
      return residual satisfies never;
  }
}

/** [T, E] → [T, E] */
function addMlp(decoder: Decoder, input: Value, prefix: string): Value {
  const { graph, config } = decoder;
  const { gate, up, down } = namesOf(config);
  const raised = linear(decoder, input, `${prefix}.${up}`);
  const inner = config.gated
    ? graph.apply("Mul", [activate(decoder, linear(decoder, input, `${prefix}.${gate}`)), raised])
    : activate(decoder, raised);
  return linear(decoder, inner, `${prefix}.${down}`);
}

function activate({ graph, config: { activation } }: Decoder, input: Value): Value {
  switch (activation) {
    case "gelu":
      return graph.apply("Gelu", [input], { approximate: "none" });
    case "gelu-tanh":
      return graph.apply("Gelu", [input], { approximate: "tanh" });
    case "silu":
      return graph.apply("Mul", [input, graph.apply("Sigmoid", [input])]);
    case "relu":
      return graph.apply("Relu", [input]);
    default:
      return activation satisfies never;
  }
}

/**
 * Hidden states are gathered at the scored places before the last normalisation, and the log-softmax is reduced to
 * the targets, so the [P, V] logits stay on the device: log p = (x − max) − log Σ exp(x − max).
 */
function addScores(decoder: Decoder, hidden: Value): Value {
  const { graph, config } = decoder;
  const places = graph.input("scoredPlaces", "int32", ["P"]);
  const targetPlaces = graph.input("targetPlaces", "int32", ["N"]);
  const targetLogits = graph.input("targetLogits", "int32", ["N"]);
  const scored = normalise(decoder, graph.apply("Gather", [hidden, places]), namesOf(config).finalNorm);
  const logits = addLogits(decoder, scored);
  const overWords = graph.integers(1);
  const shifted = graph.apply("Sub", [logits, graph.apply("ReduceMax", [logits, overWords])]);
  const sum = graph.apply("ReduceSum", [graph.apply("Exp", [shifted]), overWords], { keepdims: 0 });
  const logSum = graph.apply("Gather", [graph.apply("Log", [sum]), targetPlaces]);
  const flat = graph.apply("Reshape", [shifted, graph.integers(-1)]);
  const target = graph.apply("Gather", [flat, targetLogits]);
  const logprobs = graph.apply("Sub", [target, logSum]);
  graph.output(logprobs, "logprobs", "float32", ["N"]);
  const best = graph.apply("ArgMax", [logits], { axis: 1, keepdims: 0 });
  graph.output(graph.apply("Cast", [best], { to: INT32 }), "greedy", "int32", ["P"]);
  return logprobs;
}

/** [P, E] → [P, V]. Dividing logits by the length of the head's rows spares a copy of a matrix of unit rows. */
function addLogits({ graph, config, weights }: Decoder, scored: Value): Value {
  const { embedding, head: own } = namesOf(config);
  const head = weights.get(config.tiedHead ? embedding : own)!;
  const logits = graph.apply("Gemm", [scored, head], { transB: 1 });
  if (!config.normalisedHead) return logits;
  const length = graph.apply("ReduceL2", [head, graph.integers(1)], { keepdims: 0 });
  return graph.apply("Div", [logits, graph.apply("Max", [length, graph.scalar(SHORTEST_ROW)])]);
}
