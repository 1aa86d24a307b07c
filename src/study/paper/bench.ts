/**
 * What a study of the papers is run on: checkpoints, tasks, and one table of evaluations that every study shares, so that
 * nothing is measured twice. Contract only; the engine implements it.
 */
import type { Clock, Progress } from "../../base/job.ts";
import type { Evaluation } from "../../domain/evaluation.ts";
import type { Measure } from "../../domain/measure.ts";
import type { ComposedMerge, ComposeRequest } from "../../domain/mergeMethod.ts";
import type { Perplexity, PerplexityInputs } from "../../domain/perplexity.ts";
import type { Recipe } from "../../domain/recipe.ts";
import type { StudyDescription, StudyResult, StudySettings } from "../../domain/studyResult.ts";
import type { Half, TaskInfo } from "../../domain/task.ts";
import type { Objective } from "../objective.ts";

/** A task and what is measured on it. */
export type BenchTask = { readonly info: TaskInfo; readonly measure: Measure };

/** How a study is stopped and watched. */
export type BenchJob = { readonly signal: AbortSignal; onProgress(progress: Progress): void };

/** The measuring bench. Every method throws AppError `cancelled`, and those of opening and measuring. */
export interface StudyBench {
  readonly settings: StudySettings;
  readonly tasks: readonly BenchTask[];
  /** Of running text. */
  readonly text: BenchTask | null;
  readonly clock: Clock;
  readonly job: BenchJob;
  /** A merge on a half of a task's rows. */
  evaluate(recipe: Recipe, task: BenchTask, half: Half): Promise<Evaluation>;
  /** For searches over the weights of these checkpoints. */
  objective(parents: readonly string[], task: BenchTask, half: Half): Promise<Objective>;
  /** φ of a checkpoint on the inputs of a half; `share` of its rows, the first ones. */
  perplexity(
    checkpoint: string,
    task: BenchTask,
    half: Half,
    inputs: PerplexityInputs,
    share?: number,
  ): Promise<Perplexity>;
  compose(request: ComposeRequest): Promise<ComposedMerge>;
  /** Rows of a half after the limit. */
  rows(task: BenchTask, half: Half): number;
}

/** What a study finds; the rest of its result is known before it runs. */
export type Findings = Pick<StudyResult, "shows" | "not" | "tables" | "figures" | "notes">;

/** A study: its description, and how it is run. */
export type PaperStudy = StudyDescription & {
  /** Least number of checkpoints, and of tasks. */
  readonly needs: { readonly checkpoints: number; readonly tasks: number };
  run(bench: StudyBench): Promise<Findings>;
};
