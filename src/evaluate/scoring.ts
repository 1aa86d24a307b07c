/** Runs packing plans on a model and gathers each request's score. Engine thread or Node; knows no task. */
import { AppError } from "../base/errors.ts";
import { throwIfCancelled } from "../base/job.ts";
import type { LanguageModel, Past } from "../runtime/languageModel.ts";
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
 * @param past the beginning that the plan's requests come after.
 * @throws AppError `numerics` when the model gives a log-probability that is not finite, `cancelled`, and the model's own.
 */
export async function scoreRequests(
  plan: PackingPlan,
  model: LanguageModel,
  job: ScoringJob,
  past?: Past,
): Promise<readonly RequestScore[]> {
  const logprobs = new Float64Array(plan.requests);
  const counts = new Int32Array(plan.requests);
  const misses = new Int32Array(plan.requests);
  let next = plan.batches[0]?.build();
  for (let done = 1; next !== undefined; done++) {
    const { batch, owners } = next;
    await nextTurn();
    throwIfCancelled(job.signal);
    const running = past === undefined ? model.score(batch) : model.score(batch, past);
    // A device that works by itself meanwhile does not wait for the next arrays.
    next = plan.batches[done]?.build();
    const scored = await running;
    for (let n = 0; n < owners.length; n++) {
      const owner = owners[n]!;
      const logprob = scored.logprobs[n]!;
      if (!Number.isFinite(logprob)) throw notFinite(logprob);
      logprobs[owner]! += logprob;
      counts[owner]! += 1;
      if (scored.greedy[batch.targetPlaces[n]!] !== batch.targetTokens[n]) misses[owner]! += 1;
    }
    job.onBatch(done);
  }
  return Array.from(logprobs, (logprob, r) => ({ logprob, tokens: counts[r]!, greedy: misses[r] === 0 }));
}

function notFinite(logprob: number): AppError {
  return new AppError("numerics", `The merged model gives a log-probability of ${logprob}.`, {
    advice:
      "Its weights are probably damaged or far outside the range of training; try coefficients within [0, 1].",
  });
}
