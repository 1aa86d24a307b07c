/**
 * Items of an evaluation as lm-evaluation-harness logs samples (`evaluator.py`, `save_results_samples`), one JSON
 * object a line: numbers of responses as strings, as it writes them. Pure but for the hashes.
 */
import { sha256Hex } from "../base/bytes.ts";
import { AppError } from "../base/errors.ts";
import type { Evaluation, ItemResult } from "../domain/evaluation.ts";
import type { GenerationRule, RowGroup, TaskInfo, TaskRow } from "../domain/task.ts";
import { textPairs } from "./requests.ts";

/** What samples are made of besides the evaluation. */
export type SampleSource = {
  readonly info: Pick<TaskInfo, "name" | "filters">;
  readonly rule: GenerationRule;
  readonly rows: readonly TaskRow[];
  /** The data set's own document behind each row; the row where there is none. */
  readonly documents: readonly unknown[];
  /** Groups of the rows: each is a task of its own to the harness, with its own numbering. */
  readonly groups: readonly RowGroup[];
};

/**
 * Lines, each with its line feed; for generated answers one for each filter. An evaluation that was stopped early has
 * lines for the items it saw.
 */
export async function sampleLines(
  source: SampleSource,
  { rows: places, items }: Pick<Evaluation, "rows" | "items">,
): Promise<readonly string[]> {
  const numbering = numberByGroup(source);
  const lines: string[] = [];
  for (const [i, item] of items.entries()) {
    const place = places[i]!;
    const row = source.rows[place];
    const numbered = numbering[place];
    if (row === undefined || numbered === undefined)
      throw new AppError("internal", `Item ${place} has no row among ${source.rows.length}.`);
    const head = await sampleHead(numbered, source.documents[place], row, source.rule);
    for (const tail of sampleTails(item, source.info.filters))
      lines.push(`${JSON.stringify({ ...head, ...tail })}\n`);
  }
  return lines;
}

type Numbered = { readonly task: string; readonly docId: number };

/** Task and number inside it of every row. */
function numberByGroup({ info, groups }: SampleSource): readonly Numbered[] {
  return groups.flatMap(({ name, rows }) =>
    Array.from({ length: rows }, (_, docId) => ({ task: name === "" ? info.name : name, docId })),
  );
}

async function sampleHead({ task, docId }: Numbered, doc: unknown, row: TaskRow, rule: GenerationRule) {
  const requests = argumentsOf(row, rule);
  const target = targetOf(row);
  const hash = (text: string) => sha256Hex(new TextEncoder().encode(text));
  return {
    doc_id: docId,
    task,
    doc,
    target,
    arguments: Object.fromEntries(
      requests.map((parts, i) => [
        `gen_args_${i}`,
        Object.fromEntries(parts.map((part, j) => [`arg_${j}`, part])),
      ]),
    ),
    doc_hash: await hash(JSON.stringify(doc, null, 2)),
    prompt_hash: await hash(String(requests[0]![0])),
    target_hash: await hash(target),
  };
}

/** Arguments of each request, in the harness's order. */
function argumentsOf(row: TaskRow, rule: GenerationRule): readonly (readonly unknown[])[] {
  if (row.kind === "text") return [[row.text]];
  if (row.kind !== "generation") return textPairs(row);
  const limit = rule.maxNewTokens === null ? {} : { max_gen_toks: rule.maxNewTokens };
  return [[row.question, { until: rule.until, do_sample: false, temperature: 0, ...limit }]];
}

/** As Python prints it. */
function targetOf(row: TaskRow): string {
  switch (row.kind) {
    case "multiple-choice":
      return String(row.gold);
    case "partial":
      return row.continuation;
    case "target":
      return row.delimiter + row.target;
    case "text":
      return row.text;
    case "generation":
      return row.answer;
    default:
      return row satisfies never;
  }
}

/** Responses and metrics, once a filter. */
function sampleTails(item: ItemResult, filters: readonly string[]): readonly object[] {
  const scored = (said: readonly string[][], metrics: Readonly<Record<string, unknown>>) => [
    {
      resps: said.map((response) => [response]),
      filtered_resps: said,
      filter: "none",
      metrics: Object.keys(metrics),
      ...metrics,
    },
  ];
  switch (item.kind) {
    case "choice": {
      const norm = item.chosenNorm === null ? {} : { acc_norm: Number(item.chosenNorm === item.gold) };
      return scored(
        item.logprobs.map((logprob, i) => [String(logprob), python(item.greedy[i]!)]),
        { acc: Number(item.chosen === item.gold), ...norm },
      );
    }
    case "target":
      return scored([[String(item.logprob), python(item.greedy)]], {
        perplexity: item.logprob,
        acc: Number(item.greedy),
      });
    case "text":
      return scored([[String(item.logprob)]], {
        word_perplexity: [item.logprob, item.words],
        byte_perplexity: [item.logprob, item.bytes],
        bits_per_byte: [item.logprob, item.bytes],
      });
    case "generation":
      return item.answers.map(({ extracted, correct }, i) => ({
        resps: [[item.generated]],
        filtered_resps: [extracted],
        filter: filters[i] ?? "none",
        metrics: ["exact_match"],
        exact_match: Number(correct),
      }));
    default:
      return item satisfies never;
  }
}

function python(flag: boolean): string {
  return flag ? "True" : "False";
}
