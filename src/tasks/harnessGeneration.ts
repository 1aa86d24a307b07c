/** How a harness YAML says that answers are generated, read out and compared. Pure; reads no data. */
import * as v from "valibot";
import { AppError } from "../base/errors.ts";
import type { AnswerFilter, GenerationRule } from "../domain/task.ts";

/** As the harness's default (`max_gen_toks`). */
const MAX_NEW_TOKENS = 256;
/** The task's figures have two places for ways of reading an answer. */
const MAX_FILTERS = 2;

const text = v.string();
const flag = v.optional(v.boolean(), false);

/** `generation_kwargs`; other keys are refused by name. */
export const generationKwargs = v.strictObject({
  until: v.optional(v.union([text, v.array(text)])),
  max_gen_toks: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_536)),
    MAX_NEW_TOKENS,
  ),
  do_sample: v.optional(v.literal(false)),
  temperature: v.optional(v.literal(0)),
});

/** One of `filter_list`. */
export const answerFilters = v.strictObject({
  name: text,
  filter: v.array(
    v.strictObject({
      function: text,
      regex_pattern: v.optional(text),
      group_select: v.optional(v.pipe(v.number(), v.integer()), 0),
      fallback: v.optional(v.literal("[invalid]")),
    }),
  ),
});

/** `exact_match` in a `metric_list`; other keys are refused by name. */
const exactMatch = v.strictObject({
  metric: v.literal("exact_match"),
  aggregation: v.optional(v.literal("mean")),
  higher_is_better: v.optional(v.boolean()),
  ignore_case: flag,
  ignore_punctuation: flag,
  regexes_to_ignore: v.optional(v.array(text), []),
});

/** The keys of a task file that this is about. */
type Keys = {
  readonly generation_kwargs?: v.InferOutput<typeof generationKwargs> | null | undefined;
  readonly filter_list?: readonly v.InferOutput<typeof answerFilters>[] | null | undefined;
  readonly metric_list: readonly { readonly metric: string }[];
  readonly fewshot_delimiter: string;
};

/**
 * @param name what a person calls the file.
 * @throws AppError `unsupported` for other filters than one regex and `take_first`, and other options of `exact_match`.
 */
export function generationRule(name: string, task: Keys): GenerationRule {
  const { until = [task.fewshot_delimiter], max_gen_toks: maxNewTokens = MAX_NEW_TOKENS } =
    task.generation_kwargs ?? {};
  const filters = task.filter_list ?? [{ name: "none", filter: [] }];
  if (filters.length === 0 || filters.length > MAX_FILTERS)
    throw refused(name, "filter_list", `has ${filters.length} ways of reading an answer`, "Give one or two.");
  const options = exactMatchOptions(name, task.metric_list);
  return {
    until: typeof until === "string" ? [until] : until,
    maxNewTokens,
    filters: filters.map((one) => answerFilter(name, one)),
    ignore: options.regexes_to_ignore,
    ignoreCase: options.ignore_case,
    ignorePunctuation: options.ignore_punctuation,
    strip: false,
  };
}

function exactMatchOptions(name: string, metrics: Keys["metric_list"]): v.InferOutput<typeof exactMatch> {
  const given = metrics.find(({ metric }) => metric === "exact_match") ?? { metric: "exact_match" };
  const result = v.safeParse(exactMatch, given);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const why = issue.type === "strict_object" ? "is not supported" : issue.message;
  throw refused(name, `metric_list, ${v.getDotPath(issue) ?? "exact_match"}`, why, "Leave it out.");
}

function answerFilter(
  name: string,
  { name: filterName, filter: steps }: v.InferOutput<typeof answerFilters>,
): AnswerFilter {
  const [step, ...more] = steps.filter((one) => one.function !== "take_first");
  if (step === undefined) return { name: filterName, pattern: null, select: 0 };
  const other = [step, ...more].find((one) => one.function !== "regex") ?? more[0];
  if (other !== undefined)
    throw refused(
      name,
      `filter_list "${filterName}"`,
      `filters by "${other.function}"`,
      "One regex and take_first are supported.",
    );
  if (step.regex_pattern === undefined)
    throw refused(name, `filter_list "${filterName}"`, "has no regex_pattern", "Give one.");
  return { name: filterName, pattern: step.regex_pattern, select: step.group_select };
}

function refused(name: string, key: string, why: string, advice: string): AppError {
  return new AppError("unsupported", `The task ${name} cannot be used: ${key} ${why}.`, {
    advice,
    fields: { name, key },
  });
}
