/**
 * GPT-NeoX in plain loops over double-precision numbers: very slow, used only as the oracle of the graph. Knows no
 * onnxruntime. Follows transformers' `modeling_gpt_neox.py`, written from its formulas.
 */
import type { Activation, ModelConfig } from "../model/config.ts";
import { EMBEDDING, FINAL_NORM, HEAD, layerPrefix } from "../model/parameterTable.ts";
import type { PackedBatch, ScoredBatch } from "./languageModel.ts";

/** Parameters by Hugging Face name, row-major. */
export type PlainWeights = ReadonlyMap<string, ArrayLike<number>>;

type Vector = Float64Array;

/** The answer that `LanguageModel.score` must give, up to fp32 rounding. */
export function scorePlainly(config: ModelConfig, weights: PlainWeights, batch: PackedBatch): ScoredBatch {
  let hidden = Array.from(batch.tokens, (token) => rowOf(weights, EMBEDDING, token, config.hiddenSize));
  for (let layer = 0; layer < config.layers; layer++)
    hidden = runLayer(config, weights, batch, hidden, layerPrefix(layer));
  const logits = Array.from(batch.scoredPlaces, (place) => {
    const last = normalise(config, weights, FINAL_NORM, hidden[place]!);
    const head = config.tiedHead ? EMBEDDING : HEAD;
    return Float64Array.from({ length: config.vocabularySize }, (_, token) =>
      dot(rowOf(weights, head, token, config.hiddenSize), last),
    );
  });
  return {
    logprobs: Float32Array.from(
      batch.targetTokens,
      (token, i) => logSoftmax(logits[batch.targetPlaces[i]!]!)[token]!,
    ),
    greedy: Int32Array.from(logits, (row) => row.indexOf(Math.max(...row))),
  };
}

function runLayer(
  config: ModelConfig,
  weights: PlainWeights,
  batch: PackedBatch,
  hidden: readonly Vector[],
  prefix: string,
): Vector[] {
  const norm = (name: string, x: Vector) => normalise(config, weights, `${prefix}.${name}`, x);
  const attended = attend(
    config,
    weights,
    batch,
    hidden.map((x) => norm("input_layernorm", x)),
    `${prefix}.attention`,
  );
  return hidden.map((x, place) => {
    const withAttention = add(x, attended[place]!);
    const mlpInput = norm("post_attention_layernorm", config.parallelResidual ? x : withAttention);
    const inner = linear(weights, `${prefix}.mlp.dense_h_to_4h`, mlpInput).map((u) =>
      activate(config.activation, u),
    );
    return add(withAttention, linear(weights, `${prefix}.mlp.dense_4h_to_h`, inner));
  });
}

function attend(
  config: ModelConfig,
  weights: PlainWeights,
  batch: PackedBatch,
  inputs: readonly Vector[],
  prefix: string,
): Vector[] {
  const { heads, headSize } = config;
  const fused = inputs.map((x) => linear(weights, `${prefix}.query_key_value`, x));
  const part = (place: number, head: number, which: 0 | 1 | 2) => {
    const start = (3 * head + which) * headSize;
    const slice = fused[place]!.slice(start, start + headSize);
    return which === 2 ? slice : rotate(config, slice, batch.positions[place]!);
  };
  return inputs.map((_, i) => {
    const visible = visiblePlaces(batch, i);
    const mixed = new Float64Array(config.hiddenSize);
    for (let head = 0; head < heads; head++) {
      const query = part(i, head, 0);
      const scores = visible.map((j) => dot(query, part(j, head, 1)) / Math.sqrt(headSize));
      const shares = logSoftmax(Float64Array.from(scores)).map(Math.exp);
      for (const [n, j] of visible.entries()) {
        const value = part(j, head, 2);
        for (let d = 0; d < headSize; d++) mixed[head * headSize + d]! += shares[n]! * value[d]!;
      }
    }
    return linear(weights, `${prefix}.dense`, mixed);
  });
}

/** The places that place i attends to, straight from the definition at `PackedBatch`. */
function visiblePlaces(batch: PackedBatch, i: number): readonly number[] {
  const rowStart = Math.floor(i / batch.columns) * batch.columns;
  const seen = [batch.segments[i], batch.parentSegments[i]];
  return Array.from({ length: i - rowStart + 1 }, (_, n) => rowStart + n).filter((j) =>
    seen.includes(batch.segments[j]),
  );
}

/** Angle i turns dimensions i and i + r/2 of the first r. */
function rotate(config: ModelConfig, vector: Vector, position: number): Vector {
  const { rotaryDimensions, rotaryBase } = config;
  const half = rotaryDimensions / 2;
  const turned = vector.slice();
  for (let i = 0; i < half; i++) {
    const angle = position * rotaryBase ** ((-2 * i) / rotaryDimensions);
    const [a, b] = [vector[i]!, vector[i + half]!];
    turned[i] = a * Math.cos(angle) - b * Math.sin(angle);
    turned[i + half] = b * Math.cos(angle) + a * Math.sin(angle);
  }
  return turned;
}

function normalise(config: ModelConfig, weights: PlainWeights, name: string, x: Vector): Vector {
  const mean = x.reduce((sum, u) => sum + u, 0) / x.length;
  const variance = x.reduce((sum, u) => sum + (u - mean) ** 2, 0) / x.length;
  const gain = weights.get(`${name}.weight`)!;
  const bias = weights.get(`${name}.bias`)!;
  return x.map((u, i) => ((u - mean) / Math.sqrt(variance + config.layerNormEps)) * gain[i]! + bias[i]!);
}

function linear(weights: PlainWeights, name: string, x: Vector): Vector {
  const matrix = weights.get(`${name}.weight`)!;
  const bias = weights.get(`${name}.bias`);
  return Float64Array.from({ length: matrix.length / x.length }, (_, row) => {
    let sum = bias?.[row] ?? 0;
    for (let i = 0; i < x.length; i++) sum += matrix[row * x.length + i]! * x[i]!;
    return sum;
  });
}

function activate(activation: Activation, x: number): number {
  switch (activation) {
    case "gelu":
      return 0.5 * x * (1 + erf(x / Math.SQRT2));
    case "gelu-tanh":
      return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    case "relu":
      return Math.max(0, x);
    default:
      return activation satisfies never;
  }
}

/** The error function by its Maclaurin series; terms shrink to nothing for the |x| < 6 where erf is not ±1. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum) && n < 200; n++) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function logSoftmax(x: Vector): Vector {
  const top = Math.max(...x);
  const logSum = Math.log(x.reduce((sum, u) => sum + Math.exp(u - top), 0));
  return x.map((u) => u - top - logSum);
}

function rowOf(weights: PlainWeights, name: string, row: number, width: number): Vector {
  const matrix = weights.get(name)!;
  return Float64Array.from({ length: width }, (_, i) => matrix[row * width + i]!);
}

function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, u, i) => sum + u * b[i]!, 0);
}

function add(a: Vector, b: Vector): Vector {
  return a.map((u, i) => u + b[i]!);
}
