/** `mergescope merge CKPT CKPT… --out DIR`: writes a merged checkpoint in Hugging Face layout. */
import { type Command, Option } from "commander";
import { AppError } from "../../base/errors.ts";
import type { ExportArithmetic, ExportDtype } from "../../domain/export.ts";
import type {
  ComposedMerge,
  MethodOption,
  OptionValue,
  OptionValues,
  RowsOf,
} from "../../domain/mergeMethod.ts";
import { METHOD_DESCRIPTIONS, mergeRecipe } from "../../engine/mergeRecipe.ts";
import { checkVacant } from "../../storage/node/nodeFolder.ts";
import { resolveParents } from "../checkpoints.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { addCommonOptions, byteCount, integerIn, numberIn, numberList } from "../options.ts";
import { addSearchOptions, type SearchOptions, searchSettings } from "../searchSettings.ts";
import { resolveTask } from "../subject.ts";
import { formatBytes, formatLambda } from "../text/numbers.ts";
import { formatTable } from "../text/table.ts";

type MergeOptions = CommonOptions &
  SearchOptions & {
    readonly lambda?: number;
    readonly weights?: readonly number[];
    readonly method?: string;
    readonly base?: string;
    readonly task?: string;
    readonly data?: string;
    readonly limit?: number;
    readonly calibration?: string;
    readonly calibrationLimit?: number;
    readonly dtype: ExportDtype;
    readonly arithmetic: ExportArithmetic;
    readonly maxShardSize: number;
    readonly out: string;
  };

/** Options that are written out below, or belong to the search. */
const OWN_OPTIONS: ReadonlySet<string> = new Set(["lambda", "weights", "seed"]);

/** Adds the command. */
export function defineMerge(program: Command, run: Run): void {
  const command = program
    .command("merge")
    .description("write the merge of two or more checkpoints as a checkpoint")
    .argument("<checkpoints...>", "oldest first; λ is the weight of the last")
    .option("--lambda <x>", "weight of the newer of two checkpoints", numberIn(0, 1))
    .option("--weights <list>", "one weight a checkpoint, summing to 1: 0.2,0.3,0.5", numberList)
    .addOption(
      new Option(
        "--method <name>",
        "how the merge is made (default: linear, with --lambda or --weights)",
      ).choices(METHOD_DESCRIPTIONS.map(({ name }) => name)),
    );
  addMethodOptions(command)
    .option("--base <checkpoint>", "what the checkpoints come from, of methods on task vectors")
    .option("--task <task>", "a task to be scored on, or whose rows are measured on")
    .option("--data <path>", "a benchmark's files in their published format")
    .option(
      "--limit <n>",
      "only the first n rows of the task's search half",
      integerIn(1, Number.MAX_SAFE_INTEGER),
    )
    .option("--calibration <rows>", "a .jsonl file of rows to measure on, instead of a task's")
    .option(
      "--calibration-limit <n>",
      "only the first n rows that are measured on",
      integerIn(1, Number.MAX_SAFE_INTEGER),
    )
    .addOption(
      new Option("--dtype <dtype>", "number format of the written weights")
        .choices(["float16", "bfloat16", "float32"])
        .default("float16"),
    )
    .addOption(
      new Option(
        "--arithmetic <kind>",
        "fp32, rounded once at the end; or mergekit, in the written format throughout as mergekit 0.1.4 does",
      )
        .choices(["fp32", "mergekit"])
        .default("fp32"),
    )
    .option(
      "--max-shard-size <size>",
      "tensors of this many bytes in a weights file, such as 5GB",
      byteCount,
      5e9,
    )
    .requiredOption("--out <folder>", "a new or empty folder");
  addCommonOptions(addSearchOptions(command)).action((names: readonly string[], options: MergeOptions) =>
    run(options, (context) => merge(names, options, context)),
  );
}

/** Every option of every method once, as the methods describe them. */
function addMethodOptions(command: Command): Command {
  const byName = new Map<string, { readonly option: MethodOption; readonly methods: string[] }>();
  for (const { name: method, options } of METHOD_DESCRIPTIONS)
    for (const option of options) {
      const known = byName.get(option.name);
      if (known !== undefined) known.methods.push(method);
      else byName.set(option.name, { option, methods: [method] });
    }
  for (const [name, { option, methods }] of byName) {
    if (OWN_OPTIONS.has(name)) continue;
    const usual = "usual" in option && option.usual !== null ? `, default: ${option.usual}` : "";
    const added = new Option(`--${name} <value>`, `${option.summary} (${methods.join(", ")}${usual})`);
    switch (option.kind) {
      case "number":
        command.addOption(added.argParser(numberIn(option.least, option.most)));
        break;
      case "integer":
        command.addOption(added.argParser(integerIn(option.least, option.most)));
        break;
      case "choice":
        command.addOption(added.choices(option.choices));
        break;
      case "numbers":
        command.addOption(added.argParser(numberList));
        break;
      default:
        option satisfies never;
    }
  }
  return command;
}

async function merge(
  names: readonly string[],
  options: MergeOptions,
  context: CommandContext,
): Promise<Outcome> {
  const parents = await resolveParents(names, context);
  const method = chooseMethod(options);
  const given = givenOptions(method, options);
  await checkVacant(options.out);
  const simple = mergeRecipe(parents, method, given);
  const composed: ComposedMerge =
    simple === null
      ? await composeMerge(parents, method, given, options, context)
      : { recipe: simple, story: { kind: "given" } };
  const { dtype, arithmetic, maxShardSize: maxShardBytes, out } = options;
  if (composed.story.kind === "tensors" && arithmetic === "mergekit")
    throw new AppError("usage", "--arithmetic mergekit is of weighted sums only.", {
      advice: `Leave it out: ${method} is computed in fp32.`,
    });
  const target = { kind: "path", path: out } as const;
  const { recipe } = composed;
  const request = { recipe, dtype, arithmetic, maxShardBytes, target };
  const { files } = await context.engine.call("exportMerge", request, context.job());
  const written = files.map(({ name, bytes }) => ({ name, bytes }));
  const told =
    composed.story.kind === "tensors"
      ? { parents, coefficients: null, base: options.base ?? null, options: given }
      : { ...recipe, options: given };
  return {
    json: { out, recipe: { method, ...told, dtype, arithmetic }, story: composed.story, files: written },
    text: `${mergeText(out, method, parents, composed, written)}\n`,
    stopped: false,
  };
}

/** @throws AppError `usage`. */
function chooseMethod({ lambda, weights, method }: MergeOptions): string {
  const isLinear = method === undefined || method === "linear";
  const given = [lambda, weights, isLinear ? undefined : method].filter((x) => x !== undefined);
  if (given.length === 1) return method ?? "linear";
  throw new AppError("usage", given.length === 0 ? "No weights are given." : "Weights are given twice.", {
    advice: "Give one of --lambda x, --weights w1,w2,… and a --method that finds them.",
  });
}

/** What was given of the method's own options; commander spells them in camel case. */
function givenOptions(method: string, options: MergeOptions): OptionValues {
  const { options: known } = METHOD_DESCRIPTIONS.find(({ name }) => name === method)!;
  const given = options as unknown as Readonly<Record<string, OptionValue | undefined>>;
  return Object.fromEntries(
    known.flatMap(({ name }) => {
      const value = given[name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function composeMerge(
  parents: readonly string[],
  method: string,
  given: OptionValues,
  options: MergeOptions,
  context: CommandContext,
): Promise<ComposedMerge> {
  const { needs } = METHOD_DESCRIPTIONS.find(({ name }) => name === method)!;
  const named = options.calibration ?? options.task;
  const rows =
    named === undefined || needs.every((need) => need === "base")
      ? null
      : await rowsOf(
          needs.includes("calibration") ? named : (options.task ?? named),
          needs.includes("calibration") ? (options.calibrationLimit ?? options.limit) : options.limit,
          options,
          context,
        );
  return context.engine.call(
    "compose",
    {
      ...{ method, parents, options: given },
      base: options.base ?? null,
      task: needs.includes("task") ? rows : null,
      calibration: needs.includes("calibration") ? rows : null,
      search: method === "bayes" ? searchSettings(parents.length, options) : null,
    },
    context.job(),
  );
}

async function rowsOf(
  task: string,
  limit: number | undefined,
  { data }: MergeOptions,
  context: CommandContext,
): Promise<RowsOf> {
  const { info } = await resolveTask({ task, ...(data === undefined ? {} : { data }) }, context);
  return { task: info.name, split: "search", limit: limit ?? null };
}

function mergeText(
  out: string,
  method: string,
  parents: readonly string[],
  { recipe, story }: ComposedMerge,
  files: readonly { readonly name: string; readonly bytes: number }[],
): string {
  const terms =
    story.kind === "tensors"
      ? [
          `${method} of ${parents.join(", ")}${story.rows === 0 ? "" : `, measured on ${story.rows} rows, ${story.tokens} tokens`}`,
        ]
      : recipe.parents.map((name, i) => `${formatLambda(recipe.coefficients[i] ?? 0)} × ${name}`);
  const table = formatTable(
    [
      { title: "file", align: "left" },
      { title: "size", align: "right" },
    ],
    files.map((file) => [file.name, formatBytes(file.bytes)]),
  );
  return [...storyLines(story), `${terms.join(" + ")}\nwritten to ${out}\n\n${table}`].join("\n");
}

/** How weights were found, where they were. */
function storyLines(story: ComposedMerge["story"]): readonly string[] {
  switch (story.kind) {
    case "given":
    case "tensors":
      return [];
    case "greedy":
      return story.steps.map(
        ({ checkpoint, alone, together, accepted }, i) =>
          `${checkpoint}: ${alone.value.toFixed(4)} alone${i === 0 ? "" : `, ${together.value.toFixed(4)} together`}, ${accepted ? "kept" : "left out"}`,
      );
    case "perplexity":
      return story.perplexities.map(
        ({ checkpoint, pooled, perSequence }) =>
          `${checkpoint}: φ = ${pooled.value.toFixed(4)} pooled, ${perSequence.value.toFixed(4)} mean of sequences (${story.inputs} inputs)`,
      );
    case "bayes":
      return [`best of ${story.trials} trials: ${story.best.value.toFixed(4)}`];
    default:
      return story satisfies never;
  }
}
