/** Writes one `PackedBatch` segment by segment, row after row. Pure; knows no item and no task. */
import type { PackedBatch } from "../runtime/languageModel.ts";

/** A written segment: its label, and the flat place of the first of its tokens. */
export type WrittenSegment = { readonly label: number; readonly place: number };

/** Segments are written left to right; `endRow` pads the rest of a row. */
export interface BatchWriter {
  /** Writes `tokens[start…end)` at positions start…end; `parent` is the label it may attend to, `null` for none. */
  segment(tokens: readonly number[], start: number, end: number, parent: number | null): WrittenSegment;
  /** Asks for log p(token) at a flat place; a place asked for twice is computed once. */
  target(place: number, token: number): void;
  endRow(): void;
  finish(): PackedBatch;
}

/** A writer of R rows of C places. */
export function createBatchWriter(rows: number, columns: number): BatchWriter {
  const tokens = new Int32Array(rows * columns);
  const positions = new Int32Array(rows * columns);
  const segments = new Int32Array(rows * columns);
  const parentSegments = new Int32Array(rows * columns);
  const scored = new Map<number, number>();
  const targetPlaces: number[] = [];
  const targetTokens: number[] = [];
  let row = 0;
  let place = 0;
  let label = 0;
  return {
    segment(from, start, end, parent) {
      const written = { label: label++, place };
      for (let i = start; i < end; i++, place++) {
        tokens[place] = from[i]!;
        positions[place] = i;
        segments[place] = written.label;
        parentSegments[place] = parent ?? written.label;
      }
      return written;
    },
    target(at, token) {
      const index = scored.get(at) ?? scored.size;
      scored.set(at, index);
      targetPlaces.push(index);
      targetTokens.push(token);
    },
    endRow() {
      row++;
      segments.fill(label, place, row * columns);
      parentSegments.fill(label, place, row * columns);
      place = row * columns;
      label = 0;
    },
    finish: () => ({
      rows,
      columns,
      tokens,
      positions,
      segments,
      parentSegments,
      scoredPlaces: Int32Array.from(scored.keys()),
      targetPlaces: Int32Array.from(targetPlaces),
      targetTokens: Int32Array.from(targetTokens),
    }),
  };
}
