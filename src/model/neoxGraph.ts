/**
 * GPT-NeoX as an ONNX graph in which every weight is an input, so that one session serves every mixture of weights.
 * Runs everywhere; knows no runtime. The attention is spelt out: onnxruntime's fused operator is no faster on the CPU
 * and less exact on WebGPU (3e-5 nats against 5e-7). Its fused rotary embedding is faster on both.
 *
 * R rows of C token places, T = R·C; P scored places; N targets; V vocabulary; E hidden size; H heads of size D.
 */
import type { Activation, NeoxConfig } from "./config.ts";
import { encodeModel } from "./onnx/encode.ts";
import { GraphBuilder, type Value } from "./onnx/graphBuilder.ts";
import { EMBEDDING, FINAL_NORM, HEAD, layerPrefix, parameterTable } from "./parameterTable.ts";

/** Added to the score of a forbidden pair, once or more: exp of it is exactly 0 in fp32 beside any real score. */
const FORBIDDEN = -1e9;
/** TensorProto.DataType, as the operator Cast wants it. */
const FLOAT32 = 1;
const INT32 = 6;

/** What all layers share. */
type Shared = {
  readonly graph: GraphBuilder;
  readonly config: NeoxConfig;
  readonly weights: ReadonlyMap<string, Value>;
  /** [R, C, H, 3·D] as a shape, known at run time. */
  readonly headsShape: Value;
  readonly positions: Value;
  readonly cos: Value;
  readonly sin: Value;
  /** [R, 1, C, C] */
  readonly attentionBias: Value;
};

/**
 * The model as ONNX bytes. Inputs besides the weights, by their Hugging Face names: `tokens`, `segments`,
 * `parentSegments` [R,C] int32 and `positions` [R,C] int64 as in `PackedBatch`; `columns` [C] float32, counting from
 * 0; `scoredPlaces` [P], `targetPlaces` [N] and `targetLogits` [N] int32, the last being targetPlace·V + token.
 * Outputs: `logprobs` [N] float32 and `greedy` [P] int32, the lowest id of equals.
 */
export function encodeNeoxModel(config: NeoxConfig): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder();
  const tokens = graph.input("tokens", "int32", ["R", "C"]);
  const weights = new Map(
    parameterTable(config).map(({ name, shape }) => [name, graph.input(name, "float32", shape)]),
  );
  const shared = addShared(graph, config, weights, tokens);
  const embedded = graph.apply("Gather", [weights.get(EMBEDDING)!, tokens]);
  let hidden = graph.apply("Reshape", [embedded, graph.integers(-1, config.hiddenSize)]);
  for (let layer = 0; layer < config.layers; layer++) hidden = addLayer(shared, hidden, layerPrefix(layer));
  addScores(shared, hidden);
  return encodeModel(graph.build("gpt-neox"));
}

function addShared(
  graph: GraphBuilder,
  config: NeoxConfig,
  weights: ReadonlyMap<string, Value>,
  tokens: Value,
): Shared {
  const { cos, sin } = rotaryTables(config);
  const tableShape = [config.maxPositions, config.rotaryDimensions / 2];
  const headExtents = graph.integers(config.heads, 3 * config.headSize);
  return {
    graph,
    config,
    weights,
    headsShape: graph.apply("Concat", [graph.apply("Shape", [tokens]), headExtents], { axis: 0 }),
    positions: graph.input("positions", "int64", ["R", "C"]),
    cos: graph.constant("float32", tableShape, cos),
    sin: graph.constant("float32", tableShape, sin),
    attentionBias: addAttentionBias(graph),
  };
}

/**
 * [R, 1, C, C]: −1e9 · (min(|segment(i) − segment(j)|, |parent(i) − segment(j)|) + max(0, j − i)), which is 0 exactly
 * where place i may attend to place j. Float arithmetic only, so every backend computes it.
 */
function addAttentionBias(graph: GraphBuilder): Value {
  const float = (value: Value) => graph.apply("Cast", [value], { to: FLOAT32 });
  const own = float(graph.input("segments", "int32", ["R", "C"]));
  const parent = float(graph.input("parentSegments", "int32", ["R", "C"]));
  const columns = graph.input("columns", "float32", ["C"]);
  const key = graph.apply("Unsqueeze", [own, graph.integers(1, 2)]);
  const distance = (value: Value) => {
    const query = graph.apply("Unsqueeze", [value, graph.integers(1, 3)]);
    return graph.apply("Abs", [graph.apply("Sub", [query, key])]);
  };
  const strange = graph.apply("Min", [distance(own), distance(parent)]);
  const query = graph.apply("Unsqueeze", [columns, graph.integers(1)]);
  const ahead = graph.apply("Relu", [graph.apply("Sub", [columns, query])]);
  return graph.apply("Mul", [graph.apply("Add", [strange, ahead]), graph.scalar(FORBIDDEN)]);
}

/** [T, E] → [T, E] */
function addLayer(shared: Shared, hidden: Value, prefix: string): Value {
  const { graph, config } = shared;
  const attended = addAttention(shared, normalise(shared, hidden, `${prefix}.input_layernorm`), prefix);
  const withAttention = graph.apply("Add", [attended, hidden]);
  const mlpInput = config.parallelResidual ? hidden : withAttention;
  const mlp = addMlp(shared, normalise(shared, mlpInput, `${prefix}.post_attention_layernorm`), prefix);
  return graph.apply("Add", [mlp, withAttention]);
}

/** [T, E] → [T, E]. The fused projection is interleaved by head: its columns are [H, 3, D]. */
function addAttention(shared: Shared, input: Value, prefix: string): Value {
  const { graph, config } = shared;
  const projected = linear(shared, input, `${prefix}.attention.query_key_value`);
  const byHead = graph.apply("Reshape", [projected, shared.headsShape]);
  const [query, key, value] = graph.applyMany("Split", [byHead], 3, { axis: 3, num_outputs: 3 });
  const scaled = graph.apply("Mul", [rotate(shared, query!), graph.scalar(config.headSize ** -0.5)]);
  const queries = graph.apply("Transpose", [scaled], { perm: [0, 2, 1, 3] });
  const keys = graph.apply("Transpose", [rotate(shared, key!)], { perm: [0, 2, 3, 1] });
  const values = graph.apply("Transpose", [value!], { perm: [0, 2, 1, 3] });
  const scores = graph.apply("Add", [graph.apply("MatMul", [queries, keys]), shared.attentionBias]);
  const mixed = graph.apply("MatMul", [graph.apply("Softmax", [scores], { axis: -1 }), values]);
  const byPlace = graph.apply("Transpose", [mixed], { perm: [0, 2, 1, 3] });
  const rows = graph.apply("Reshape", [byPlace, graph.integers(-1, config.hiddenSize)]);
  return linear(shared, rows, `${prefix}.attention.dense`);
}

/** Rotary embedding (Su et al. 2021, eq. 34) of [R, C, H, D], halves against each other, first dimensions only. */
function rotate({ graph, config, positions, cos, sin }: Shared, heads: Value): Value {
  const flat = graph.apply("Reshape", [heads, graph.integers(0, 0, config.hiddenSize)]);
  const turned = graph.apply(
    "RotaryEmbedding",
    [flat, positions, cos, sin],
    { num_heads: config.heads, rotary_embedding_dim: config.rotaryDimensions },
    "com.microsoft",
  );
  return graph.apply("Reshape", [turned, graph.integers(0, 0, config.heads, config.headSize)]);
}

function addMlp(shared: Shared, input: Value, prefix: string): Value {
  const inner = linear(shared, input, `${prefix}.mlp.dense_h_to_4h`);
  return linear(
    shared,
    activate(shared.graph, inner, shared.config.activation),
    `${prefix}.mlp.dense_4h_to_h`,
  );
}

function activate(graph: GraphBuilder, input: Value, activation: Activation): Value {
  switch (activation) {
    case "gelu":
      return graph.apply("Gelu", [input], { approximate: "none" });
    case "gelu-tanh":
      return graph.apply("Gelu", [input], { approximate: "tanh" });
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
function addScores(shared: Shared, hidden: Value): void {
  const { graph, config, weights } = shared;
  const places = graph.input("scoredPlaces", "int32", ["P"]);
  const targetPlaces = graph.input("targetPlaces", "int32", ["N"]);
  const targetLogits = graph.input("targetLogits", "int32", ["N"]);
  const scored = normalise(shared, graph.apply("Gather", [hidden, places]), FINAL_NORM);
  const head = weights.get(config.tiedHead ? EMBEDDING : HEAD)!;
  const logits = graph.apply("Gemm", [scored, head], { transB: 1 });
  const overWords = graph.integers(1);
  const shifted = graph.apply("Sub", [logits, graph.apply("ReduceMax", [logits, overWords])]);
  const sum = graph.apply("ReduceSum", [graph.apply("Exp", [shifted]), overWords], { keepdims: 0 });
  const logSum = graph.apply("Gather", [graph.apply("Log", [sum]), targetPlaces]);
  const flat = graph.apply("Reshape", [shifted, graph.integers(-1)]);
  const target = graph.apply("Gather", [flat, targetLogits]);
  graph.output(graph.apply("Sub", [target, logSum]), "logprobs", "float32", ["N"]);
  const best = graph.apply("ArgMax", [logits], { axis: 1, keepdims: 0 });
  graph.output(graph.apply("Cast", [best], { to: INT32 }), "greedy", "int32", ["P"]);
}

/** x·Wᵀ + b on the rows of x. */
function linear({ graph, weights }: Shared, input: Value, name: string): Value {
  const bias = weights.get(`${name}.bias`);
  const inputs = [input, weights.get(`${name}.weight`)!, ...(bias === undefined ? [] : [bias])];
  return graph.apply("Gemm", inputs, { transB: 1 });
}

function normalise({ graph, config, weights }: Shared, input: Value, name: string): Value {
  const inputs = [input, weights.get(`${name}.weight`)!, weights.get(`${name}.bias`)!];
  return graph.apply("LayerNormalization", inputs, { axis: -1, epsilon: { float: config.layerNormEps } });
}

/**
 * cos and sin of position · base^(−2i/r), each [maxPositions, r/2], every step rounded to fp32 as transformers'
 * `GPTNeoXRotaryEmbedding` does.
 */
function rotaryTables(config: NeoxConfig): { readonly cos: Float32Array; readonly sin: Float32Array } {
  const { maxPositions, rotaryDimensions, rotaryBase } = config;
  const half = rotaryDimensions / 2;
  const cos = new Float32Array(maxPositions * half);
  const sin = new Float32Array(maxPositions * half);
  for (let i = 0; i < half; i++) {
    const exponent = Math.fround((2 * i) / rotaryDimensions);
    const frequency = Math.fround(1 / Math.fround(rotaryBase ** exponent));
    for (let position = 0; position < maxPositions; position++) {
      const angle = Math.fround(position * frequency);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}
