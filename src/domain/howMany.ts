/** Records of P1 §2.2's question: is it better to merge two, three or four neighbouring checkpoints? */
import type { Score } from "./study.ts";

/** The uniform merge of so many neighbours, against the best of them on the same items. */
export type NeighbourMerge = Score & {
  readonly count: number;
  /** Merge minus the best of its own parents, objective units, paired over items. */
  readonly delta: number;
  readonly deltaStderr: number;
};

/** The merges that end at one checkpoint. */
export type NeighbourRow = { readonly newest: string; readonly merges: readonly NeighbourMerge[] };
