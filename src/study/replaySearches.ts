/**
 * Searches run by the thousand on a dense sweep's table: what single runs of the papers would have been with other
 * seeds. A suggested λ is answered by the nearest λ of the table that this search has not had yet, which is where it then
 * was: a coarse table would else answer neighbouring wishes with the same score again. Engine thread or Node.
 */
import { AppError } from "../base/errors.ts";
import { type Clock, createProgress, throwIfCancelled } from "../base/job.ts";
import { nextChoice } from "../bayes/optimizer.ts";
import type { ItemOutcomes, ReplayArm, ReplayPath, ReplayResult, ScoreCurve } from "../domain/replay.ts";
import type { HistoryPoint, SearchSettings } from "../domain/surrogate.ts";
import { nextTurn } from "../evaluate/nextTurn.ts";
import { createRng } from "../numerics/rng.ts";
import { mean, pairedDifference, quantile, sampleVariance, standardError } from "../numerics/statistics.ts";
import type { StudyJob } from "./objective.ts";

/** What is replayed. */
export type ReplayPlan = {
  readonly curve: ScoreCurve;
  /** For arms that see a share of the items. */
  readonly items: ItemOutcomes | null;
  readonly arms: readonly ReplayArm[];
  /** How many searches an arm; seeds are 0, 1, …. */
  readonly seeds: number;
};

const MAX_SEARCHES = 20_000;
const LEVELS = [0.1, 0.25, 0.5, 0.75, 0.9] as const;

/**
 * Every arm with every seed. @throws AppError `usage` for a plan that makes no sense; `cancelled`.
 */
export async function replaySearches(
  plan: ReplayPlan,
  clock: Clock,
  job: StudyJob,
): Promise<readonly ReplayResult[]> {
  checkPlan(plan);
  const { curve, items, arms, seeds } = plan;
  const progress = createProgress(clock, "replaying", arms.length * seeds, "searches");
  const regrets: number[][][] = arms.map(() => []);
  // Seed by seed, so that all arms have as many whenever it is stopped.
  for (let seed = 0; seed < seeds; seed++) {
    for (const [k, arm] of arms.entries()) {
      const seen =
        arm.itemShare === null || items === null ? curve : curveOfShare(curve, items, arm.itemShare, seed);
      regrets[k]!.push([...regretOf(replayOne(seen, { ...arm.settings, seed }), seen, curve)]);
      job.onProgress(progress(seed * arms.length + k + 1));
    }
    await nextTurn();
    throwIfCancelled(job.signal);
  }
  return arms.map((arm, k) => resultOf(arm.label, regrets[k]!, regrets[0]!, curve, k === 0));
}

/** One search on a table, from the parents' scores on. */
export function replayOne(curve: ScoreCurve, settings: SearchSettings): ReplayPath {
  const had = new Set<number>();
  const measure = (wanted: number) => {
    const index = nearestIndex(curve, wanted, had);
    had.add(index);
    const lambda = curve.lambda[index]!;
    return { weights: [1 - lambda, lambda], value: curve.value[index]!, stderr: curve.stderr[index] ?? null };
  };
  const history: HistoryPoint[] = [0, 1].map((lambda) => ({ ...measure(lambda), ask: null }));
  const path: { lambda: number; value: number }[] = [];
  for (let trial = 0; trial < settings.trials; trial++) {
    const choice = nextChoice(settings, history);
    const point = measure(choice.weights[1]!);
    history.push({ ...point, ask: choice });
    path.push({ lambda: point.weights[1]!, value: point.value });
  }
  return path;
}

/** Index of the nearest λ of a table, the lower of two as near; one not in `had` while there is any. */
export function nearestIndex(
  { lambda }: ScoreCurve,
  wanted: number,
  had: ReadonlySet<number> = NONE,
): number {
  let best = -1;
  lambda.forEach((value, i) => {
    if (had.has(i) && had.size < lambda.length) return;
    if (best < 0 || Math.abs(value - wanted) < Math.abs(lambda[best]! - wanted)) best = i;
  });
  return best;
}

const NONE: ReadonlySet<number> = new Set();

/** Simple regret after 0, 1, … trials: chosen by what was seen, judged by the whole table. */
export function regretOf(path: ReplayPath, seen: ScoreCurve, truth: ScoreCurve): readonly number[] {
  const best = Math.max(...truth.value);
  const parents = [0, 1].map((lambda) => nearestIndex(seen, lambda));
  let incumbent = parents.reduce((a, b) => (seen.value[b]! > seen.value[a]! ? b : a));
  const regrets = [best - truth.value[incumbent]!];
  for (const { lambda } of path) {
    const index = nearestIndex(seen, lambda);
    if (seen.value[index]! > seen.value[incumbent]!) incumbent = index;
    regrets.push(best - truth.value[incumbent]!);
  }
  return regrets;
}

/** The curve over a random share of the items, the same items at every λ. */
export function curveOfShare(
  { lambda }: ScoreCurve,
  { items, outcomes }: ItemOutcomes,
  share: number,
  seed: number,
): ScoreCurve {
  const count = Math.max(2, Math.round(share * items));
  const chosen = drawItems(items, count, seed);
  const scores = lambda.map((_, i) => Float64Array.from(chosen, (item) => outcomes[i * items + item]!));
  return {
    lambda,
    value: scores.map((score) => mean(score)),
    stderr: scores.map((score) => standardError(score)),
  };
}

/** `count` of the items without repetition (Fisher and Yates). */
function drawItems(items: number, count: number, seed: number): readonly number[] {
  const rng = createRng(seed, "replayed items");
  const order = Array.from({ length: items }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + rng.integer(items - i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order.slice(0, count);
}

function resultOf(
  label: string,
  regrets: readonly (readonly number[])[],
  first: readonly (readonly number[])[],
  curve: ScoreCurve,
  isFirst: boolean,
): ReplayResult {
  const steps = regrets[0]!.map((_, t) => regrets.map((one) => one[t]!));
  const final = steps.at(-1)!;
  const best = curve.value.indexOf(Math.max(...curve.value));
  const tolerance = curve.stderr[best] ?? 0;
  const spread = (values: readonly number[]): number =>
    values.length < 2 ? 0 : Math.sqrt(sampleVariance(values) / values.length);
  return {
    label,
    mean: steps.map((step) => mean(step)),
    stderr: steps.map(spread),
    quantiles: steps.map((step) => {
      const [a, b, c, d, e] = LEVELS.map((level) => quantile(step, level));
      return [a!, b!, c!, d!, e!];
    }),
    nearBest: mean(final.map((regret) => (regret <= tolerance ? 1 : 0))),
    difference:
      isFirst || final.length < 2
        ? null
        : differenceOf(
            final,
            first.map((one) => one.at(-1)!),
          ),
  };
}

function differenceOf(a: readonly number[], b: readonly number[]) {
  const { difference, standardError: stderr } = pairedDifference(a, b);
  return { mean: difference, stderr };
}

function checkPlan({ curve, items, arms, seeds }: ReplayPlan): void {
  const refuse = (what: string, advice: string): never => {
    throw new AppError("usage", `The searches cannot be replayed: ${what}.`, { advice });
  };
  const n = curve.lambda.length;
  if (n < 3 || curve.value.length !== n || curve.stderr.length !== n || !curve.value.every(Number.isFinite))
    refuse("the table has fewer than three scores, or some are missing", "Sweep λ first.");
  if (arms.length === 0 || arms.some(({ settings }) => settings.parents !== 2))
    refuse("there is no search of two checkpoints to replay", "Choose at least one.");
  if (!(Number.isInteger(seeds) && seeds >= 1 && seeds * arms.length <= MAX_SEARCHES))
    refuse(`${seeds} seeds of ${arms.length} searches`, `Replay 1 to ${MAX_SEARCHES} searches in all.`);
  if (items !== null && items.outcomes.length !== n * items.items)
    refuse("the items' outcomes are not of this table", "Measure the sweep again.");
}
