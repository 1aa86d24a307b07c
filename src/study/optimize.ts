/**
 * Bayesian optimisation of the weights (P1 §3): ask, measure, tell. The search itself is a pure function of settings
 * and trials, so a study continues from its trials exactly as if it had never stopped. Engine thread or Node.
 */

import { AppError } from "../base/errors.ts";
import { createProgress } from "../base/job.ts";
import { askPerson, ask as askSearch, surrogateOf } from "../bayes/optimizer.ts";
import { indexOfBest } from "../domain/ranking.ts";
import type { Race, Score, StudyRecord, Trial } from "../domain/study.ts";
import type { Ask, Observation, SearchSettings } from "../domain/surrogate.ts";
import { compareMeasured, type Measured, measureParents, type Objective } from "./objective.ts";
import { betterIncumbent, betterOf, measureWatched, type RoundJob, stoppedField } from "./watchMerge.ts";

/** How an optimisation is watched: each ask is told before it is measured. */
export type OptimizeJob = RoundJob & {
  onParent(index: number, score: Score): void;
  onAsk(number: number, ask: Ask): void;
  onTrial(trial: Trial): void;
};

/** What is done: settings, trials already there, and how many there shall be in all. */
export type OptimizePlan = {
  readonly settings: SearchSettings;
  readonly history: readonly Trial[];
  readonly trials: number;
  /** Weights that the person picked: the next trials measure these, then the search goes on by itself. */
  readonly picked: readonly (readonly number[])[];
  /** `null` measures every trial to its last item, as the papers do. */
  readonly race: Race | null;
};

/**
 * Goes on until there are `trials` trials. The parents' own scores are given observations and come first.
 * @throws AppError `usage` for settings of another number of parents or a history that is not a prefix of a study;
 * `cancelled`, after which the trials told so far can be continued.
 */
export async function runOptimize(
  objective: Objective,
  plan: OptimizePlan,
  job: OptimizeJob,
): Promise<StudyRecord> {
  const { settings } = plan;
  const { subject, clock } = objective;
  checkPlan(plan, subject.parents.length);
  const parents = await measureParents(objective, job, (index, score) => job.onParent(index, score));
  const scores = parents.map(({ score }) => score);
  const trials = [...plan.history];
  const progress = createProgress(clock, "searching", plan.trials - trials.length, "trials");
  job.onProgress(progress(0));
  let incumbent = await incumbentOf(objective, parents, plan, job.signal);
  for (let done = 1; trials.length < plan.trials; done++) {
    const startMs = clock();
    const known = observations(scores, trials);
    const picked = plan.picked[done - 1];
    const ask = picked === undefined ? askSearch(settings, known) : askPerson(settings, known, picked);
    job.onAsk(trials.length, ask);
    const measured = await measureWatched(objective, ask.weights, { parents, incumbent }, plan.race, job);
    incumbent = betterIncumbent(incumbent, measured);
    const trial = trialOf(ask, measured, parents, objective, clock() - startMs);
    trials.push(trial);
    job.onTrial(trial);
    job.onProgress(progress(done));
  }
  return studyRecord(objective, settings, scores, trials);
}

/** Everything measured, as the search wants it: the parents' scores, then the trials. */
export function observations(parents: readonly Score[], trials: readonly Trial[]): readonly Observation[] {
  return [
    ...parents.map(({ value, stderr }, index) => ({
      weights: parents.map((_, i) => (i === index ? 1 : 0)),
      value,
      stderr,
      ask: null,
    })),
    ...trials.map(({ weights, value, stderr, ask }) => ({ weights, value, stderr, ask })),
  ];
}

/** The best measured before: a parent, or a trial of the history, whose items are looked up. */
async function incumbentOf(
  objective: Objective,
  parents: readonly Measured[],
  { history, race }: OptimizePlan,
  signal: AbortSignal,
): Promise<Measured> {
  const better = betterOf(parents);
  const complete = history.filter(({ stopped }) => stopped === undefined);
  const best = complete[indexOfBest(complete)];
  if (race === null || best === undefined || best.value <= better.score.value) return better;
  return objective.measure(best.weights, signal);
}

function trialOf(
  ask: Ask,
  measured: Measured,
  parents: readonly Measured[],
  { subject }: Objective,
  elapsedMs: number,
): Trial {
  const better = betterOf(parents);
  return {
    ...measured.score,
    number: ask.number,
    weights: ask.weights,
    lambda: ask.lambda,
    ask,
    flips: measured.score.n < 2 ? null : compareMeasured(measured, better, subject.measure).flips,
    elapsedMs,
    ...stoppedField(measured),
  };
}

function studyRecord(
  { subject }: Objective,
  settings: SearchSettings,
  parents: readonly Score[],
  trials: readonly Trial[],
): StudyRecord {
  return {
    subject,
    settings,
    parents,
    trials,
    best: trials.length === 0 ? null : indexOfBest(trials),
    surrogate: trials.length === 0 ? null : surrogateOf(settings, observations(parents, trials)),
    heldout: null,
  };
}

function checkPlan({ settings, history, trials }: OptimizePlan, parents: number): void {
  if (settings.parents !== parents)
    throw new AppError("usage", `The search is set up for ${settings.parents} checkpoints, not ${parents}.`);
  if (!Number.isInteger(trials) || trials < history.length)
    throw new AppError("usage", `A study with ${history.length} trials cannot be run up to ${trials}.`);
  if (history.some((trial, i) => trial.number !== i || trial.weights.length !== parents))
    throw new AppError(
      "usage",
      "The trials to continue are not the beginning of a study of these checkpoints.",
      {
        advice: "Continue a study with the checkpoints and the settings it was begun with.",
      },
    );
}
