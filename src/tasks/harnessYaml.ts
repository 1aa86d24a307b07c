/**
 * A task in lm-evaluation-harness's YAML as a definition. What would run Python, read other files or format a chat is
 * refused by name. Runs everywhere; reads no data.
 */
import * as v from "valibot";
import { parseDocument } from "yaml";
import { AppError } from "../base/errors.ts";
import type { TaskKind } from "../domain/task.ts";
import type { Doc, TaskDefinition } from "./benchmark.ts";
import { define } from "./benchmarks/common.ts";
import { choicesReader, goldReader, promptReader, targetReader } from "./harnessFields.ts";
import { answerFilters, generationKwargs, generationRule } from "./harnessGeneration.ts";
import { compileTemplate } from "./template.ts";

const MAX_YAML = 2 ** 20;

const text = v.string();
const template = v.union([text, v.number()]);

const schema = v.looseObject({
  task: text,
  output_type: v.optional(
    v.picklist(["multiple_choice", "loglikelihood", "loglikelihood_rolling", "generate_until"]),
    "generate_until",
  ),
  dataset_path: v.nullish(text),
  dataset_name: v.nullish(text),
  training_split: v.nullish(text),
  validation_split: v.nullish(text),
  test_split: v.nullish(text),
  fewshot_split: v.nullish(text),
  description: v.nullish(text, ""),
  doc_to_text: v.nullish(template, ""),
  doc_to_target: v.nullish(template, ""),
  doc_to_choice: v.nullish(v.union([text, v.array(v.union([text, v.number()])), v.record(text, text)])),
  target_delimiter: v.nullish(text, " "),
  fewshot_delimiter: v.nullish(text, "\n\n"),
  num_fewshot: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)), 0),
  fewshot_config: v.nullish(
    v.strictObject({
      sampler: v.optional(v.picklist(["default", "first_n"]), "default"),
      split: v.optional(text),
    }),
  ),
  repeats: v.nullish(v.literal(1)),
  generation_kwargs: v.nullish(generationKwargs),
  filter_list: v.nullish(v.array(answerFilters)),
  metric_list: v.nullish(v.array(v.looseObject({ metric: text, aggregation: v.optional(text) })), []),
  metadata: v.nullish(v.looseObject({ version: v.optional(v.union([v.number(), text])) })),
});

type Yaml = v.InferOutput<typeof schema>;

/** Keys whose meaning is outside what is built here. */
const REFUSED: readonly string[] = [
  "include",
  "group",
  "process_docs",
  "process_results",
  "custom_dataset",
  "use_prompt",
  "gen_prefix",
  "class",
  "doc_to_image",
  "doc_to_audio",
];

/** Metric → how the harness puts its items together, for each type of output. */
const METRICS: Readonly<Record<Yaml["output_type"], Readonly<Record<string, string>>>> = {
  multiple_choice: { acc: "mean", acc_norm: "mean" },
  loglikelihood: { perplexity: "perplexity", acc: "mean" },
  loglikelihood_rolling: {
    word_perplexity: "weighted_perplexity",
    byte_perplexity: "weighted_perplexity",
    bits_per_byte: "bits_per_byte",
  },
  generate_until: { exact_match: "mean" },
};

const KINDS: Readonly<Record<Yaml["output_type"], TaskKind>> = {
  multiple_choice: "multiple-choice",
  loglikelihood: "target",
  loglikelihood_rolling: "text",
  generate_until: "generation",
};

/**
 * @param name what a person calls the file.
 * @throws AppError `bad-format` naming the key, `unsupported` for what only the harness itself can do.
 */
export function parseHarnessTask(name: string, yaml: string): TaskDefinition {
  const task = readYaml(name, yaml);
  const kind = KINDS[task.output_type];
  checkMetrics(name, task);
  const choices = task.doc_to_choice == null ? null : choicesReader(task.doc_to_choice);
  if (kind === "multiple-choice" && choices === null)
    throw badTask(name, "doc_to_choice", "is missing, which multiple choice needs");
  const question = promptReader(task.doc_to_text, kind);
  const prompt = (doc: Doc) => (kind === "text" ? "" : question(doc));
  const target = targetReader(task.doc_to_target);
  const gold = goldReader(task.doc_to_target);
  const preamble = readDescription(name, task.description);
  return define({
    name: task.task,
    title: task.task,
    question: "",
    description: `A task in the harness's YAML (${name}).`,
    kind,
    language: "",
    version: Number(task.metadata?.version ?? 0) || 0,
    licence: "",
    source: task.dataset_path ?? "",
    repository: task.dataset_path ?? "",
    hubConfig: () => task.dataset_name ?? null,
    metrics: Object.keys(METRICS[task.output_type]),
    preamble: () => preamble,
    prompt,
    choices: choices ?? (() => []),
    gold: (doc) => gold(doc, choices?.(doc) ?? []),
    target: (doc) => (kind === "multiple-choice" ? "" : target(doc)),
    rawInput: (doc) => (kind === "text" ? target(doc) : prompt(doc)),
    targetDelimiter: task.target_delimiter,
    fewShotDelimiter: task.fewshot_delimiter,
    ...splitsOf(task),
    generation: kind === "generation" ? generationRule(name, task) : null,
    files: "rows with the fields that the templates name, as JSON lines, CSV or parquet",
  });
}

/** What is evaluated, and where worked examples come from when the file does not say. */
function splitsOf(task: Yaml): Pick<TaskDefinition, "hubSplits" | "fewShot"> {
  const { training_split: training, validation_split: validation, test_split: test } = task;
  const named = task.fewshot_config?.split ?? task.fewshot_split ?? null;
  return {
    hubSplits: {
      docs: test ?? validation ?? "test",
      fewShot: named ?? training ?? validation ?? test ?? null,
    },
    fewShot: {
      count: task.num_fewshot,
      sampler: task.fewshot_config?.sampler === "first_n" ? "first" : "random",
      excludeSelf: named === (test ?? null),
    },
  };
}

/** The text before everything, which is the same for every document here. */
function readDescription(name: string, description: string): string {
  try {
    return compileTemplate(description).text({});
  } catch (cause) {
    const why = cause instanceof AppError ? cause.message : String(cause);
    throw new AppError("unsupported", `The description of the task ${name} cannot be used: ${why}`, {
      advice: "Write it without fields of the data, or move it into doc_to_text.",
      fields: { name, key: "description" },
      cause,
    });
  }
}

function readYaml(name: string, yaml: string): Yaml {
  if (yaml.length > MAX_YAML) throw badTask(name, null, "is longer than a task file may be");
  if (/!function\b/.test(yaml))
    throw new AppError("unsupported", `The task ${name} names a Python function, which is not run here.`, {
      advice: "Write it with templates, or prepare the rows and give them as a .jsonl file.",
      fields: { name },
    });
  let json: unknown;
  try {
    const document = parseDocument(yaml, { schema: "core", prettyErrors: false });
    if (document.errors.length > 0) throw document.errors[0];
    json = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw badTask(name, null, cause instanceof Error ? cause.message : String(cause));
  }
  if (typeof json !== "object" || json === null) throw badTask(name, null, "is no record of keys");
  const refused = REFUSED.find((key) => Object.hasOwn(json, key));
  if (refused !== undefined)
    throw new AppError("unsupported", `The task ${name} has the key "${refused}", which is not supported.`, {
      advice: "Write the task without it, or give its rows as a .jsonl file.",
      fields: { name, key: refused },
    });
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const why = issue.type === "strict_object" ? "is not supported" : issue.message;
  throw badTask(name, v.getDotPath(issue) ?? null, why);
}

function checkMetrics(name: string, { output_type: type, metric_list: metrics }: Yaml): void {
  const known = METRICS[type];
  const other = metrics.find(({ metric, aggregation }) => {
    const usual = Object.hasOwn(known, metric) ? known[metric] : undefined;
    return usual === undefined || (aggregation ?? usual) !== usual;
  });
  if (other === undefined) return;
  const how = other.aggregation === undefined ? "" : `, aggregated by ${other.aggregation}`;
  throw new AppError("unsupported", `The task ${name} asks for the metric "${other.metric}"${how}.`, {
    advice: `A ${type} task has ${Object.entries(known)
      .map(([metric, usual]) => `${metric} (${usual})`)
      .join(", ")} here.`,
    fields: { name, metric: other.metric },
  });
}

function badTask(name: string, key: string | null, why: string): AppError {
  const where = key === null ? "" : ` at ${key}`;
  return new AppError("bad-format", `The task file ${name} is not usable${where}: ${why}.`, {
    advice: "See docs/tasks.md for what a task file may say.",
    fields: { name, ...(key === null ? {} : { key }) },
  });
}
