/** Every method of the papers' comparisons on a pair, its weights found on the search half of a task. */
import type { ComposeRequest } from "../../domain/mergeMethod.ts";
import { type Recipe, withoutZeros } from "../../domain/recipe.ts";
import { defaultSearchSettings } from "../../domain/searchDefaults.ts";
import type { BenchTask, StudyBench } from "./bench.ts";

/** Rows that Fisher and RegMean are measured on. */
export const CALIBRATION_ROWS = 64;

/** A method as the tables name it. */
export type Baseline = {
  readonly name: string;
  readonly title: string;
  /** Whose it is: shown behind the name. */
  readonly role: "data-free" | "unlabelled" | "labelled" | "point of reference";
};

/** In the order of the papers' tables, then points of reference. */
export const BASELINES = [
  { name: "uniform", title: "Uniform soup", role: "data-free" },
  { name: "greedy", title: "Greedy soup", role: "labelled" },
  { name: "fisher", title: "Fisher", role: "labelled" },
  { name: "regmean", title: "RegMean", role: "unlabelled" },
  { name: "bayes", title: "Bayesian optimisation (P1)", role: "labelled" },
  { name: "perplexity", title: "Generation quality (P2)", role: "unlabelled" },
  { name: "slerp", title: "SLERP", role: "point of reference" },
  { name: "task-arithmetic", title: "Task arithmetic", role: "point of reference" },
  { name: "ties", title: "TIES", role: "point of reference" },
  { name: "dare-linear", title: "DARE-linear", role: "point of reference" },
] as const satisfies readonly Baseline[];

/** A method's name. */
export type BaselineName = (typeof BASELINES)[number]["name"];

/** The method of this name. */
export function baseline(name: BaselineName): Baseline {
  return BASELINES.find((one) => one.name === name)!;
}

/** A method's title without whose it is. */
export function shortTitle(title: string): string {
  return title.replace(/ \(.*/, "");
}

/** The merge of a pair by a method, as found on the search half of a task. */
export async function composeBaseline(
  bench: StudyBench,
  name: BaselineName,
  parents: readonly string[],
  task: BenchTask,
): Promise<Recipe> {
  const { limit, base, seed } = bench.settings;
  const rows = { task: task.info.name, split: "search" as const };
  const search = { ...defaultSearchSettings(parents.length), seed };
  const needs: Pick<ComposeRequest, "base" | "task" | "calibration" | "search"> = {
    base: ["task-arithmetic", "ties", "dare-linear"].includes(name) ? base : null,
    task: name === "greedy" || name === "bayes" ? { ...rows, limit } : null,
    calibration:
      name === "perplexity"
        ? { ...rows, limit }
        : name === "fisher" || name === "regmean"
          ? { ...rows, limit: Math.min(limit ?? CALIBRATION_ROWS, CALIBRATION_ROWS) }
          : null,
    search: name === "bayes" ? search : null,
  };
  const { recipe } = await bench.compose({ method: name, parents, options: {}, ...needs });
  return withoutZeros(recipe);
}

/** Whether the pair can be merged with the base: it must be another checkpoint. */
export function hasBase(bench: StudyBench, parents: readonly string[]): boolean {
  return !parents.includes(bench.settings.base);
}
