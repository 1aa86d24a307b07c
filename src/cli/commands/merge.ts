/** `mergescope merge CKPT CKPT… --out DIR`: writes a merged checkpoint in Hugging Face layout. */
import { type Command, Option } from "commander";
import { AppError } from "../../base/errors.ts";
import type { ExportArithmetic, ExportDtype } from "../../domain/export.ts";
import type { Recipe } from "../../domain/recipe.ts";
import { MERGE_METHOD_NAMES, mergeRecipe } from "../../engine/mergeRecipe.ts";
import { checkVacant } from "../../storage/node/nodeFolder.ts";
import { resolveParents } from "../checkpoints.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { addCommonOptions, byteCount, numberIn, numberList } from "../options.ts";
import { formatBytes, formatLambda } from "../text/numbers.ts";
import { formatTable } from "../text/table.ts";

type MergeOptions = CommonOptions & {
  readonly lambda?: number;
  readonly weights?: readonly number[];
  readonly method?: string;
  readonly dtype: ExportDtype;
  readonly arithmetic: ExportArithmetic;
  readonly maxShardSize: number;
  readonly out: string;
};

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
        ).choices([...MERGE_METHOD_NAMES, ...LATER]),
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
  const recipe = chooseRecipe(parents, options);
  await checkVacant(options.out);
  const { dtype, arithmetic, maxShardSize: maxShardBytes, out } = options;
  const target = { kind: "path", path: out } as const;
  const request = { recipe, dtype, arithmetic, maxShardBytes, target };
  const { files } = await context.engine.call("exportMerge", request, context.job());
  const written = files.map(({ name, bytes }) => ({ name, bytes }));
  return {
    json: { out, recipe: { ...recipe, dtype, arithmetic }, files: written },
    text: `${mergeText(out, recipe, written)}\n`,
    stopped: false,
  };
}

/** @throws AppError `usage`, `unsupported`. */
function chooseRecipe(
  parents: readonly string[],
  { lambda, weights, method }: Pick<MergeOptions, "lambda" | "weights" | "method">,
): Recipe {
  if (method !== undefined && LATER.includes(method)) {
    throw new AppError("unsupported", `The method ${method} is not supported yet.`, {
      advice: `Use ${MERGE_METHOD_NAMES.join(" or ")}.`,
    });
  }
  const given = [lambda, weights, method === "uniform" ? method : undefined].filter((x) => x !== undefined);
  if (given.length !== 1) {
    throw new AppError("usage", given.length === 0 ? "No weights are given." : "Weights are given twice.", {
      advice: "Give one of --lambda x, --weights w1,w2,… and --method uniform.",
    });
  }
  const options = {
    ...(lambda === undefined ? {} : { lambda }),
    ...(weights === undefined ? {} : { weights }),
  };
  return mergeRecipe(parents, method ?? "linear", options);
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
