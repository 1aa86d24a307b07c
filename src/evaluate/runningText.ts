/** Token sequences as batches in which every next token is a target: running text, for statistics of models. Pure. */
import type { PackedBatch } from "../runtime/languageModel.ts";
import { createBatchWriter } from "./batchWriter.ts";

/**
 * Batches of so many sequences each, one sequence a row, shorter ones padded at the end. Every token but the first is a target;
 * `everyPlace` also computes the last place, whose next token nobody knows: its score says nothing.
 * @param sequences of two tokens or more each
 */
export function runningTextBatches(
  sequences: readonly (readonly number[])[],
  rowsAtOnce: number,
  everyPlace: boolean,
): readonly PackedBatch[] {
  const batches: PackedBatch[] = [];
  for (let first = 0; first < sequences.length; first += rowsAtOnce) {
    const rows = sequences.slice(first, first + rowsAtOnce);
    const columns = Math.max(...rows.map(({ length }) => length));
    const writer = createBatchWriter(rows.length, columns);
    for (const tokens of rows) {
      const { place } = writer.segment(tokens, 0, tokens.length, null);
      for (let i = 1; i < tokens.length; i++) writer.target(place + i - 1, tokens[i]!);
      if (everyPlace) writer.target(place + tokens.length - 1, 0);
      writer.endRow();
    }
    batches.push(writer.finish());
  }
  return batches;
}
