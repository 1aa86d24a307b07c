/**
 * Greedy soup (Wortsman et al. 2022): checkpoints from the best to the worst, each kept where the average with it is better.
 * Engine thread or Node.
 */
import { createProgress } from "../base/job.ts";
import type { GreedyStep } from "../domain/mergeMethod.ts";
import { measureParents, type Objective, type StudyJob } from "./objective.ts";

/**
 * When the average with one more is kept: P1 says "if they improve", and so does the authors' code, by `>`; P2 says "does
 * not decrease".
 */
export type GreedyTies = "strict" | "not-worse";

/** The soup's weights, one a parent, and every decision in order. */
export type GreedySoup = { readonly weights: readonly number[]; readonly steps: readonly GreedyStep[] };

/**
 * Of equal scores the newer is tried first: the authors' code sorts rising and reverses.
 * @throws AppError `cancelled`, and those of measuring.
 */
export async function greedySoup(objective: Objective, ties: GreedyTies, job: StudyJob): Promise<GreedySoup> {
  const { parents } = objective.subject;
  const alone = (await measureParents(objective, job, () => {})).map(({ score }) => score);
  const order = parents.map((_, i) => i).sort((a, b) => alone[b]!.value - alone[a]!.value || b - a);
  const progress = createProgress(objective.clock, "greedy soup", parents.length, "checkpoints");
  const [first, ...others] = order;
  let kept = [first!];
  let best = alone[first!]!;
  const steps: GreedyStep[] = [{ checkpoint: parents[first!]!, alone: best, together: best, accepted: true }];
  for (const next of others) {
    job.onProgress(progress(steps.length));
    const tried = [...kept, next];
    const { score } = await objective.measure(meanOf(tried, parents.length), job.signal);
    const accepted = ties === "strict" ? score.value > best.value : score.value >= best.value;
    steps.push({ checkpoint: parents[next]!, alone: alone[next]!, together: score, accepted });
    if (!accepted) continue;
    kept = tried;
    best = score;
  }
  job.onProgress(progress(parents.length));
  return { weights: meanOf(kept, parents.length), steps };
}

function meanOf(kept: readonly number[], parents: number): readonly number[] {
  return Array.from({ length: parents }, (_, i) => (kept.includes(i) ? 1 / kept.length : 0));
}
