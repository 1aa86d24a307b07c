/**
 * Figures of a task that has parts, put together as lm-evaluation-harness reports its groups (`api/metrics.py`,
 * `pooled_sample_stderr`, `unweighted_mean_stderr`). Pure.
 */
import type { Evaluation, GroupResult, ItemResult, MetricValue } from "../domain/evaluation.ts";
import type { MetricName } from "../domain/measure.ts";
import type { RowGroup } from "../domain/task.ts";
import { metricsOf } from "./metrics.ts";

type Metrics = Evaluation["metrics"];

/** Each group's own figures over the items there are; groups without an item are left out. */
export function groupResults(
  groups: readonly RowGroup[],
  rows: readonly number[],
  items: readonly ItemResult[],
): readonly GroupResult[] {
  const results: GroupResult[] = [];
  let end = 0;
  let at = 0;
  for (const { name, rows: size } of groups) {
    end += size;
    const start = at;
    while (at < rows.length && rows[at]! < end) at++;
    const own = items.slice(start, at);
    if (own.length > 0) results.push({ name, n: own.length, metrics: metricsOf(own) });
  }
  return results;
}

/**
 * The figures of all items. Shares of several groups are weighted by size, with the pooled standard error
 * √(Σ (nᵢ−1) nᵢ sᵢ² / (Σnᵢ − k) / Σnᵢ), or the plain mean of the groups, with √(Σ sᵢ²)/k. Losses and perplexities are
 * always of all items together. A group of one item has no standard error, and then the whole has the one of all items.
 */
export function metricsOfGroups(
  items: readonly ItemResult[],
  groups: readonly GroupResult[],
  weightBySize: boolean,
): Metrics {
  if (items.length === 0) return {};
  const together = metricsOf(items);
  if (groups.length < 2) return together;
  return Object.fromEntries(
    Object.entries(together).map(([name, value]) => {
      const parts = groups.map(({ n, metrics }) => ({ n, ...metrics[name as MetricName]! }));
      return [name, isShare(name as MetricName) ? combine(parts, value, weightBySize) : value];
    }),
  );
}

type Part = MetricValue & { readonly n: number };

function combine(parts: readonly Part[], together: MetricValue, weightBySize: boolean): MetricValue {
  const k = parts.length;
  const known = parts.every(({ stderr }) => stderr !== null);
  const squares = (weight: (part: Part) => number) =>
    parts.reduce((sum, part) => sum + weight(part) * part.stderr! ** 2, 0);
  if (!weightBySize) {
    const value = parts.reduce((sum, part) => sum + part.value, 0) / k;
    return { value, stderr: known ? Math.sqrt(squares(() => 1)) / k : together.stderr };
  }
  const total = parts.reduce((sum, { n }) => sum + n, 0);
  const variance = squares(({ n }) => (n - 1) * n) / (total - k);
  return { value: together.value, stderr: known ? Math.sqrt(variance / total) : together.stderr };
}

function isShare(metric: MetricName): boolean {
  return metric === "acc" || metric === "acc_norm" || metric.startsWith("exact_match");
}
