/** `mergescope merge CKPT CKPT… --out DIR`: writes a merged checkpoint in Hugging Face layout. */
import { type Command, Option } from "commander";
import { AppError } from "../../base/errors.ts";
import type { Recipe } from "../../domain/recipe.ts";
import type { EngineMethods } from "../../rpc/protocol.ts";
import { resolveParents } from "../checkpoints.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { addCommonOptions, numberIn, numberList } from "../options.ts";
import { checkVacant, writeFolder } from "../outputFolder.ts";
import { formatBytes, formatLambda } from "../text/numbers.ts";
import { formatTable } from "../text/table.ts";

type MergeOptions = CommonOptions & {
  readonly lambda?: number;
  readonly weights?: readonly number[];
  readonly method?: string;
  readonly dtype: EngineMethods["exportMerge"]["request"]["dtype"];
  readonly out: string;
};

const METHODS = ["linear", "uniform"];

/** Known by name, not built yet: a refusal in words, not "unknown". */
const LATER = [
  "lawa",
  "greedy",
  "perplexity",
  "bayes",
  "fisher",
  "regmean",
  "slerp",
  "task-arithmetic",
  "ties",
  "dare-linear",
];

/** Coefficients that miss 1 by more than this are refused rather than rescaled in silence. */
const SUM_TOLERANCE = 1e-6;

/** Adds the command. */
export function defineMerge(program: Command, run: Run): void {
  addCommonOptions(
    program
      .command("merge")
      .description("write the merge of two or more checkpoints as a checkpoint")
      .argument("<checkpoints...>", "oldest first; λ is the weight of the last")
      .option("--lambda <x>", "weight of the newer of two checkpoints", numberIn(0, 1))
      .option("--weights <list>", "one weight a checkpoint, summing to 1: 0.2,0.3,0.5", numberList)
      .addOption(
        new Option(
          "--method <name>",
          "linear (needs --lambda or --weights) or uniform (equal weights)",
        ).choices([...METHODS, ...LATER]),
      )
      .addOption(
        new Option("--dtype <dtype>", "number format of the written weights")
          .choices(["float16", "bfloat16", "float32"])
          .default("float16"),
      )
      .requiredOption("--out <folder>", "a new or empty folder"),
  ).action((names: readonly string[], options: MergeOptions) =>
    run(options, (context) => merge(names, options, context)),
  );
}

async function merge(
  names: readonly string[],
  options: MergeOptions,
  context: CommandContext,
): Promise<Outcome> {
  const parents = await resolveParents(names, context);
  const recipe: Recipe = { parents, coefficients: chooseCoefficients(parents.length, options) };
  await checkVacant(options.out);
  const { files } = await context.engine.call("exportMerge", { recipe, dtype: options.dtype }, context.job());
  await writeFolder(options.out, files);
  const written = files.map((file) => ({ name: file.name, bytes: file.bytes.byteLength }));
  return {
    json: { out: options.out, recipe: { ...recipe, dtype: options.dtype }, files: written },
    text: `${mergeText(options.out, recipe, written)}\n`,
    stopped: false,
  };
}

/** One coefficient a parent, summing to 1. @throws AppError `usage`, `unsupported`. */
export function chooseCoefficients(
  count: number,
  options: Pick<MergeOptions, "lambda" | "weights" | "method">,
): readonly number[] {
  const { lambda, weights, method } = options;
  if (method !== undefined && LATER.includes(method)) {
    throw new AppError("unsupported", `The method ${method} is not supported yet.`, {
      advice: "Use linear with --lambda or --weights, or uniform.",
    });
  }
  const given = [lambda, weights, method === "uniform" ? method : undefined].filter((x) => x !== undefined);
  if (given.length !== 1) {
    throw new AppError("usage", given.length === 0 ? "No weights are given." : "Weights are given twice.", {
      advice: "Give one of --lambda x, --weights w1,w2,… and --method uniform.",
    });
  }
  if (lambda !== undefined) return lambdaCoefficients(count, lambda);
  return weights === undefined
    ? Array.from({ length: count }, () => 1 / count)
    : checkWeights(count, weights);
}

function lambdaCoefficients(count: number, lambda: number): readonly number[] {
  if (count === 2) return [1 - lambda, lambda];
  throw new AppError("usage", `--lambda is for two checkpoints, and ${count} are given.`, {
    advice: "Give --weights with one number a checkpoint.",
  });
}

function checkWeights(count: number, weights: readonly number[]): readonly number[] {
  if (weights.length !== count) {
    throw new AppError("usage", `${weights.length} weights are given for ${count} checkpoints.`, {
      advice: "Give one number a checkpoint, oldest first.",
    });
  }
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (Math.abs(sum - 1) > SUM_TOLERANCE) {
    throw new AppError("usage", `The weights sum to ${sum}, not to 1.`, {
      ...(sum === 0 ? {} : { advice: `In the same proportions: ${weights.map((w) => w / sum).join(",")}.` }),
    });
  }
  return weights;
}

function mergeText(
  out: string,
  { parents, coefficients }: Recipe,
  files: readonly { readonly name: string; readonly bytes: number }[],
): string {
  const terms = parents.map((name, index) => `${formatLambda(coefficients[index] ?? 0)} × ${name}`);
  const table = formatTable(
    [
      { title: "file", align: "left" },
      { title: "size", align: "right" },
    ],
    files.map((file) => [file.name, formatBytes(file.bytes)]),
  );
  return `${terms.join(" + ")}\nwritten to ${out}\n\n${table}`;
}
