/**
 * A task in lm-evaluation-harness's YAML as a definition. What would run Python, read other files or format a chat is
 * refused by name. Runs everywhere; reads no data.
 */
import * as v from "valibot";
import { parseDocument } from "yaml";
import { AppError } from "../base/errors.ts";
import type { GenerationRule, TaskKind } from "../domain/task.ts";
import type { Doc, TaskDefinition } from "./benchmark.ts";
import { define } from "./benchmarks/common.ts";
import { compileTemplate, type Template } from "./template.ts";

const MAX_YAML = 2 ** 20;
/** As the harness's default (`max_gen_toks`). */
const MAX_NEW_TOKENS = 256;

const text = v.string();
const template = v.union([text, v.number()]);
const metric = v.looseObject({ metric: text });
const filter = v.looseObject({
  name: text,
  filter: v.array(v.looseObject({ function: text })),
});

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
    v.looseObject({ sampler: v.optional(v.picklist(["default", "first_n"]), "default") }),
  ),
  generation_kwargs: v.nullish(
    v.looseObject({
      until: v.optional(v.union([text, v.array(text)]), []),
      max_gen_toks: v.optional(
        v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_536)),
        MAX_NEW_TOKENS,
      ),
      do_sample: v.optional(v.literal(false)),
    }),
  ),
  filter_list: v.nullish(v.array(filter)),
  metric_list: v.nullish(v.array(metric), []),
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

const METRICS: Readonly<Record<Yaml["output_type"], readonly string[]>> = {
  multiple_choice: ["acc", "acc_norm"],
  loglikelihood: ["perplexity", "acc"],
  loglikelihood_rolling: ["word_perplexity", "byte_perplexity", "bits_per_byte"],
  generate_until: ["exact_match"],
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
  const { output_type: type } = task;
  const kind = KINDS[type];
  checkMetrics(name, task);
  const prompt = fieldOrTemplate(task.doc_to_text);
  const target = fieldOrTemplate(task.doc_to_target);
  const choices = task.doc_to_choice == null ? null : choicesReader(task.doc_to_choice);
  if (kind === "multiple-choice" && choices === null)
    throw badTask(name, "doc_to_choice", "is missing, which multiple choice needs");
  const description = task.description === "" ? null : compileTemplate(task.description);
  const docs = task.test_split ?? task.validation_split ?? "test";
  const fewShot =
    task.fewshot_split ?? task.training_split ?? task.validation_split ?? task.test_split ?? null;
  const textOf = (doc: Doc) => (kind === "text" ? "" : asText(prompt(doc)));
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
    hubSplits: { docs, fewShot },
    metrics: METRICS[type],
    // A description may name fields; it is the same before every question unless it does.
    preamble: () => (description === null ? "" : description.text({})),
    prompt: textOf,
    choices: choices ?? (() => []),
    gold: (doc) => goldIndex(target(doc), choices?.(doc) ?? []),
    target: (doc) => (kind === "multiple-choice" ? "" : asText(target(doc))),
    rawInput: (doc) => (kind === "text" ? asText(target(doc)) : textOf(doc)),
    targetDelimiter: task.target_delimiter,
    fewShotDelimiter: task.fewshot_delimiter,
    fewShot: {
      count: task.num_fewshot,
      sampler: task.fewshot_config?.sampler === "first_n" ? "first" : "random",
      excludeSelf: (task.fewshot_split ?? null) === (task.test_split ?? null),
    },
    generation: kind === "generation" ? generationRule(name, task) : null,
    files: "rows with the fields that the templates name, as JSON lines, CSV or parquet",
  });
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
  throw badTask(name, v.getDotPath(issue) ?? null, issue.message);
}

function checkMetrics(name: string, { output_type: type, metric_list: metrics }: Yaml): void {
  const known = METRICS[type];
  const other = metrics.find((one) => !known.includes(one.metric));
  if (other === undefined) return;
  throw new AppError("unsupported", `The task ${name} asks for the metric "${other.metric}".`, {
    advice: `A ${type} task has ${known.join(", ")} here.`,
    fields: { name, metric: other.metric },
  });
}

/** A field's name, a number, or a template. */
function fieldOrTemplate(source: string | number): (doc: Doc) => unknown {
  if (typeof source === "number") return () => source;
  const compiled: Template = compileTemplate(source);
  return (doc) => (Object.hasOwn(doc, source) ? doc[source] : compiled.value(doc));
}

function choicesReader(source: NonNullable<Yaml["doc_to_choice"]>): (doc: Doc) => readonly string[] {
  if (Array.isArray(source)) {
    const fixed = source.map(String);
    return () => fixed;
  }
  if (typeof source === "object") {
    const fixed = Object.values(source);
    return () => fixed;
  }
  const read = fieldOrTemplate(source);
  return (doc) => {
    const list = read(doc);
    if (Array.isArray(list)) return list.map(asText);
    throw new AppError("bad-format", `its choices are ${JSON.stringify(list)?.slice(0, 60)}, not a list.`);
  };
}

/** A number, a text that is one, or the text of the right choice. */
function goldIndex(target: unknown, choices: readonly string[]): number {
  if (typeof target === "number") return target;
  const said = asText(target);
  if (/^\d+$/.test(said)) return Number(said);
  return choices.indexOf(said);
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  throw new AppError("bad-format", `it gives ${JSON.stringify(value)?.slice(0, 60)} where a text is wanted.`);
}

function generationRule(name: string, task: Yaml): GenerationRule {
  const { until = [], max_gen_toks: maxNewTokens = MAX_NEW_TOKENS } = task.generation_kwargs ?? {};
  const options = task.metric_list.find((one) => one.metric === "exact_match") ?? {};
  const flag = (key: string) => (options as Readonly<Record<string, unknown>>)[key] === true;
  const ignore = (options as Readonly<Record<string, unknown>>).regexes_to_ignore;
  return {
    until: typeof until === "string" ? [until] : until,
    maxNewTokens,
    filters: (task.filter_list ?? [{ name: "none", filter: [] }]).map((one) => answerFilter(name, one)),
    ignore: Array.isArray(ignore) ? ignore.map(String) : [],
    ignoreCase: flag("ignore_case"),
    ignorePunctuation: flag("ignore_punctuation"),
    strip: false,
  };
}

function answerFilter(name: string, { name: filterName, filter: steps }: v.InferOutput<typeof filter>) {
  const useful = steps.filter((step) => step.function !== "take_first");
  const [step, ...more] = useful;
  if (step === undefined) return { name: filterName, pattern: null, select: 0 };
  if (more.length > 0 || step.function !== "regex")
    throw new AppError(
      "unsupported",
      `The task ${name} filters answers by "${(more[0] ?? step).function}".`,
      {
        advice: "One regex and take_first are supported.",
        fields: { name, filter: filterName },
      },
    );
  const { regex_pattern: pattern, group_select: select = 0 } = step as Readonly<Record<string, unknown>>;
  if (typeof pattern !== "string" || typeof select !== "number")
    throw badTask(name, `filter_list "${filterName}"`, "has no regex_pattern");
  return { name: filterName, pattern, select };
}

function badTask(name: string, key: string | null, why: string): AppError {
  const where = key === null ? "" : ` at ${key}`;
  return new AppError("bad-format", `The task file ${name} is not usable${where}: ${why}.`, {
    advice: "See docs/tasks.md for what a task file may say.",
    fields: { name, ...(key === null ? {} : { key }) },
  });
}
