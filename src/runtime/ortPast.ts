/**
 * What a model keeps of sequences it has read: a beginning for many rows, and greedy decoding. Runs wherever onnxruntime
 * does, in a second session on the same weights, opened when it is first wanted.
 */
import type * as Ort from "onnxruntime-common";
import { AppError } from "../base/errors.ts";
import type { ModelConfig } from "../model/config.ts";
import { createKeyValues, type LayerOutput } from "./keyValues.ts";
import type { GreedyDecoding, LanguageModel, PackedBatch, Past, ScoredBatch } from "./languageModel.ts";
import type { OrtLibrary } from "./ortLibrary.ts";

/** Runs the graph that goes on from a past; `wanted` says whether the rows' own keys and values are, too. */
export type RunWithPast = (
  batch: PackedBatch,
  past: Readonly<Record<string, Ort.Tensor>>,
  wanted: "scores" | "scores and keys and values",
) => Promise<{ readonly scored: ScoredBatch; readonly outputs: Readonly<Record<string, Ort.Tensor>> }>;

const EVERYTHING = "scores and keys and values";

/** A past, what it was computed with, and its tensors. */
type KeptPast = { readonly version: number; readonly feeds: Readonly<Record<string, Ort.Tensor>> };

/** What these need of the model. */
export type PastParts = {
  readonly ort: OrtLibrary;
  readonly config: ModelConfig;
  readonly run: RunWithPast;
  /** See `WeightMixer.version`. */
  readonly version: () => number;
};

/** The methods of a language model that go on from a past. */
export function createPastMethods(parts: PastParts): Pick<LanguageModel, "remember" | "decode"> & {
  readonly scoreWithPast: (batch: PackedBatch, past: Past) => Promise<ScoredBatch>;
} {
  const { ort, config, run, version } = parts;
  const kept = new WeakMap<Past, KeptPast>();
  return {
    async remember(tokens) {
      if (tokens.length === 0) throw new AppError("internal", "A beginning without tokens is none.");
      const now = version();
      const { outputs } = await run(promptBatch([tokens]), emptyPast(ort, config), EVERYTHING);
      const feeds: Record<string, Ort.Tensor> = slotFeeds(ort, tokens.length, [tokens.length]);
      for (let layer = 0; layer < config.layers; layer++) {
        feeds[`pastKey.${layer}`] = outputs[`key.${layer}`]!;
        feeds[`pastValue.${layer}`] = outputs[`value.${layer}`]!;
      }
      const past: Past = {
        length: tokens.length,
        dispose() {
          if (kept.delete(past)) for (const tensor of Object.values(feeds)) tensor.dispose();
        },
      };
      kept.set(past, { version: now, feeds });
      return past;
    },
    async scoreWithPast(batch, past) {
      const known = kept.get(past);
      if (known === undefined) throw new AppError("internal", "This beginning is not kept any more.");
      if (known.version !== version())
        throw new AppError("internal", "This beginning was read with other weights.");
      return (await run(batch, known.feeds, "scores")).scored;
    },
    decode: (prompts, newTokens) => startDecoding(parts, prompts, newTokens),
  };
}

async function startDecoding(
  { ort, config, run, version }: PastParts,
  prompts: readonly (readonly number[])[],
  newTokens: number,
): Promise<GreedyDecoding> {
  if (prompts.length === 0 || prompts.some((prompt) => prompt.length === 0))
    throw new AppError("internal", "Decoding needs prompts of one or more tokens.");
  const lengths = prompts.map((prompt) => prompt.length);
  const columns = Math.max(...lengths);
  if (columns + newTokens > config.maxPositions)
    throw new AppError(
      "unsupported",
      `${columns} tokens and ${newTokens} to generate are more than the model's ${config.maxPositions} positions.`,
      { advice: "Use shorter prompts or answers." },
    );
  const now = version();
  const first = await run(promptBatch(prompts), emptyPast(ort, config), EVERYTHING);
  const store = createKeyValues(config, lengths, newTokens);
  store.fill(await readLayers(first.outputs, config), columns);
  let next = first.scored.greedy;
  const checkWeights = (): void => {
    if (version() !== now) throw new AppError("internal", "This decoding was begun with other weights.");
  };
  return {
    get next() {
      return next;
    },
    async advance(rows, tokens) {
      checkWeights();
      store.keep(rows);
      const { order } = store;
      const byRow = new Int32Array(tokens.length);
      for (const [sequence, row] of order.entries()) byRow[row] = tokens[sequence]!;
      const feeds: Record<string, Ort.Tensor> = slotFeeds(ort, store.slots, store.lengths);
      const { keyValueHeads, headSize, layers } = config;
      for (let layer = 0; layer < layers; layer++) {
        const { keys, values } = store.layer(layer);
        const live = store.lengths.length;
        const keyShape = [live, keyValueHeads, headSize, store.slots];
        feeds[`pastKey.${layer}`] = new ort.Tensor("float32", keys, keyShape);
        feeds[`pastValue.${layer}`] = new ort.Tensor("float32", values, [
          live,
          keyValueHeads,
          store.slots,
          headSize,
        ]);
      }
      const { scored, outputs } = await run(stepBatch(byRow, store.lengths), feeds, EVERYTHING);
      store.append(await readLayers(outputs, config));
      next = Int32Array.from(order, (row) => scored.greedy[row]!);
    },
    // What it holds is ordinary memory.
    dispose: () => undefined,
  };
}

/** Whole prompts, one a row, each row's last token scored. */
function promptBatch(prompts: readonly (readonly number[])[]): PackedBatch {
  const rows = prompts.length;
  const columns = Math.max(...prompts.map((prompt) => prompt.length));
  const tokens = new Int32Array(rows * columns);
  const positions = new Int32Array(rows * columns);
  // Padding is a segment of its own.
  const segments = new Int32Array(rows * columns).fill(1);
  for (const [row, prompt] of prompts.entries()) {
    const start = row * columns;
    tokens.set(prompt, start);
    segments.fill(0, start, start + prompt.length);
    for (let i = 0; i < prompt.length; i++) positions[start + i] = i;
  }
  const scoredPlaces = Int32Array.from(prompts, ({ length }, row) => row * columns + length - 1);
  return {
    rows,
    columns,
    tokens,
    positions,
    segments,
    parentSegments: segments,
    ...greedyOnly(scoredPlaces),
  };
}

/** One new token a row, after `lengths` earlier ones. */
function stepBatch(tokens: Int32Array<ArrayBuffer>, lengths: readonly number[]): PackedBatch {
  const segments = new Int32Array(tokens.length);
  return {
    rows: tokens.length,
    columns: 1,
    tokens,
    positions: Int32Array.from(lengths),
    segments,
    parentSegments: segments,
    ...greedyOnly(Int32Array.from(lengths, (_, row) => row)),
  };
}

/** Only the most probable token is wanted: no target. */
function greedyOnly(scoredPlaces: Int32Array<ArrayBuffer>) {
  return { scoredPlaces, targetPlaces: new Int32Array(0), targetTokens: new Int32Array(0) };
}

/** One slot that is not filled: a graph of no slots at all is not run well everywhere. */
function emptyPast(ort: OrtLibrary, { layers, keyValueHeads, headSize }: ModelConfig) {
  const feeds: Record<string, Ort.Tensor> = slotFeeds(ort, 1, [0]);
  for (let layer = 0; layer < layers; layer++) {
    const nothing = new Float32Array(keyValueHeads * headSize);
    feeds[`pastKey.${layer}`] = new ort.Tensor("float32", nothing, [1, keyValueHeads, headSize, 1]);
    feeds[`pastValue.${layer}`] = new ort.Tensor("float32", nothing, [1, keyValueHeads, 1, headSize]);
  }
  return feeds;
}

function slotFeeds(ort: OrtLibrary, slots: number, lengths: readonly number[]) {
  const columns = Float32Array.from({ length: slots }, (_, column) => column);
  return {
    pastColumns: new ort.Tensor("float32", columns, [slots]),
    pastLengths: new ort.Tensor("float32", Float32Array.from(lengths), [lengths.length]),
  };
}

async function readLayers(
  outputs: Readonly<Record<string, Ort.Tensor>>,
  { layers }: ModelConfig,
): Promise<readonly LayerOutput[]> {
  const read = async (name: string): Promise<Float32Array> => {
    const data = await outputs[name]?.getData(true);
    if (data instanceof Float32Array) return data;
    throw new AppError("internal", `The model's session gave no ${name}.`);
  };
  const layersRead: LayerOutput[] = [];
  for (let layer = 0; layer < layers; layer++)
    layersRead.push({ keys: await read(`key.${layer}`), values: await read(`value.${layer}`) });
  return layersRead;
}
