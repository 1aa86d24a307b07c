/**
 * Merges against their better parent, paired over items, and what many such comparisons at once can say. Pure but for the
 * bench's measuring.
 */
import type { Evaluation } from "../../domain/evaluation.ts";
import { type Measure, turnSign } from "../../domain/measure.ts";
import { type Recipe, soleRecipe } from "../../domain/recipe.ts";
import type { CellNumber } from "../../domain/studyResult.ts";
import type { Half } from "../../domain/task.ts";
import { comparePaired, type PairedComparison } from "../../evaluate/significance.ts";
import { benjaminiHochberg } from "../../numerics/multiplicity.ts";
import { mean, quantile, sampleVariance } from "../../numerics/statistics.ts";
import type { BenchTask, StudyBench } from "./bench.ts";

/** Share of false discoveries that is accepted among those called certain. */
export const FALSE_DISCOVERY_RATE = 0.05;

/** The metric's own value: a loss is a loss. */
export function metricOf(evaluation: Evaluation, { metric }: Measure): CellNumber {
  const { value, stderr } = evaluation.metrics[metric]!;
  return stderr === null ? { value } : { value, stderr };
}

/** The objective's value: always better when larger. */
export function objectiveOf(evaluation: Evaluation, measure: Measure): number {
  return turnSign(measure, metricOf(evaluation, measure).value);
}

/** The parents of a recipe on a half of a task, and the better of them. */
export async function betterParent(
  bench: StudyBench,
  parents: readonly string[],
  task: BenchTask,
  half: Half,
): Promise<{ readonly name: string; readonly evaluation: Evaluation }> {
  let best: { readonly name: string; readonly evaluation: Evaluation } | null = null;
  for (const name of parents) {
    const evaluation = await bench.evaluate(soleRecipe(name), task, half);
    if (best === null || objectiveOf(evaluation, task.measure) > objectiveOf(best.evaluation, task.measure))
      best = { name, evaluation };
  }
  return best!;
}

/** A merge minus its better parent on a half of a task. */
export async function gainOf(
  bench: StudyBench,
  recipe: Recipe,
  parents: readonly string[],
  task: BenchTask,
  half: Half,
): Promise<PairedComparison> {
  const better = await betterParent(bench, parents, task, half);
  const merged = await bench.evaluate(recipe, task, half);
  return comparePaired(merged, better.evaluation, task.measure);
}

/**
 * Which of many comparisons can be told from noise at a false-discovery rate of 5 % (Benjamini & Hochberg 1995). Those that
 * are the parent itself (no item differs) are no comparison and count as none.
 */
export function certainOnes(comparisons: readonly PairedComparison[]): readonly {
  readonly certain: boolean;
  readonly q: number;
}[] {
  const isOne = comparisons.map(({ deltaStderr }) => deltaStderr > 0);
  const q = benjaminiHochberg(comparisons.filter((_, i) => isOne[i]).map(({ pValue }) => pValue));
  let next = 0;
  return isOne.map((one) => {
    const own = one ? q[next++]! : 1;
    return { certain: own <= FALSE_DISCOVERY_RATE, q: own };
  });
}

/** A difference as a number with its error. */
export function gainCell({ delta, deltaStderr }: PairedComparison): CellNumber {
  return { value: delta, stderr: deltaStderr };
}

/** Differences as a table's column shows them. */
export function differenceCell({ delta, deltaStderr }: PairedComparison, certain: boolean): CellNumber {
  return { value: delta, stderr: deltaStderr, certain };
}

/** A column's unit for scores of this measure. */
export function scoreUnit({ percent }: Pick<Measure, "percent">): "percent" | "plain" {
  return percent ? "percent" : "plain";
}

/** The value with its normal 95 % interval, as figures draw it; without an error the value alone. */
export function withInterval({ value, stderr = 0 }: CellNumber): {
  readonly value: number;
  readonly low: number;
  readonly high: number;
} {
  return { value, low: value - 1.96 * stderr, high: value + 1.96 * stderr };
}

/** What is left of a gain on rows that did not choose it, as an arrow with a 95 % interval. */
export function shrinkageArrow(name: string, seen: PairedComparison, unseen: PairedComparison) {
  const { value: to, low, high } = withInterval(gainCell(unseen));
  return { name, from: seen.delta, to, low, high };
}

/** A column's unit for differences of this measure. */
export function differenceUnit({ percent }: Pick<Measure, "percent">): "points" | "difference" {
  return percent ? "points" : "difference";
}

/** "demo:4400" as it stands in tables: "4400"; names that would then be equal stay whole. */
export function shortNames(names: readonly string[]): readonly string[] {
  const short = names.map((name) =>
    name
      .replace(/^demo:/, "")
      .replace(/^hf:[^@]*@/, "")
      .replace(/^.*\//, ""),
  );
  return new Set(short).size === names.length ? short : names;
}

/**
 * Pairs that follow each other in the run. Where all names end in a number of steps, a gap of more than twice the usual one
 * parts two stretches of the run, and the pair across it is none.
 */
export function neighbourPairs(checkpoints: readonly string[]): readonly (readonly [string, string])[] {
  const steps = checkpoints.map((name) => Number(/(\d+)\D*$/.exec(name)?.[1] ?? Number.NaN));
  const gaps = steps.slice(1).map((step, i) => step - steps[i]!);
  const usual =
    gaps.every((gap) => gap > 0) && gaps.length > 2 ? quantile(gaps, 0.5) : Number.POSITIVE_INFINITY;
  return checkpoints
    .slice(1)
    .flatMap((newer, i) => (gaps[i]! > 2 * usual ? [] : [[checkpoints[i]!, newer] as const]));
}

/** Mean of numbers and its standard error over them; `stderr` absent for a single one. */
export function meanCell(values: readonly number[]): CellNumber {
  const value = mean(values);
  return values.length < 2 ? { value } : { value, stderr: Math.sqrt(sampleVariance(values) / values.length) };
}

/** The rows with the best number of each column marked; `better` says for each column which way is up, `null` for none. */
export function markBest<Row extends readonly unknown[]>(
  rows: readonly Row[],
  better: readonly (1 | -1 | null)[],
): readonly Row[] {
  const bests = better.map((sign, column) => {
    if (sign === null) return null;
    const values = rows.flatMap((row) => (isNumber(row[column]) ? [sign * row[column].value] : []));
    return values.length === 0 ? null : Math.max(...values);
  });
  return rows.map(
    (row) =>
      row.map((cell, column) => {
        const [sign, best] = [better[column], bests[column]];
        const isBest = isNumber(cell) && sign != null && best != null && sign * cell.value === best;
        return isBest ? { ...cell, best: true } : cell;
      }) as unknown as Row,
  );
}

function isNumber(cell: unknown): cell is CellNumber {
  return typeof cell === "object" && cell !== null && "value" in cell;
}
