/**
 * Records of replays: searches run by the thousand on scores that are measured already. Objective units, always
 * maximised; nothing is measured anew.
 */
import type { SearchSettings } from "./surrogate.ts";

/** A dense sweep's table, in rising order of λ. One entry a λ. */
export type ScoreCurve = {
  readonly lambda: readonly number[];
  readonly value: readonly number[];
  readonly stderr: readonly (number | null)[];
};

/** Every item's outcome at every λ of a curve: 1 or 0 for right and wrong, minus the loss for losses. λ by λ. */
export type ItemOutcomes = {
  readonly items: number;
  /** λ × items. */
  readonly outcomes: Float32Array<ArrayBuffer>;
};

/** One way to search, to be compared with others. */
export type ReplayArm = {
  readonly label: string;
  /** The seed in it is not looked at: every arm runs with the same seeds. */
  readonly settings: SearchSettings;
  /** The share of the items that the search sees, drawn anew for each seed; `null` for all of them. */
  readonly itemShare: number | null;
};

/**
 * Simple regret of an arm's searches: the curve's best value minus its value, over all items, at the λ that the search
 * would return, which is the one with the highest score it has seen, parents included. Arrays have one entry a number
 * of trials, from 0 on.
 */
export type ReplayResult = {
  readonly label: string;
  readonly mean: readonly number[];
  /** Standard error of the mean over seeds. */
  readonly stderr: readonly number[];
  /** Quantiles 0.1, 0.25, 0.5, 0.75, 0.9 over seeds. */
  readonly quantiles: readonly (readonly [number, number, number, number, number])[];
  /** Share of the searches that return a λ within one standard error of the best, after the last trial. */
  readonly nearBest: number;
  /** Final regret minus the first arm's with the same seed: mean and its standard error; `null` for the first arm. */
  readonly difference: { readonly mean: number; readonly stderr: number } | null;
};

/** One search on the table: what it measured, in order. */
export type ReplayPath = readonly { readonly lambda: number; readonly value: number }[];
