/**
 * Whether two evaluations of the same items differ: every comparison is paired, item by item, because both models saw
 * the same items. Pure.
 */
import { AppError } from "../base/errors.ts";
import type { Evaluation, ItemResult } from "../domain/evaluation.ts";
import { type Measure, turnSign } from "../domain/measure.ts";
import { normalCdf } from "../numerics/normal.ts";
import { mcnemarExactP, pairedDifference } from "../numerics/statistics.ts";
import { isRight, pooledRatio } from "./metrics.ts";

/** `a` minus `b` in objective units, over n items both have answered. */
export type PairedComparison = {
  readonly delta: number;
  /** Paired standard error; 0 when every item has the same outcome. */
  readonly deltaStderr: number;
  /** Two-sided: exact McNemar for right and wrong, a normal test of the paired difference for losses. */
  readonly pValue: number;
  /** Items right in `a` and wrong in `b`, and the other way round; `null` for losses. */
  readonly flips: { readonly gained: number; readonly lost: number } | null;
};

/**
 * Compares two evaluations of the same rows.
 * @throws AppError `mismatch` when they are not of the same task, rows and number of items, or have one item only.
 */
export function comparePaired(a: Evaluation, b: Evaluation, measure: Measure): PairedComparison {
  if (a.task !== b.task || a.split !== b.split || a.n !== b.n || a.n < 2)
    throw new AppError(
      "mismatch",
      `${a.n} items of ${a.task} cannot be paired with ${b.n} items of ${b.task}.`,
      {
        advice: "Compare two evaluations of the same two or more rows.",
      },
    );
  const [inA, inB] = [a, b].map(({ items }) => items.map((item) => isRight(item, measure.metric)));
  if (inA === undefined || inB === undefined || inA.includes(null))
    return compareLosses(a.items, b.items, measure);
  const gained = inA.filter((right, i) => right && !inB[i]).length;
  const lost = inB.filter((right, i) => right && !inA[i]).length;
  const { difference, standardError } = pairedDifference(inA.map(Number), inB.map(Number));
  return {
    delta: difference,
    deltaStderr: standardError,
    pValue: mcnemarExactP(gained, lost),
    flips: { gained, lost },
  };
}

/**
 * Item by item how much better `a` is than `b`: 1, 0 or −1 for right and wrong; for losses nats, so that their mean is a mean
 * over items, not over tokens.
 */
export function itemGains(a: Evaluation, b: Evaluation, { metric }: Measure): readonly number[] {
  return a.items.map((item, i) => {
    const [inA, inB] = [isRight(item, metric), isRight(b.items[i]!, metric)];
    return inA === null || inB === null
      ? lossOf(b.items[i]!).loss - lossOf(item).loss
      : Number(inA) - Number(inB);
  });
}

/** Losses are pooled over tokens, which both models share, so their difference is one ratio of sums. */
function compareLosses(
  a: readonly ItemResult[],
  b: readonly ItemResult[],
  measure: Measure,
): PairedComparison {
  const differences = a.map((item, i) => lossOf(item).loss - lossOf(b[i]!).loss);
  const { value, stderr } = pooledRatio(
    differences,
    a.map((item) => lossOf(item).tokens),
  );
  const deltaStderr = stderr!;
  const z = Math.abs(value) / deltaStderr;
  const pValue = value === 0 ? 1 : 2 * normalCdf(-z);
  return { delta: turnSign(measure, value), deltaStderr, pValue, flips: null };
}

/** Negative log-likelihood of an item in nats, and the tokens it is over. @throws AppError `internal` for an item without one. */
export function lossOf(item: ItemResult): { readonly loss: number; readonly tokens: number } {
  if (item.kind === "target" || item.kind === "text") return { loss: -item.logprob, tokens: item.tokens };
  throw new AppError("internal", `An item of kind ${item.kind} has no loss.`);
}
