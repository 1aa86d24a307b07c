/** Measures every merge the demo report needs, each once, all tasks of one before the next, telling how far it is. */
import { createProgress } from "../src/base/job.ts";
import { createProgressLine } from "../src/cli/progressLine.ts";
import { processTerminal } from "../src/cli/terminal.ts";
import type { Evaluation } from "../src/domain/evaluation.ts";
import { measuresOf } from "../src/domain/measure.ts";
import { pairRecipe, type Recipe, soleRecipe } from "../src/domain/recipe.ts";
import type { TaskInfo } from "../src/domain/task.ts";
import { isRight } from "../src/evaluate/metrics.ts";
import { lossOf } from "../src/evaluate/significance.ts";
import type { Engine } from "../src/rpc/protocol.ts";
import { LAMBDAS, type Outcomes } from "./demoCurves.ts";

/** Older and newer checkpoint. */
export type Pair = readonly [string, string];

/** What was measured, on the tasks' test halves. */
export interface MeasuredMerges {
  /** @throws Error for a merge that was not asked for. */
  at(task: TaskInfo, older: string, newer: string, lambda: number): Outcomes;
}

/** Single checkpoints and, for each pair, the merges at `LAMBDAS`. Progress goes to stderr. */
export async function measureMerges(
  engine: Engine,
  tasks: readonly TaskInfo[],
  checkpoints: readonly string[],
  pairs: readonly Pair[],
): Promise<MeasuredMerges> {
  const recipes = new Map<string, Recipe>();
  const add = (recipe: Recipe): void => void recipes.set(JSON.stringify(recipe), recipe);
  for (const name of checkpoints) add(soleRecipe(name));
  for (const [older, newer] of pairs) for (const lambda of LAMBDAS) add(recipeAt(older, newer, lambda));
  const job = { signal: new AbortController().signal, emit: () => undefined };
  const clock = () => performance.now();
  const line = createProgressLine(processTerminal(process), clock);
  const progress = createProgress(clock, "measuring", recipes.size * tasks.length, "evaluations");
  const known = new Map<string, Outcomes>();
  for (const [key, recipe] of recipes)
    for (const task of tasks) {
      const request = { recipe, task: task.name, split: "test", limit: null } as const;
      known.set(`${task.name} ${key}`, outcomesOf(await engine.call("evaluate", request, job), task));
      line.show(progress(known.size));
    }
  line.clear();
  return {
    at(task, older, newer, lambda) {
      const outcomes = known.get(`${task.name} ${JSON.stringify(recipeAt(older, newer, lambda))}`);
      if (outcomes === undefined) throw new Error(`${older}–${newer} at ${lambda} was not measured.`);
      return outcomes;
    },
  };
}

/** The ends of the line are the checkpoints themselves. */
function recipeAt(older: string, newer: string, lambda: number): Recipe {
  if (lambda === 0) return soleRecipe(older);
  return lambda === 1 ? soleRecipe(newer) : pairRecipe(older, newer, lambda);
}

function outcomesOf({ items }: Evaluation, task: TaskInfo): Outcomes {
  const { metric } = measuresOf(task.kind)[0];
  const pairs = items.map((item) => {
    const right = isRight(item, metric);
    const { loss, tokens } = right === null ? lossOf(item) : { loss: Number(right), tokens: 1 };
    return { value: loss, weight: tokens };
  });
  return { values: pairs.map(({ value }) => value), weights: pairs.map(({ weight }) => weight) };
}
