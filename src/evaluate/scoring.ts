/** Runs a packing plan on a model and gathers each request's score. Engine thread or Node; knows no task. */
import { AppError } from "../base/errors.ts";
import { throwIfCancelled } from "../base/job.ts";
import type { LanguageModel } from "../runtime/languageModel.ts";
import { nextTurn } from "./nextTurn.ts";
import type { PackingPlan } from "./packing.ts";

/** How a run is stopped and watched; the signal is looked at between batches. */
export type ScoringJob = {
  readonly signal: AbortSignal;
  /** After each batch, with how many of the plan are done. */
  onBatch(done: number): void;
};

/** What the model says of one request. */
export type RequestScore = {
  /** Natural logarithm, summed over the targets in double precision. */
  readonly logprob: number;
  /** Targets. */
  readonly tokens: number;
  /** Whether every target is the most probable token at its place. */
  readonly greedy: boolean;
};

/**
 * One score a request, in the plan's numbering; `job.onBatch` counts batches.
 * @throws AppError `numerics` when the model gives a log-probability that is not finite, `cancelled`, and the model's own.
 */
export async function scoreRequests(
  plan: PackingPlan,
  model: LanguageModel,
  job: ScoringJob,
): Promise<readonly RequestScore[]> {
  const logprobs = new Float64Array(plan.requests);
  const counts = new Int32Array(plan.requests);
  const misses = new Int32Array(plan.requests);
  for (const [done, { batch, owners }] of plan.batches.entries()) {
    await nextTurn();
    throwIfCancelled(job.signal);
    const scored = await model.score(batch);
    for (let n = 0; n < owners.length; n++) {
      const owner = owners[n]!;
      const logprob = scored.logprobs[n]!;
      if (!Number.isFinite(logprob)) throw notFinite(logprob);
      logprobs[owner]! += logprob;
      counts[owner]! += 1;
      if (scored.greedy[batch.targetPlaces[n]!] !== batch.targetTokens[n]) misses[owner]! += 1;
    }
    job.onBatch(done + 1);
  }
  return Array.from(logprobs, (logprob, r) => ({ logprob, tokens: counts[r]!, greedy: misses[r] === 0 }));
}

function notFinite(logprob: number): AppError {
  return new AppError("numerics", `The merged model gives a log-probability of ${logprob}.`, {
    advice:
      "Its weights are probably damaged or far outside the range of training; try coefficients within [0, 1].",
  });
}
