/**
 * Results that ship with the demo run, so that the first picture needs no computation. They are always labelled as
 * shipped, and `npm run demo:results` computes them again from the shipped checkpoints.
 */
import type { RunInfo } from "./checkpoint.ts";
import type { Measure } from "./measure.ts";
import type { MatrixRecord, Score, StudyRecord, SweepRecord } from "./study.ts";

/** Every checkpoint of the run on one task's search rows, oldest first, in objective units. */
export type Trajectory = {
  readonly task: string;
  readonly measure: Measure;
  readonly scores: readonly Score[];
};

/** The file `public/demo/results.json`. */
export type ShippedResults = {
  readonly version: 1;
  /** What computed them: "MergeScope 0.1.0, onnxruntime-node 1.30.0, CPU, fp32". */
  readonly computedWith: string;
  readonly run: RunInfo;
  readonly trajectories: readonly Trajectory[];
  readonly sweep: SweepRecord;
  readonly study: StudyRecord;
  readonly matrix: MatrixRecord;
};
