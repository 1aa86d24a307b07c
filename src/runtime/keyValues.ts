/**
 * Keys and values of sequences that grow side by side, in ordinary memory: for each layer the keys [R, K, D, S] and the
 * values [R, K, S, D] of R rows in S slots, a slot's number being its token's position. Rows that end make way, so that
 * those that go on are always the first; nothing else is ever moved. Pure; knows no onnxruntime.
 */
import { AppError } from "../base/errors.ts";
import type { ModelConfig } from "../model/config.ts";

/** What one run of the model gave of one layer: keys [R, K, D, C] and values [R, K, C, D] of its C columns. */
export type LayerOutput = { readonly keys: Float32Array; readonly values: Float32Array };

/** One layer as the model takes it, of the rows that go on. */
export type LayerInput = LayerOutput;

/** The sequences' keys and values. */
export interface KeyValues {
  /** Tokens of each row that goes on. */
  readonly lengths: readonly number[];
  readonly slots: number;
  /** Takes the first so many tokens of each row from a run over whole prompts of `columns` columns. */
  fill(layers: readonly LayerOutput[], columns: number): void;
  /** Adds one token to every row. */
  append(layers: readonly LayerOutput[]): void;
  /** Lets all rows go but these (rising indices), which keep their order in `order`. */
  keep(rows: ArrayLike<number>): void;
  layer(index: number): LayerInput;
  /** Row of each sequence that goes on, in the order they were kept in. */
  readonly order: readonly number[];
}

type Sizes = Pick<ModelConfig, "layers" | "keyValueHeads" | "headSize">;

/** Room for rows of these lengths, each growing by `newTokens`. @throws AppError `out-of-memory`. */
export function createKeyValues(
  { layers, keyValueHeads, headSize }: Sizes,
  lengths: readonly number[],
  newTokens: number,
): KeyValues {
  const slots = Math.max(...lengths) + newTokens;
  const heads = keyValueHeads * headSize;
  const rowSize = heads * slots;
  const kept = Array.from({ length: layers }, () => ({
    keys: allocate(rowSize * lengths.length),
    values: allocate(rowSize * lengths.length),
  }));
  /** By row. */
  let used = [...lengths];
  /** Row of each sequence. */
  let order = lengths.map((_, row) => row);

  /** Copies `count` columns of a row, from column 0 of what a run gave to the row's slot `start`. */
  const copyRow = (
    layer: LayerOutput,
    to: LayerOutput,
    row: number,
    columns: number,
    start: number,
    count: number,
  ) => {
    for (let line = 0; line < heads; line++) {
      const from = (row * heads + line) * columns;
      to.keys.set(layer.keys.subarray(from, from + count), row * rowSize + line * slots + start);
    }
    for (let head = 0; head < keyValueHeads; head++) {
      const from = (row * keyValueHeads + head) * columns * headSize;
      const at = row * rowSize + (head * slots + start) * headSize;
      to.values.set(layer.values.subarray(from, from + count * headSize), at);
    }
  };
  return {
    slots,
    get lengths() {
      return used;
    },
    get order() {
      return order;
    },
    fill(outputs, columns) {
      for (const [l, layer] of outputs.entries())
        for (const [row, length] of used.entries()) copyRow(layer, kept[l]!, row, columns, 0, length);
    },
    append(outputs) {
      for (const [l, layer] of outputs.entries())
        for (const [row, length] of used.entries()) copyRow(layer, kept[l]!, row, 1, length, 1);
      used = used.map((length) => length + 1);
    },
    keep(rows) {
      const going = Array.from(rows, (sequence) => order[sequence]!);
      const isGoing = new Set(going);
      const free = Array.from({ length: going.length }, (_, row) => row).filter((row) => !isGoing.has(row));
      order = going.map((row) => {
        if (row < going.length) return row;
        const to = free.shift()!;
        for (const { keys, values } of kept)
          for (const numbers of [keys, values])
            numbers.copyWithin(to * rowSize, row * rowSize, (row + 1) * rowSize);
        used[to] = used[row]!;
        return to;
      });
      used = used.slice(0, going.length);
    },
    layer(index) {
      const end = used.length * rowSize;
      const { keys, values } = kept[index]!;
      return { keys: keys.subarray(0, end), values: values.subarray(0, end) };
    },
  };
}

function allocate(length: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch (cause) {
    throw new AppError(
      "out-of-memory",
      "There is not enough memory to keep what is generated side by side.",
      {
        advice: "Use a smaller model or shorter answers.",
        cause,
      },
    );
  }
}
