/** What the parts of the decoder's graph share: its inputs, linear layers and normalisation. Knows no runtime. */
import type { ModelConfig } from "./decoder.ts";
import type { GraphBuilder, Value } from "./onnx/graphBuilder.ts";

/** A graph in the making, and what all its layers read. T = R·C token places, C a row. */
export type Decoder = {
  readonly graph: GraphBuilder;
  readonly config: ModelConfig;
  /** By Hugging Face name. */
  readonly weights: ReadonlyMap<string, Value>;
  /** [R, C], known at run time. */
  readonly rowShape: Value;
  /** [R, C] int64 */
  readonly positions: Value;
  /** [A, r/2] each; see `createRotaryTables`. */
  readonly cos: Value;
  readonly sin: Value;
  /** [R, 1, C, C], added to a layer's attention scores. */
  readonly attentionBias: (layer: number) => Value;
  /** What the model has read before; `null` in a graph that always begins anew. */
  readonly past: PastInputs | null;
};

/** Keys and values kept from before: those of Q rows, one for all (Q = 1) or one each (Q = R), in S slots. */
export type PastInputs = {
  /** [S] float32, counting from 0: a slot's number is the position of its token. */
  readonly columns: Value;
  /** [Q, K, D, S], after rotation. */
  readonly keys: (layer: number) => Value;
  /** [Q, K, S, D] */
  readonly values: (layer: number) => Value;
  /** [Q or R, 1, 1 or C, S], added to a layer's scores of the slots. */
  readonly bias: (layer: number) => Value;
};

/** x·Wᵀ + b on the rows of x. */
export function linear({ graph, weights }: Decoder, input: Value, name: string): Value {
  const bias = weights.get(`${name}.bias`);
  const inputs = [input, weights.get(`${name}.weight`)!, ...(bias === undefined ? [] : [bias])];
  return graph.apply("Gemm", inputs, { transB: 1 });
}

/** Normalises the rows of x, [T, width]. onnxruntime calls RMSNorm "simplified". */
export function normalise({ graph, config, weights }: Decoder, input: Value, name: string): Value {
  const attributes = { axis: -1, epsilon: { float: config.normEps } };
  const { norm } = config;
  switch (norm) {
    case "layer-norm": {
      const parameters = [weights.get(`${name}.weight`)!, weights.get(`${name}.bias`)!];
      return graph.apply("LayerNormalization", [input, ...parameters], attributes);
    }
    case "bare-layer-norm": {
      const ones = new Float32Array(config.hiddenSize).fill(1);
      const gain = graph.constant("float32", [config.hiddenSize], ones);
      return graph.apply("LayerNormalization", [input, gain], attributes);
    }
    case "rms-norm":
      return graph.apply("SimplifiedLayerNormalization", [input, weights.get(`${name}.weight`)!], attributes);
    default:
      return norm satisfies never;
  }
}
