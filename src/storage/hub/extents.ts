/** Parts of a file as extents: which are missing, and how much that is. Pure. */
import type { Extent } from "./hubFiles.ts";

/** What of a file of so many bytes none of these extents covers, in order; they may overlap and lie in any order. */
export function missingExtents(byteLength: number, present: readonly Extent[]): readonly Extent[] {
  const missing: Extent[] = [];
  let at = 0;
  for (const { startByte, endByte } of present.toSorted((a, b) => a.startByte - b.startByte)) {
    if (startByte > at) missing.push({ startByte: at, endByte: Math.min(startByte, byteLength) });
    at = Math.max(at, endByte);
  }
  if (at < byteLength) missing.push({ startByte: at, endByte: byteLength });
  return missing;
}

/** Their bytes together; they must not overlap. */
export function totalBytes(extents: readonly Extent[]): number {
  return extents.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0);
}

/** The same bytes in pieces of at most so many. */
export function splitExtents(extents: readonly Extent[], pieceBytes: number): readonly Extent[] {
  return extents.flatMap(({ startByte, endByte }) =>
    Array.from({ length: Math.ceil((endByte - startByte) / pieceBytes) }, (_, i) => ({
      startByte: startByte + i * pieceBytes,
      endByte: Math.min(endByte, startByte + (i + 1) * pieceBytes),
    })),
  );
}
