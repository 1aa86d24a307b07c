/**
 * The decoder in plain loops over double-precision numbers: very slow, used only as the oracle of the graph. Knows no
 * onnxruntime. Follows transformers' modelling files, written from their formulas.
 */
import type { ModelConfig } from "../model/config.ts";
import type { Activation } from "../model/decoder.ts";
import { layerPrefix, namesOf } from "../model/parameterTable.ts";
import type { PackedBatch, ScoredBatch } from "./languageModel.ts";

/** Parameters by Hugging Face name, row-major. */
export type PlainWeights = ReadonlyMap<string, ArrayLike<number>>;

type Vector = Float64Array;
type Model = { readonly config: ModelConfig; readonly weights: PlainWeights; readonly batch: PackedBatch };

/** The answer that `LanguageModel.score` must give, up to fp32 rounding. */
export function scorePlainly(config: ModelConfig, weights: PlainWeights, batch: PackedBatch): ScoredBatch {
  const { logprobs, greedy } = scoreInDouble(config, weights, batch);
  return { logprobs: Float32Array.from(logprobs), greedy };
}

/** The same before it is rounded: fine enough for differences of it to be slopes. */
export function scoreInDouble(
  config: ModelConfig,
  weights: PlainWeights,
  batch: PackedBatch,
): { readonly logprobs: Float64Array; readonly greedy: Int32Array } {
  const model = { config, weights, batch };
  const names = namesOf(config);
  let hidden = Array.from(batch.tokens, (token) => rowOf(weights, names.embedding, token, config.hiddenSize));
  for (let layer = 0; layer < config.layers; layer++) hidden = runLayer(model, hidden, layer);
  const head = headRows(model);
  const logits = Array.from(batch.scoredPlaces, (place) => {
    const last = normalise(model, names.finalNorm, hidden[place]!);
    return Float64Array.from(head, (row) => dot(row, last));
  });
  return {
    logprobs: Float64Array.from(
      batch.targetTokens,
      (token, i) => logSoftmax(logits[batch.targetPlaces[i]!]!)[token]!,
    ),
    greedy: Int32Array.from(logits, (row) => row.indexOf(Math.max(...row))),
  };
}

function headRows({ config, weights }: Model): readonly Vector[] {
  const { embedding, head } = namesOf(config);
  return Array.from({ length: config.vocabularySize }, (_, token) => {
    const row = rowOf(weights, config.tiedHead ? embedding : head, token, config.hiddenSize);
    const length = Math.max(Math.sqrt(dot(row, row)), 1e-12);
    return config.normalisedHead ? row.map((u) => u / length) : row;
  });
}

function runLayer(model: Model, hidden: readonly Vector[], layer: number): Vector[] {
  const { config } = model;
  const { attentionNorm, mlpNorm } = namesOf(config);
  const prefix = layerPrefix(config, layer);
  const norm = (name: string, x: Vector) => normalise(model, `${prefix}.${name}`, x);
  const post = config.residual === "post-norm";
  const before = (name: string, x: Vector) => (post ? x : norm(name, x));
  const after = (name: string, x: Vector) => (post ? norm(name, x) : x);
  const attended = attend(
    model,
    hidden.map((x) => before(attentionNorm, x)),
    layer,
  );
  return hidden.map((x, place) => {
    const withAttention = add(x, after(attentionNorm, attended[place]!));
    const input = before(mlpNorm, config.residual === "parallel" ? x : withAttention);
    return add(withAttention, after(mlpNorm, runMlp(model, input, prefix)));
  });
}

function runMlp({ config, weights }: Model, x: Vector, prefix: string): Vector {
  const { gate, up, down } = namesOf(config);
  const raised = linear(weights, `${prefix}.${up}`, x);
  const activated = (u: number) => activate(config.activation, u);
  const inner = config.gated
    ? linear(weights, `${prefix}.${gate}`, x).map((u, i) => activated(u) * raised[i]!)
    : raised.map(activated);
  return linear(weights, `${prefix}.${down}`, inner);
}

function attend(model: Model, inputs: readonly Vector[], layer: number): Vector[] {
  const { config, weights, batch } = model;
  const { heads, keyValueHeads, headSize } = config;
  const prefix = layerPrefix(config, layer);
  const projected = inputs.map((x) => project(model, x, prefix));
  const headOf = (whole: Vector, head: number) => whole.slice(head * headSize, (head + 1) * headSize);
  const turned = (whole: Vector, head: number, place: number) =>
    rotate(config, headOf(whole, head), batch.positions[place]!);
  return inputs.map((_, i) => {
    const visible = visiblePlaces(model, i, layer);
    const mixed = new Float64Array(heads * headSize);
    for (let head = 0; head < heads; head++) {
      const shared = Math.floor((head * keyValueHeads) / heads);
      const query = turned(projected[i]!.query, head, i);
      const scores = visible.map(
        (j) => dot(query, turned(projected[j]!.key, shared, j)) / Math.sqrt(headSize),
      );
      const shares = logSoftmax(Float64Array.from(scores)).map(Math.exp);
      for (const [n, j] of visible.entries()) {
        const value = headOf(projected[j]!.value, shared);
        for (let d = 0; d < headSize; d++) mixed[head * headSize + d]! += shares[n]! * value[d]!;
      }
    }
    return linear(weights, `${prefix}.${namesOf(config).attentionOutput}`, mixed);
  });
}

type Projections = { readonly query: Vector; readonly key: Vector; readonly value: Vector };

/** Whole queries, keys and values of one place, heads one after the other. */
function project(model: Model, x: Vector, prefix: string): Projections {
  const { config, weights } = model;
  const { queryKeyValue, queryNorm, keyNorm } = namesOf(config);
  const { query, key, value } = splitProjections(
    config,
    queryKeyValue.map((name) => linear(weights, `${prefix}.${name}`, x)),
  );
  const clip = config.clip ?? Number.POSITIVE_INFINITY;
  const clamp = (part: Vector) => part.map((u) => Math.min(clip, Math.max(-clip, u)));
  const norm = (name: string, part: Vector) =>
    config.queryKeyNorm ? normalise(model, `${prefix}.${name}`, part) : part;
  return { query: norm(queryNorm, clamp(query)), key: norm(keyNorm, clamp(key)), value: clamp(value) };
}

function splitProjections(config: ModelConfig, projected: readonly Vector[]): Projections {
  const { heads, headSize, projections } = config;
  const [first, second, third] = projected;
  if (projections === "separate") return { query: first!, key: second!, value: third! };
  const width = heads * headSize;
  /** Place in the fused vector of dimension d of part p of a head. */
  const placeOf = (part: number, head: number, d: number) =>
    projections === "stacked" ? part * width + head * headSize + d : (3 * head + part) * headSize + d;
  const pick = (part: number) =>
    Float64Array.from(
      { length: width },
      (_, i) => first![placeOf(part, Math.floor(i / headSize), i % headSize)]!,
    );
  return { query: pick(0), key: pick(1), value: pick(2) };
}

/** The places that place i attends to, straight from the definitions at `PackedBatch` and `slidingWindow`. */
function visiblePlaces({ config, batch }: Model, i: number, layer: number): readonly number[] {
  const rowStart = Math.floor(i / batch.columns) * batch.columns;
  const seen = [batch.segments[i], batch.parentSegments[i]];
  const window = config.slidingWindow;
  const reach = window?.layers.includes(layer) ? window.size : Number.POSITIVE_INFINITY;
  return Array.from({ length: i - rowStart + 1 }, (_, n) => rowStart + n).filter(
    (j) => seen.includes(batch.segments[j]) && batch.positions[i]! - batch.positions[j]! < reach,
  );
}

/** Angle i turns dimensions i and i + r/2 of the first r. */
function rotate({ rotary }: ModelConfig, vector: Vector, position: number): Vector {
  const { inverseFrequencies, magnitude } = rotary;
  const half = inverseFrequencies.length;
  const turned = vector.slice();
  for (const [i, omega] of inverseFrequencies.entries()) {
    const [cos, sin] = [magnitude * Math.cos(position * omega), magnitude * Math.sin(position * omega)];
    const [a, b] = [vector[i]!, vector[i + half]!];
    turned[i] = a * cos - b * sin;
    turned[i + half] = b * cos + a * sin;
  }
  return turned;
}

function normalise({ config, weights }: Model, name: string, x: Vector): Vector {
  const centre = config.norm === "rms-norm" ? 0 : x.reduce((sum, u) => sum + u, 0) / x.length;
  const variance = x.reduce((sum, u) => sum + (u - centre) ** 2, 0) / x.length;
  const gain = weights.get(`${name}.weight`);
  const bias = weights.get(`${name}.bias`);
  return x.map(
    (u, i) => ((u - centre) / Math.sqrt(variance + config.normEps)) * (gain?.[i] ?? 1) + (bias?.[i] ?? 0),
  );
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
    case "silu":
      return x / (1 + Math.exp(-x));
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
