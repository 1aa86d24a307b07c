/**
 * Records of the three studies: sweep, pair matrix, optimisation. All values are *objective* values (always
 * maximised; see measure.ts), so a loss is stored negated; views turn it back with `turnSign`.
 */
import type { ItemResult } from "./evaluation.ts";
import type { Measure } from "./measure.ts";
import type { Ask, SearchSettings, Surrogate } from "./surrogate.ts";
import type { Split } from "./task.ts";

/** A measured merge: objective value, its standard error over n items. */
export type Score = { readonly value: number; readonly stderr: number | null; readonly n: number };

/** What every study is about: checkpoints oldest first, the task, the rows, the measure. */
export type Subject = {
  readonly parents: readonly string[];
  readonly task: string;
  readonly split: Split;
  readonly measure: Measure;
};

/**
 * Early stopping of merges that are already known to lose: one is stopped when its paired difference to the best so far
 * is decided at this error rate (the chance, over the order of the items, of stopping one that would have won).
 */
export type Race = { readonly errorRate: number };

/** An item whose outcome differs between two models: right now and wrong before, or the other way round. */
export type ItemChange = {
  /** The item's row in the split. */
  readonly index: number;
  readonly gained: boolean;
  readonly parent: ItemResult;
  readonly merge: ItemResult;
};

/** What is known of a merge while it is still being evaluated. */
export type Round = {
  readonly weights: readonly number[];
  /** Over the items so far. */
  readonly score: Score;
  /** Items in all. */
  readonly total: number;
  /** Among the items that came in with this round, those that differ from the better parent; empty for losses. */
  readonly changes: readonly ItemChange[];
};

/**
 * Of a merge that was stopped early: how many of its items were run. Its value is then the incumbent's over all items
 * plus the paired difference on the items seen, with that difference's standard error.
 */
export type Stopped = { readonly seen: number; readonly total: number };

/** One λ of a sweep. */
export type SweepPoint = Score & { readonly lambda: number; readonly stopped?: Stopped };

/** A dense sweep over λ between two parents (P1 §2.4). */
export type SweepRecord = {
  readonly subject: Subject;
  readonly points: readonly SweepPoint[];
  /** Older, newer. */
  readonly parents: readonly [Score, Score];
  /** Share of the points strictly above the better parent. */
  readonly shareAboveBetterParent: number;
};

/** One evaluated suggestion of the optimiser, with everything the optimiser saw when it chose. */
export type Trial = Score & {
  readonly number: number;
  /** Coefficients, oldest parent first. */
  readonly weights: readonly number[];
  /** The newer parent's weight, for two parents; else `null`. */
  readonly lambda: number | null;
  readonly ask: Ask;
  /** Items right here and wrong in the better parent, and the other way round; `null` for losses. */
  readonly flips: { readonly gained: number; readonly lost: number } | null;
  readonly elapsedMs: number;
  /** Present where a race stopped it. */
  readonly stopped?: Stopped;
};

/** A fair comparison of a merge with the better parent on rows the search did not see, item by item. */
export type Heldout = {
  readonly split: Split;
  readonly merge: Score;
  readonly parents: readonly Score[];
  /** Index of the parent that is better on these rows. */
  readonly betterParent: number;
  /** Merge minus better parent, with its paired standard error. */
  readonly delta: number;
  readonly deltaStderr: number;
  /** Two-sided: exact McNemar for right/wrong items, paired normal test for losses. */
  readonly pValue: number;
};

/** A Bayesian optimisation, append-only: more trials continue it exactly (the seed and the trials are its state). */
export type StudyRecord = {
  readonly subject: Subject;
  readonly settings: SearchSettings;
  readonly parents: readonly Score[];
  readonly trials: readonly Trial[];
  /** Number of the trial with the highest value, the first of equals; `null` before the first. */
  readonly best: number | null;
  /** The posterior after the last trial; `null` before the first, or for more than two parents. */
  readonly surrogate: Surrogate | null;
  readonly heldout: Heldout | null;
};

/** How a matrix cell turns two parents into one merge. */
export type MatrixRule = "greedy" | "uniform" | "perplexity" | "optimize";

/** The pair (i, j) of checkpoints, i older. `delta` is against the better parent, paired over items. */
export type MatrixCell = Score & {
  readonly i: number;
  readonly j: number;
  readonly lambda: number;
  readonly delta: number;
  readonly deltaStderr: number;
};

/** The pairwise heat map (P1 Fig. 1, P2 Fig. 3). */
export type MatrixRecord = {
  readonly subject: Subject;
  readonly rule: MatrixRule;
  /** Diagonal: each checkpoint's own score, in the subject's order. */
  readonly diagonal: readonly Score[];
  readonly cells: readonly MatrixCell[];
};
