/**
 * From items to metrics, named as lm-evaluation-harness prints them. Pure.
 *
 * A share or a mean over items has the standard error s/√n (n−1 in s). `nll` is pooled over tokens, Σ nll / Σ tokens,
 * a ratio of two sums over items, so its standard error is the ratio estimator's (Cochran, Sampling Techniques,
 * eq. 6.12, no finite-population correction); `perplexity` carries it on by the delta method.
 */
import type { ItemResult, MetricValue } from "../domain/evaluation.ts";
import type { MetricName } from "../domain/measure.ts";
import { standardError } from "../numerics/statistics.ts";

type Metrics = Readonly<Partial<Record<MetricName, MetricValue>>>;
type Of<K extends ItemResult["kind"]> = Extract<ItemResult, { readonly kind: K }>;

/** The metrics of a task's items, all of one kind; at least one item. */
export function metricsOf(items: readonly ItemResult[]): Metrics {
  const kind = items[0]!.kind;
  switch (kind) {
    case "choice":
      return choiceMetrics(items as readonly Of<"choice">[]);
    case "target":
      return targetMetrics(items as readonly Of<"target">[]);
    case "text":
      return textMetrics(items as readonly Of<"text">[]);
    case "generation":
      return generationMetrics(items as readonly Of<"generation">[]);
    default:
      return kind satisfies never;
  }
}

/** Whether an item counts as right under a metric of right and wrong; `null` where the metric is a loss. */
export function isRight(item: ItemResult, metric: MetricName): boolean | null {
  if (metric === "acc" && item.kind === "choice") return item.chosen === item.gold;
  if (metric === "acc_norm" && item.kind === "choice" && item.chosenNorm !== null)
    return item.chosenNorm === item.gold;
  if (metric === "acc" && item.kind === "target") return item.greedy;
  if (metric === "exact_match" && item.kind === "generation") return item.answers[0]!.correct;
  if (metric === "exact_match_flexible" && item.kind === "generation")
    return item.answers[1]?.correct ?? null;
  return null;
}

/** Σ values / Σ weights over items, with the ratio estimator's standard error; `null` for one item. */
export function pooledRatio(values: readonly number[], weights: readonly number[]): MetricValue {
  const total = sum(weights);
  const ratio = sum(values) / total;
  const n = values.length;
  const squares = sum(values.map((value, i) => (value - ratio * weights[i]!) ** 2));
  return { value: ratio, stderr: n < 2 ? null : Math.sqrt((squares * n) / (n - 1)) / total };
}

/** Mean with s/√n; `stderr` is `null` for one value. */
export function meanOf(values: readonly number[]): MetricValue {
  return { value: sum(values) / values.length, stderr: values.length < 2 ? null : standardError(values) };
}

function choiceMetrics(items: readonly Of<"choice">[]): Metrics {
  const share = (metric: MetricName) => meanOf(items.map((item) => (isRight(item, metric) ? 1 : 0)));
  return {
    acc: share("acc"),
    ...(items[0]!.chosenNorm === null ? {} : { acc_norm: share("acc_norm") }),
  };
}

/** One figure for each way of reading the answers. */
function generationMetrics(items: readonly Of<"generation">[]): Metrics {
  const share = (metric: MetricName) => meanOf(items.map((item) => (isRight(item, metric) ? 1 : 0)));
  const flexible = items[0]!.answers.length > 1;
  return {
    exact_match: share("exact_match"),
    ...(flexible ? { exact_match_flexible: share("exact_match_flexible") } : {}),
  };
}

/** As LAMBADA: `perplexity` is of whole targets, exp(−mean summed log-probability); `nll` is of tokens. */
function targetMetrics(items: readonly Of<"target">[]): Metrics {
  const losses = items.map((item) => -item.logprob);
  return {
    acc: meanOf(items.map((item) => (item.greedy ? 1 : 0))),
    perplexity: exponential(meanOf(losses)),
    nll: pooledRatio(
      losses,
      items.map((item) => item.tokens),
    ),
  };
}

/** `sequence_perplexity` is the mean of the texts' own perplexities. Word and byte counts are of the original text; the harness bootstraps their errors, here they have none. */
function textMetrics(items: readonly Of<"text">[]): Metrics {
  const losses = items.map((item) => -item.logprob);
  const nll = pooledRatio(
    losses,
    items.map((item) => item.tokens),
  );
  const perByte = sum(losses) / sum(items.map((item) => item.bytes));
  return {
    nll,
    perplexity: exponential(nll),
    sequence_perplexity: meanOf(items.map((item) => Math.exp(-item.logprob / item.tokens))),
    word_perplexity: { value: Math.exp(sum(losses) / sum(items.map((item) => item.words))), stderr: null },
    byte_perplexity: { value: Math.exp(perByte), stderr: null },
    bits_per_byte: { value: perByte / Math.LN2, stderr: null },
  };
}

/** Beyond e^709 a perplexity is Infinity, and its error has no meaning. */
function exponential({ value, stderr }: MetricValue): MetricValue {
  const power = Math.exp(value);
  return {
    value: power,
    stderr: stderr === null || power === Number.POSITIVE_INFINITY ? null : power * stderr,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
