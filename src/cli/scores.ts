/** Scores turned from objective units, in which studies live, into the metric's own. Pure. */
import { type Measure, turnSign } from "../domain/measure.ts";
import type { Heldout, Score } from "../domain/study.ts";

/** The score with its value in the metric's own units. */
export function inMetricUnits({ value, stderr, n }: Score, measure: Measure): Score {
  return { value: turnSign(measure, value), stderr, n };
}

/** What was measured, for a document: `higherIsBetter` tells how to read its values. */
export function describeMeasure(measure: Measure): {
  readonly metric: string;
  readonly higherIsBetter: boolean;
} {
  return { metric: measure.metric, higherIsBetter: measure.higherIsBetter };
}

/** The comparison on held-out rows in the metric's own units; a loss's gain is a negative `delta`. */
export function heldoutInMetricUnits(heldout: Heldout, measure: Measure): Heldout {
  return {
    ...heldout,
    merge: inMetricUnits(heldout.merge, measure),
    parents: heldout.parents.map((score) => inMetricUnits(score, measure)),
    delta: turnSign(measure, heldout.delta),
  };
}
