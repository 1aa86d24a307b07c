/**
 * A packed batch as the arrays that the graph's inputs want, checked: a graph given a place or token out of range
 * answers with another row's numbers on some devices. Pure; knows no onnxruntime.
 */
import { AppError } from "../base/errors.ts";
import type { ModelConfig } from "../model/config.ts";
import { createRotaryTables, type RotaryTables } from "../model/rotary.ts";
import type { PackedBatch } from "./languageModel.ts";

/** One input of the graph. */
export type BatchArray = {
  readonly name: string;
  readonly type: "int32" | "int64" | "float32";
  readonly data: Int32Array | BigInt64Array | Float32Array;
  readonly shape: readonly number[];
};

/**
 * Makes the inputs besides the weights, as `encodeDecoder` names them. At least one target is always there: a batch
 * without targets gets one, to be dropped from the answer. The rotary tables are kept from batch to batch.
 * The function throws AppError `mismatch` for a token that the model does not know, `out-of-memory` for more logits
 * than can be counted, `internal` for anything else out of range.
 */
export function createBatchArrays(config: ModelConfig): (batch: PackedBatch) => readonly BatchArray[] {
  const rotaryTables = createRotaryTables(config.rotary);
  return (batch) => {
    checkBatch(batch, config);
    const last = batch.positions.reduce((most, position) => Math.max(most, position), 0);
    return toBatchArrays(batch, config, rotaryTables(Math.max(batch.columns, last + 1)));
  };
}

function checkBatch(batch: PackedBatch, { vocabularySize, maxPositions }: ModelConfig): void {
  const { scoredPlaces, targetPlaces, targetTokens } = batch;
  const places = batch.rows * batch.columns;
  checkTokens(batch.tokens, places, vocabularySize);
  check("positions", batch.positions, places, maxPositions);
  check("segments", batch.segments, places, 2 ** 24);
  check("parentSegments", batch.parentSegments, places, 2 ** 24);
  check("scoredPlaces", scoredPlaces, scoredPlaces.length, places);
  check("targetPlaces", targetPlaces, targetTokens.length, scoredPlaces.length);
  checkTokens(targetTokens, targetTokens.length, vocabularySize);
}

function toBatchArrays(
  batch: PackedBatch,
  { vocabularySize, slidingWindow }: ModelConfig,
  { rows: tableRows, cos, sin }: RotaryTables,
): readonly BatchArray[] {
  const { rows, columns, scoredPlaces, targetPlaces, targetTokens } = batch;
  const targets = Math.max(1, targetTokens.length);
  const grid = [rows, columns];
  const integers = (name: string, data: Int32Array, shape: readonly number[]) =>
    ({ name, type: "int32", data, shape }) as const;
  const floats = (name: string, data: Float32Array, shape: readonly number[]) =>
    ({ name, type: "float32", data, shape }) as const;
  const tableShape = [tableRows, cos.length / tableRows];
  return [
    integers("tokens", batch.tokens, grid),
    { name: "positions", type: "int64", data: toInt64(batch.positions), shape: grid },
    ...(slidingWindow === null ? [] : [floats("floatPositions", Float32Array.from(batch.positions), grid)]),
    integers("segments", batch.segments, grid),
    integers("parentSegments", batch.parentSegments, grid),
    floats(
      "columns",
      Float32Array.from({ length: columns }, (_, i) => i),
      [columns],
    ),
    floats("cos", cos, tableShape),
    floats("sin", sin, tableShape),
    integers("scoredPlaces", scoredPlaces, [scoredPlaces.length]),
    integers("targetPlaces", targetTokens.length === 0 ? new Int32Array(1) : targetPlaces, [targets]),
    integers("targetLogits", toLogitPlaces(batch, vocabularySize, targets), [targets]),
  ];
}

/** Place of each target in the flat [P, V] logits. */
function toLogitPlaces(batch: PackedBatch, vocabularySize: number, targets: number): Int32Array {
  const { scoredPlaces, targetPlaces, targetTokens } = batch;
  if (scoredPlaces.length * vocabularySize > 2 ** 31 - 1)
    throw new AppError("out-of-memory", `${scoredPlaces.length} places at once are too many to score.`, {
      advice: "Use smaller batches.",
      fields: { places: scoredPlaces.length, vocabularySize },
    });
  const flat = new Int32Array(targets);
  for (let i = 0; i < targetTokens.length; i++)
    flat[i] = targetPlaces[i]! * vocabularySize + targetTokens[i]!;
  return flat;
}

/** Non-negative numbers, by their lower halves. */
function toInt64(numbers: Int32Array): BigInt64Array {
  const wide = new BigInt64Array(numbers.length);
  const halves = new Int32Array(wide.buffer);
  for (let i = 0; i < numbers.length; i++) halves[2 * i] = numbers[i]!;
  return wide;
}

function checkTokens(tokens: Int32Array, length: number, vocabularySize: number): void {
  if (tokens.length !== length) throw wrongLength("tokens", tokens.length, length);
  const token = tokens.find((id) => id < 0 || id >= vocabularySize);
  if (token === undefined) return;
  throw new AppError("mismatch", `Token ${token} is not in the model's vocabulary of ${vocabularySize}.`, {
    advice: "Use the tokenizer that was saved with the checkpoint.",
    fields: { token, vocabularySize },
  });
}

function check(name: string, values: Int32Array, length: number, end: number): void {
  if (values.length !== length) throw wrongLength(name, values.length, length);
  const value = values.find((entry) => entry < 0 || entry >= end);
  if (value === undefined) return;
  throw new AppError("internal", `A packed batch has ${name} ${value}, outside 0 to ${end - 1}.`, {
    fields: { name, value, end },
  });
}

function wrongLength(name: string, length: number, expected: number): AppError {
  return new AppError("internal", `A packed batch has ${length} ${name} instead of ${expected}.`, {
    fields: { name, length, expected },
  });
}
