/** An evaluation as lm-evaluation-harness's results document, and as a table for people. Pure. */
import type { Evaluation, MetricValue } from "../domain/evaluation.ts";
import { type MetricName, measuresOf } from "../domain/measure.ts";
import type { TaskInfo } from "../domain/task.ts";
import { formatCount, formatElapsed, formatRows, formatValue } from "./text/numbers.ts";
import { formatTable } from "./text/table.ts";

/** What was evaluated, as the person named it. */
export type EvaluatedSubject = {
  readonly checkpoint: string;
  readonly task: string;
  readonly info: TaskInfo;
  readonly limit: number | null;
};

type Metrics = Readonly<Partial<Record<MetricName, MetricValue>>>;

/** The result as lm-eval prints it: "metric,filter" keys, "N/A" where there is no standard error. */
export function evaluationDocument(
  { checkpoint, task, info, limit }: EvaluatedSubject,
  evaluation: Evaluation,
): object {
  const { metrics, groups, n } = evaluation;
  const named = [{ name: task, metrics, n }, ...groups];
  const byName = (value: (group: (typeof named)[number]) => unknown) =>
    Object.fromEntries(named.map((group) => [group.name, value(group)]));
  return {
    results: byName(({ name, metrics: own, n: items }) => ({
      alias: name,
      ...metricFields(own, info),
      n: items,
    })),
    ...(groups.length === 0 ? {} : { group_subtasks: { [task]: groups.map(({ name }) => name) } }),
    higher_is_better: byName(({ metrics: own }) =>
      Object.fromEntries(entriesOf(own).map(([metric]) => [harnessMetric(metric), higherIsBetter(metric)])),
    ),
    ...(info.version === null ? {} : { versions: byName(() => info.version) }),
    "n-shot": byName(() => info.fewShot?.count ?? 0),
    config: {
      model: checkpoint,
      task,
      split: evaluation.split,
      limit,
      num_fewshot: info.fewShot?.count ?? 0,
      fewshot_seed: info.fewShot?.seed ?? null,
      split_seed: evaluation.split === "all" ? null : info.splitSeed,
      dtype: "float32",
    },
    tokens: evaluation.tokens,
    total_evaluation_time_seconds: evaluation.elapsedMs / 1000,
  };
}

/** A table of the metrics, of each subject where there are several, and how fast it was. */
export function evaluationText({ checkpoint, task, info }: EvaluatedSubject, evaluation: Evaluation): string {
  const table = formatTable(
    [
      { title: "metric", align: "left" },
      { title: "value", align: "right" },
      { title: "better", align: "left" },
    ],
    entriesOf(evaluation.metrics).map(([metric, { value, stderr }]) => [
      metric,
      formatValue({ percent: higherIsBetter(metric) }, value, stderr),
      higherIsBetter(metric) ? "higher" : "lower",
    ]),
  );
  const chance =
    info.chance === null || !measuresOf(info.kind)[0].percent
      ? ""
      : `; blind guessing would score ${formatValue({ percent: true }, info.chance, null)}`;
  const shots = info.fewShot === null ? "" : `, ${info.fewShot.count} worked examples`;
  const rows = `${formatRows(evaluation.n)} (${evaluation.split})${shots}`;
  return `${checkpoint} on ${task}, ${rows}${chance}\n\n${table}\n${groupTable(evaluation)}\n${rateOf(evaluation)}\n`;
}

function groupTable({ groups }: Evaluation): string {
  const [first] = groups;
  if (first === undefined) return "";
  const metrics = entriesOf(first.metrics).map(([metric]) => metric);
  const table = formatTable(
    [
      { title: "part", align: "left" },
      { title: "rows", align: "right" },
      ...metrics.map((title) => ({ title, align: "right" as const })),
    ],
    groups.map(({ name, n, metrics: own }) => [
      name,
      formatCount(n),
      ...metrics.map((metric) => {
        const value = own[metric];
        return value === undefined
          ? ""
          : formatValue({ percent: higherIsBetter(metric) }, value.value, value.stderr);
      }),
    ]),
  );
  return `\n${table}\n`;
}

/** Nothing runs where every item was known before. */
function rateOf({ tokens, elapsedMs }: Evaluation): string {
  if (elapsedMs === 0) return "every item was measured before and looked up";
  return `${formatCount(tokens)} tokens in ${formatElapsed(elapsedMs)}`;
}

function metricFields(metrics: Metrics, { filters }: TaskInfo): object {
  return Object.fromEntries(
    entriesOf(metrics).flatMap(([metric, { value, stderr }]) => {
      const [name, filter] = [harnessMetric(metric), filterOf(metric, filters)];
      return [
        [`${name},${filter}`, value],
        [`${name}_stderr,${filter}`, stderr ?? "N/A"],
      ];
    }),
  );
}

/** A second way of reading the same answers is the same metric behind another filter. */
function harnessMetric(metric: MetricName): string {
  return metric === "exact_match_flexible" ? "exact_match" : metric;
}

function filterOf(metric: MetricName, filters: readonly string[]): string {
  if (metric === "exact_match") return filters[0] ?? "none";
  return metric === "exact_match_flexible" ? (filters[1] ?? "none") : "none";
}

function higherIsBetter(metric: MetricName): boolean {
  return metric === "acc" || metric === "acc_norm" || metric.startsWith("exact_match");
}

function entriesOf(metrics: Metrics): readonly (readonly [MetricName, MetricValue])[] {
  return Object.entries(metrics) as readonly (readonly [MetricName, MetricValue])[];
}
