/** How far neighbouring checkpoints are apart, from a sample that each of them gives once. Wiring only. */
import { type Clock, createProgress } from "../base/job.ts";
import { compareSamples, findNonFinite, readSample, type Sample } from "../checkpoint/distance.ts";
import { planDistance, type SampleBudget } from "../checkpoint/distancePlan.ts";
import type { CheckpointTensor } from "../checkpoint/open.ts";
import type { PairDistance } from "../domain/checkpoint.ts";
import { parameterPlace } from "../model/parameterTable.ts";
import { createRng } from "../numerics/rng.ts";
import type { Job } from "../rpc/protocol.ts";
import type { OpenedCheckpoint } from "./checkpoints.ts";

/** A checkpoint that was looked into. */
export type Looked = {
  readonly opened: OpenedCheckpoint;
  /** Its trained tensors. */
  readonly weights: readonly CheckpointTensor[];
  /** SHA-256 by weights file, where known. */
  readonly hashes: ReadonlyMap<string, string>;
  /** 0 for what is on this machine. */
  readonly bytesToFetch: number;
};

/** Distances in order, and what the samples warn of, by the checkpoint's index. */
export type Measured = {
  readonly distances: readonly PairDistance[];
  readonly warnings: ReadonlyMap<number, readonly string[]>;
};

/** Neighbours that are measured: the last ones. */
const MAX_DISTANCES = 12;
/** Over a network every range is a round trip. */
const FAR_SAMPLE: SampleBudget = { bytes: 2e6, reads: 64 };
const NEAR_SAMPLE: SampleBudget = { bytes: 8e6, reads: 512 };

/** Checkpoints of one model, in order. @throws AppError of reading. */
export async function measureDistances(clock: Clock, looked: readonly Looked[], job: Job): Promise<Measured> {
  const first = Math.max(0, looked.length - 1 - MAX_DISTANCES);
  const chosen = looked.slice(first);
  const [model] = chosen;
  if (model === undefined || chosen.length < 2) return { distances: [], warnings: new Map() };
  const { config } = model.opened;
  const plan = planDistance(
    model.weights,
    (name) => parameterPlace(config, name),
    chosen.some(({ bytesToFetch }) => bytesToFetch > 0) ? FAR_SAMPLE : NEAR_SAMPLE,
    createRng("distance").uniform,
  );
  const progress = createProgress(clock, "", chosen.length, "checkpoints");
  const distances: PairDistance[] = [];
  const warnings = new Map<number, readonly string[]>();
  let before: Sample | null = null;
  for (const [k, { opened }] of chosen.entries()) {
    const tell = (done: number) =>
      job.emit({ kind: "progress", progress: { ...progress(done), label: `sampling ${opened.name}` } });
    tell(k);
    const newer = first + k;
    const sample = await readSample(opened.checkpoint, plan, job.signal);
    warnings.set(
      newer,
      findNonFinite(plan, sample).map(
        ({ name, count, sampled }) =>
          `Weight "${name}" holds numbers that are not finite: ${count} of the ${sampled} sampled.`,
      ),
    );
    if (before !== null) {
      const parts = compareSamples(plan, before, sample);
      distances.push({ older: newer - 1, newer, sampledShare: plan.sampledShare, parts });
    }
    before = sample;
    tell(k + 1);
  }
  return { distances, warnings };
}
