/**
 * The pairwise heat map (P1 Fig. 2, P2 Fig. 3): one merge for each pair of checkpoints, by one of four rules.
 * Engine thread or Node.
 *
 * greedy      the better parent, unless the uniform average is strictly better. A greedy soup of two can return
 *             nothing else (Wortsman et al. 2022, `>` as in their code).
 * uniform     λ = ½.
 * perplexity  λ = (1/φ_newer) / (1/φ_newer + 1/φ_older) (P2 eq. 3–5), φ the perplexity of the task's text, pooled over
 *             tokens.
 * optimize    the best trial of a Bayesian optimisation for each pair.
 */
import { createProgress } from "../base/job.ts";
import type { MatrixCell, MatrixRecord, MatrixRule, Score } from "../domain/study.ts";
import type { SearchSettings } from "../domain/surrogate.ts";
import {
  compareMeasured,
  type Measured,
  measureParents,
  type Objective,
  type StudyJob,
} from "./objective.ts";
import { runOptimize } from "./optimize.ts";

/** How a matrix is watched. */
export type MatrixJob = StudyJob & {
  /** A diagonal score. */
  onParent(index: number, score: Score): void;
  onCell(cell: MatrixCell): void;
};

/** What fills the cells. */
export type MatrixPlan = {
  readonly rule: MatrixRule;
  /** For the rule `optimize`. */
  readonly settings: SearchSettings;
  readonly known: readonly MatrixCell[];
};

/** What a matrix needs besides its own objective. */
export type MatrixParts = {
  /** Over all checkpoints. */
  readonly objective: Objective;
  /** The same rows with two of the checkpoints as parents. */
  pairObjective(i: number, j: number): Promise<Objective>;
  /** Perplexity of the task's text under one checkpoint; asked only by the rule `perplexity`. */
  perplexity(index: number, signal: AbortSignal): Promise<number>;
};

/** @throws AppError `cancelled`, after which the cells told so far can be given as `known`. */
export async function runMatrix(parts: MatrixParts, plan: MatrixPlan, job: MatrixJob): Promise<MatrixRecord> {
  const { objective } = parts;
  const { subject, clock } = objective;
  const diagonal = await measureParents(objective, job, (index, score) => job.onParent(index, score));
  const cells = [...plan.known];
  const isKnown = new Set(cells.map(({ i, j }) => `${i} ${j}`));
  const wanted = pairOrder(subject.parents.length).filter(([i, j]) => !isKnown.has(`${i} ${j}`));
  const progress = createProgress(clock, "merging pairs", wanted.length, "cells");
  job.onProgress(progress(0));
  for (const [done, [i, j]] of wanted.entries()) {
    const parents = [diagonal[i]!, diagonal[j]!] as const;
    const { lambda, measured } = await mergePair(parts, plan, [i, j], parents, job);
    const better = parents[1].score.value >= parents[0].score.value ? parents[1] : parents[0];
    const { delta, deltaStderr } = deltaTo(measured, better, objective);
    const cell = { ...measured.score, i, j, lambda, delta, deltaStderr };
    cells.push(cell);
    job.onCell(cell);
    job.onProgress(progress(done + 1));
  }
  return { subject, rule: plan.rule, diagonal: diagonal.map(({ score }) => score), cells };
}

/** All pairs [i, j], i < j, neighbours first and then ever farther apart, so that the picture's shape shows early. */
export function pairOrder(checkpoints: number): readonly (readonly [number, number])[] {
  const pairs: [number, number][] = [];
  for (let distance = 1; distance < checkpoints; distance++)
    for (let i = 0; i + distance < checkpoints; i++) pairs.push([i, i + distance]);
  return pairs;
}

/** P2 eq. 3–5 for two: the newer one's share of the inverse perplexities. */
export function perplexityLambda(older: number, newer: number): number {
  return 1 / newer / (1 / newer + 1 / older);
}

async function mergePair(
  parts: MatrixParts,
  plan: MatrixPlan,
  [i, j]: readonly [number, number],
  parents: readonly [Measured, Measured],
  job: StudyJob,
): Promise<{ readonly lambda: number; readonly measured: Measured }> {
  const objective = await parts.pairObjective(i, j);
  const at = async (lambda: number) => ({
    lambda,
    measured: await objective.measure([1 - lambda, lambda], job.signal),
  });
  switch (plan.rule) {
    case "uniform":
      return at(0.5);
    case "greedy": {
      const uniform = await at(0.5);
      const newerIsBetter = parents[1].score.value >= parents[0].score.value;
      const better = newerIsBetter ? parents[1] : parents[0];
      if (uniform.measured.score.value > better.score.value) return uniform;
      return { lambda: newerIsBetter ? 1 : 0, measured: better };
    }
    case "perplexity": {
      const older = await parts.perplexity(i, job.signal);
      return at(perplexityLambda(older, await parts.perplexity(j, job.signal)));
    }
    case "optimize":
      return optimizePair(objective, plan.settings, job);
    default:
      return plan.rule satisfies never;
  }
}

async function optimizePair(objective: Objective, settings: SearchSettings, job: StudyJob) {
  const remembering = rememberBest(objective);
  await runOptimize(
    remembering.objective,
    { settings, history: [], trials: settings.trials, picked: [], race: null },
    { signal: job.signal, onProgress() {}, onParent() {}, onAsk() {}, onTrial() {}, onRound() {} },
  );
  return remembering.best()!;
}

/** The same objective, keeping the best merge measured through it, the first of equals. */
function rememberBest(objective: Objective) {
  let best: { readonly lambda: number; readonly measured: Measured } | null = null;
  return {
    best: () => best,
    objective: {
      ...objective,
      async measure(weights, signal, watch) {
        const measured = await objective.measure(weights, signal, watch);
        if (best === null || measured.score.value > best.measured.score.value)
          best = { lambda: weights[1]!, measured };
        return measured;
      },
    } satisfies Objective,
  };
}

/** Paired difference to the better parent; 0 and certain when the cell is that parent. */
function deltaTo(measured: Measured, better: Measured, { subject }: Objective) {
  if (measured.evaluation === better.evaluation) return { delta: 0, deltaStderr: 0 };
  return compareMeasured(measured, better, subject.measure);
}
