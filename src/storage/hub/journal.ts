/**
 * The journal of a partly written file: one line an extent, appended after its bytes are safe. What a crash can leave is a
 * last line cut short, which is dropped; anything else that does not make sense means that nothing counts. Pure.
 */
import type { Extent } from "./hubFiles.ts";

/** A line for bytes that are safe. */
export function journalLine({ startByte, endByte }: Extent): string {
  return `${startByte} ${endByte}\n`;
}

/** The extents of a journal's text, in order, joined where they touch or overlap. */
export function parseJournal(text: string, byteLength: number): readonly Extent[] {
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  const extents: Extent[] = [];
  for (const line of lines) {
    if (line === "") continue;
    const match = /^(\d{1,16}) (\d{1,16})$/.exec(line);
    const [startByte, endByte] = [Number(match?.[1] ?? Number.NaN), Number(match?.[2] ?? Number.NaN)];
    if (!(startByte < endByte && endByte <= byteLength)) return [];
    extents.push({ startByte, endByte });
  }
  return joinExtents(extents);
}

/** The same bytes as few extents, in order. */
export function joinExtents(extents: readonly Extent[]): readonly Extent[] {
  const joined: Extent[] = [];
  for (const extent of extents.toSorted((a, b) => a.startByte - b.startByte)) {
    const last = joined.at(-1);
    if (last === undefined || extent.startByte > last.endByte) joined.push(extent);
    else
      joined[joined.length - 1] = {
        startByte: last.startByte,
        endByte: Math.max(last.endByte, extent.endByte),
      };
  }
  return joined;
}
