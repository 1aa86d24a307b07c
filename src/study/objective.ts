/**
 * What a study maximises: weights → merge → evaluation → objective value. The only place that turns a metric into a
 * value. Parents are measured once. Engine thread or Node; knows no file and no device.
 */
import { AppError } from "../base/errors.ts";
import { type Clock, createProgress, type Progress } from "../base/job.ts";
import type { Evaluation } from "../domain/evaluation.ts";
import { type Measure, turnSign } from "../domain/measure.ts";
import { type Recipe, soleRecipe } from "../domain/recipe.ts";
import type { Score, Subject } from "../domain/study.ts";
import { evaluateTask, type PreparedTask } from "../evaluate/evaluateTask.ts";
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
export type Measured = { readonly score: Score; readonly evaluation: Evaluation };

/** A subject made ready to be measured at any weights. */
export interface Objective {
  readonly subject: Subject;
  readonly clock: Clock;
  /** What one evaluation consists of: `onBatch` counts up to `total`; `unit` is the plural noun. */
  readonly work: Pick<PreparedTask, "total" | "unit">;
  /** One weight a parent, in the subject's order. */
  measure(weights: readonly number[], signal: AbortSignal, onBatch?: OnBatch): Promise<Measured>;
  /** The parent at this index, from memory when it was measured before. */
  measureParent(index: number, signal: AbortSignal, onBatch?: OnBatch): Promise<Measured>;
}

/** Called after each batch of one evaluation, with how much of the objective's `work` is done. */
export type OnBatch = (done: number) => void;

/** Evaluations of single checkpoints by name, kept from study to study as long as their prepared rows are. */
export type ParentMemory = WeakMap<PreparedTask, Map<string, Evaluation>>;

/** What one evaluation is made of. The task's name and split only label what `prepared` holds. */
export type EvaluationParts = {
  readonly subject: Pick<Subject, "task" | "split">;
  readonly prepared: PreparedTask;
  readonly merger: Merger;
  readonly memory: ParentMemory;
  readonly clock: Clock;
};

/** What an objective is made of. */
export type ObjectiveParts = EvaluationParts & { readonly subject: Subject };

/** The objective of a subject. */
export function createObjective(parts: ObjectiveParts): Objective {
  const { subject, clock } = parts;
  const measured = (evaluation: Evaluation): Measured => ({
    score: scoreOf(evaluation, subject.measure),
    evaluation,
  });
  const measureParent: Objective["measureParent"] = async (index, signal, onBatch) =>
    measured(await evaluateParent(parts, subject.parents[index]!, signal, onBatch));
  return {
    subject,
    clock,
    work: parts.prepared,
    measureParent,
    async measure(weights, signal, onBatch) {
      const sole = soleParent(weights);
      if (sole !== null) return measureParent(sole, signal, onBatch);
      const recipe = { parents: subject.parents, coefficients: weights };
      return measured(await evaluateRecipe(parts, recipe, signal, onBatch));
    },
  };
}

/** One checkpoint as it is, from memory when it was evaluated before. */
export async function evaluateParent(
  parts: EvaluationParts,
  name: string,
  signal: AbortSignal,
  onBatch?: OnBatch,
): Promise<Evaluation> {
  const known = parts.memory.get(parts.prepared)?.get(name);
  return known ?? evaluateRecipe(parts, soleRecipe(name), signal, onBatch);
}

/** One merge, measured anew; a single checkpoint's evaluation is remembered. */
export async function evaluateRecipe(
  parts: EvaluationParts,
  recipe: Recipe,
  signal: AbortSignal,
  onBatch: OnBatch = () => {},
): Promise<Evaluation> {
  const { prepared, clock, memory } = parts;
  const evaluation = await parts.merger.withMerge(recipe, signal, async (model) => {
    const startMs = clock();
    const outcome = await evaluateTask(prepared, model, {
      signal,
      onBatch,
    });
    const { task, split } = parts.subject;
    return { recipe, task, split, ...outcome, elapsedMs: clock() - startMs };
  });
  const [name] = recipe.parents;
  if (recipe.parents.length === 1 && recipe.coefficients[0] === 1)
    memory.set(prepared, new Map([...(memory.get(prepared) ?? []), [name!, evaluation]]));
  return evaluation;
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
    const one = await objective.measureParent(index, job.signal, (done) =>
      job.onProgress(progress(before + done)),
    );
    measured.push(one);
    onParent(index, one.score);
    job.onProgress(progress(before + total));
  }
  return measured;
}

/** A merge against a parent: difference and error paired over items; all 0 when it is that parent itself. */
export function compareMeasured(merge: Measured, parent: Measured, measure: Measure) {
  return comparePaired(merge.evaluation, parent.evaluation, measure);
}

/** The parent whose weight is 1 while all others are 0, if there is one. */
function soleParent(weights: readonly number[]): number | null {
  const index = weights.indexOf(1);
  return index >= 0 && weights.every((weight, i) => i === index || weight === 0) ? index : null;
}
