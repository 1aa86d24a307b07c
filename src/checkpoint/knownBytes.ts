/**
 * Bytes of weights files that can be computed instead of fetched: the causal masks that older transformers saved with every
 * layer of a GPT-NeoX, 15 % of Pythia-70M and 47 % of 14M. Their content is a guess from name, shape and format; whoever
 * fills them in must compare the whole file's SHA-256 afterwards. Pure; runs everywhere.
 */
import type { KnownExtent } from "../storage/hub/hubFiles.ts";
import type { Checkpoint, CheckpointTensor } from "./open.ts";

const MASK_NAME = /(^|\.)attention\.bias$/;

/** The extents of every weights file that has some, in the order of their bytes and disjoint. */
export function knownExtents(
  checkpoint: Pick<Checkpoint, "tensors">,
): ReadonlyMap<string, readonly KnownExtent[]> {
  const extents = new Map<string, KnownExtent[]>();
  for (const tensor of checkpoint.tensors) {
    if (!isCausalMask(tensor)) continue;
    const ofFile = extents.get(tensor.file) ?? [];
    extents.set(tensor.file, ofFile);
    // Tensors come in the order of their bytes; in a PyTorch file several layers may share one mask.
    if (tensor.startByte >= (ofFile.at(-1)?.endByte ?? 0)) ofFile.push(maskExtent(tensor));
  }
  return extents;
}

/** A square of single bytes for all heads of a layer. */
function isCausalMask({ name, dtype, shape }: CheckpointTensor): boolean {
  const [batch, heads, rows, columns] = shape;
  const square = shape.length === 4 && batch === 1 && heads === 1 && rows === columns && rows !== 0;
  return square && (dtype === "U8" || dtype === "BOOL") && MASK_NAME.test(name);
}

/** Ones on and below the diagonal, row by row: position r attends to r and those before it. */
function maskExtent({ startByte, endByte, shape }: CheckpointTensor): KnownExtent {
  const columns = shape[3] ?? 0;
  return {
    startByte,
    endByte,
    fill(fromByte, out) {
      let at = 0;
      while (at < out.byteLength) {
        const element = fromByte - startByte + at;
        const column = element % columns;
        const ones = Math.floor(element / columns) + 1;
        const next = at + columns - column;
        out.fill(1, at, at + Math.max(0, ones - column));
        out.fill(0, at + Math.max(0, ones - column), next);
        at = next;
      }
    },
  };
}
