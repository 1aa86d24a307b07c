/**
 * What a study maximises: weights → merge → evaluation → objective value. The only place that turns a metric into a
 * value. What was measured before is looked up. Engine thread or Node; knows no file and no device.
 */
import { AppError } from "../base/errors.ts";
import { type Clock, createProgress, type Progress, throwIfCancelled } from "../base/job.ts";
import type { Evaluation } from "../domain/evaluation.ts";
import { type Measure, turnSign } from "../domain/measure.ts";
import { type Recipe, soleRecipe } from "../domain/recipe.ts";
import type { Score, Stopped, Subject } from "../domain/study.ts";
import { evaluateTask, outcomeOf, type PreparedTask, type TaskOutcome } from "../evaluate/evaluateTask.ts";
import type { ItemScore } from "../evaluate/itemScores.ts";
import { nextTurn } from "../evaluate/nextTurn.ts";
import { restrictedTo } from "../evaluate/pairing.ts";
import { comparePaired } from "../evaluate/significance.ts";
import type { LanguageModel } from "../runtime/languageModel.ts";

/** Makes merges current on the device, one at a time. The engine implements it. */
export interface Merger {
  /**
   * Loads what is missing, mixes the recipe into the model's weights and lends the model; nobody else mixes meanwhile.
   * @throws AppError of loading or mixing, `cancelled`, and whatever `use` throws.
   */
  withMerge<T>(recipe: Recipe, signal: AbortSignal, use: (model: LanguageModel) => Promise<T>): Promise<T>;
}

/** How one study is stopped and watched. */
export type StudyJob = { readonly signal: AbortSignal; onProgress(progress: Progress): void };

/** A measured merge with all it is based on. */
export type Measured = {
  readonly score: Score;
  readonly evaluation: Evaluation;
  /** Present where it was stopped before its last item. */
  readonly stopped?: Stopped;
};

/** What is known of a merge after a round of its items. */
export type MeasuredRound = {
  readonly score: Score;
  /** Of the items so far. */
  readonly evaluation: Evaluation;
  /** Which of them came with this round, as indices into `evaluation.items`. */
  readonly fresh: readonly number[];
};

/** How one evaluation is watched. */
export type Watch = {
  /** After each batch, with how much of the objective's `work` is done. */
  onBatch?(done: number): void;
  /** After each round of items; `false` stops the evaluation there. */
  onRound?(round: MeasuredRound): boolean;
};

/** A subject made ready to be measured at any weights. */
export interface Objective {
  readonly subject: Subject;
  readonly clock: Clock;
  /** What one evaluation consists of: `onBatch` counts up to `total`; `unit` is the plural noun. */
  readonly work: Pick<PreparedTask, "total" | "unit" | "rounds">;
  /** One weight a parent, in the subject's order. */
  measure(weights: readonly number[], signal: AbortSignal, watch?: Watch): Promise<Measured>;
  /** The parent at this index. */
  measureParent(index: number, signal: AbortSignal, watch?: Watch): Promise<Measured>;
}

/**
 * Scores of items that are known already, by row of the prepared task, whoever asked for them before. The engine
 * implements it over its item tables.
 */
export interface ItemMemory {
  known(recipe: Recipe, signal: AbortSignal): Promise<ReadonlyMap<number, ItemScore>>;
  keep(recipe: Recipe, fresh: ReadonlyMap<number, ItemScore>): Promise<void>;
}

/** What one evaluation is made of. The task's name and split only label what `prepared` holds. */
export type EvaluationParts = {
  readonly subject: Pick<Subject, "task" | "split">;
  readonly prepared: PreparedTask;
  readonly merger: Merger;
  readonly memory: ItemMemory;
  readonly clock: Clock;
};

/** What an objective is made of. */
export type ObjectiveParts = EvaluationParts & { readonly subject: Subject };

/** The objective of a subject. */
export function createObjective(parts: ObjectiveParts): Objective {
  const { subject, clock } = parts;
  const measure = async (recipe: Recipe, signal: AbortSignal, watch: Watch = {}): Promise<Measured> => {
    const score = (evaluation: Evaluation) => scoreOf(evaluation, subject.measure);
    const { onRound, onBatch } = watch;
    const evaluation = await evaluateRecipe(parts, recipe, signal, {
      ...(onBatch === undefined ? {} : { onBatch }),
      ...(onRound === undefined
        ? {}
        : { onRound: (partial, fresh) => onRound({ score: score(partial), evaluation: partial, fresh }) }),
    });
    return { score: score(evaluation), evaluation };
  };
  const measureParent: Objective["measureParent"] = (index, signal, watch) =>
    measure(soleRecipe(subject.parents[index]!), signal, watch);
  return {
    subject,
    clock,
    work: parts.prepared,
    measureParent,
    measure(weights, signal, watch) {
      const sole = soleParent(weights);
      if (sole !== null) return measureParent(sole, signal, watch);
      return measure({ parents: subject.parents, coefficients: weights }, signal, watch);
    },
  };
}

/** How the evaluation of one recipe is watched. */
export type RecipeWatch = {
  onBatch?(done: number): void;
  /** `fresh`: indices into the items that came with this round. @returns whether to go on. */
  onRound?(partial: Evaluation, fresh: readonly number[]): boolean;
};

/** One merge: items that are known are looked up, the others measured and kept, also when the work is stopped. */
export async function evaluateRecipe(
  parts: EvaluationParts,
  recipe: Recipe,
  signal: AbortSignal,
  watch: RecipeWatch = {},
): Promise<Evaluation> {
  const { prepared, clock, memory, subject } = parts;
  // A study whose every item is known runs nothing that would let a stop be heard.
  await nextTurn();
  throwIfCancelled(signal);
  const known = await memory.known(recipe, signal);
  const evaluationOf = (outcome: TaskOutcome, elapsedMs: number): Evaluation => ({
    recipe,
    task: subject.task,
    split: subject.split,
    ...outcome,
    elapsedMs,
  });
  if (known.size === prepared.rows.length) {
    const evaluation = evaluationOf(outcomeOf(prepared, known), 0);
    watch.onBatch?.(prepared.total);
    watch.onRound?.(
      evaluation,
      evaluation.rows.map((_, i) => i),
    );
    return evaluation;
  }
  const fresh = new Map<number, ItemScore>();
  try {
    return await parts.merger.withMerge(recipe, signal, async (model) => {
      const startMs = clock();
      const outcome = await evaluateTask(
        prepared,
        model,
        {
          signal,
          onBatch: (done) => watch.onBatch?.(done),
          onRound(round) {
            for (const [row, score] of round.fresh) fresh.set(row, score);
            if (watch.onRound === undefined) return true;
            const partial = evaluationOf(round.outcome, clock() - startMs);
            const isFresh = (row: number) => round.fresh.has(row);
            return watch.onRound(
              partial,
              partial.rows.flatMap((row, i) => (isFresh(row) ? [i] : [])),
            );
          },
        },
        known,
      );
      return evaluationOf(outcome, clock() - startMs);
    });
  } finally {
    await memory.keep(recipe, fresh);
  }
}

/** An evaluation's objective value. @throws AppError `usage` when the evaluation has no such metric. */
export function scoreOf(evaluation: Evaluation, measure: Measure): Score {
  const metric = evaluation.metrics[measure.metric];
  if (metric === undefined)
    throw new AppError("usage", `The task ${evaluation.task} has no metric ${measure.metric}.`, {
      advice: `It has ${Object.keys(evaluation.metrics).join(", ")}.`,
    });
  return { value: turnSign(measure, metric.value), stderr: metric.stderr, n: evaluation.n };
}

/** All parents in order; `onParent` hears of each. */
export async function measureParents(
  objective: Objective,
  job: StudyJob,
  onParent: (index: number, score: Score) => void,
): Promise<readonly Measured[]> {
  const { parents } = objective.subject;
  const { total, unit } = objective.work;
  const label = "measuring the parents";
  const progress = createProgress(objective.clock, label, parents.length * total, unit);
  const measured: Measured[] = [];
  for (const index of parents.keys()) {
    const before = index * total;
    const one = await objective.measureParent(index, job.signal, {
      onBatch: (done) => job.onProgress(progress(before + done)),
    });
    measured.push(one);
    onParent(index, one.score);
    job.onProgress(progress(before + total));
  }
  return measured;
}

/** A merge against a parent on the items both have: difference and error paired; all 0 when it is that parent itself. */
export function compareMeasured(merge: Measured, parent: Measured, measure: Measure) {
  return comparePaired(merge.evaluation, restrictedTo(parent.evaluation, merge.evaluation.rows), measure);
}

/** The parent whose weight is 1 while all others are 0, if there is one. */
function soleParent(weights: readonly number[]): number | null {
  const index = weights.indexOf(1);
  return index >= 0 && weights.every((weight, i) => i === index || weight === 0) ? index : null;
}
