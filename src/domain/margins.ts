/**
 * Records of margin curves. An item's margin is the log-probability of its right choice minus that of the best wrong one:
 * right where it is positive. It is smooth in λ, where accuracy is a staircase.
 */
import type { Score, Subject, SweepPoint } from "./study.ts";

/** The predicted staircase; one entry a λ. */
export type MarginCurve = {
  readonly lambda: readonly number[];
  readonly value: readonly number[];
  /** Of the accuracy on these items: what is not known of their margins, and of the curves' form. */
  readonly std: readonly number[];
};

/** An item whose margin is predicted to change its sign once: where, and how sure. */
export type Flip = {
  /** The item's row in the split. */
  readonly index: number;
  readonly lambda: number;
  readonly std: number;
  /** Wrong below and right above; else the other way round. */
  readonly gained: boolean;
};

/** A λ that was measured to show the prediction wrong. */
export type Verification = SweepPoint & {
  readonly predicted: number;
  readonly predictedStd: number;
  /** Whether it lies within two predicted deviations, or within half an item. */
  readonly agrees: boolean;
};

/** A sweep predicted from few merges. */
export type MarginSweepRecord = {
  readonly subject: Subject;
  /** Older, newer. */
  readonly parents: readonly [Score, Score];
  /** The merges the curves go through, in rising order of λ, parents left out. */
  readonly points: readonly SweepPoint[];
  readonly verification: readonly Verification[];
  readonly curve: MarginCurve;
  readonly flips: readonly Flip[];
  /** Merges measured in all, parents left out. */
  readonly evaluations: number;
  /** Whether every verification agrees. */
  readonly holds: boolean;
};
