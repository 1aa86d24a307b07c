/** `mergescope suggest TABLE.csv`: the landscape, its model and the next λ for scores that were measured elsewhere. */
import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { AppError } from "../../base/errors.ts";
import type {
  AcquisitionName,
  IncumbentKind,
  KernelName,
  NoiseKind,
  Suggestion,
  SuggestionPoint,
  SuggestSettings,
} from "../../domain/surrogate.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { addCommonOptions, integerIn, numberIn } from "../options.ts";
import { parseScoreTable } from "../scoreTable.ts";
import { formatLambda } from "../text/numbers.ts";
import { shrink, sparkline } from "../text/sparkline.ts";
import { formatTable } from "../text/table.ts";

type SuggestOptions = CommonOptions & {
  readonly alpha: number;
  readonly acquisition: AcquisitionName;
  readonly beta: number;
  readonly seed: number;
  readonly kernel: KernelName;
  readonly noise?: NoiseKind;
  readonly incumbent: IncumbentKind;
  readonly grid: number;
  readonly fixed?: SuggestSettings["fixed"];
  readonly standardize: boolean;
};

/** Adds the command. */
export function defineSuggest(program: Command, run: Run): void {
  addCommonOptions(
    program
      .command("suggest")
      .description("say which λ to measure next, from a table of scores measured elsewhere")
      .argument("<table>", "CSV: lambda,value[,stderr] or w1,…,wk,value[,stderr]; larger is better")
      .option("--alpha <a>", "least weight of the newest checkpoint", numberIn(0, 0.999), 0.5)
      .addOption(
        new Option("--acquisition <name>", "how the next λ is chosen")
          .choices(["ei", "logei", "ucb", "pi", "ts"])
          .default("ei"),
      )
      .option("--beta <b>", "β of UCB = μ + βσ", numberIn(0, 1000), 2)
      .option("--seed <s>", "seed of the search", integerIn(0, Number.MAX_SAFE_INTEGER), 0)
      .addOption(
        new Option("--kernel <name>", "covariance")
          .choices(["matern52", "matern32", "rbf"])
          .default("matern52"),
      )
      .addOption(
        new Option(
          "--noise <kind>",
          "noise of the values (default: known where the table has stderr, else fitted)",
        ).choices(["none", "known", "fitted"]),
      )
      .addOption(
        new Option("--incumbent <kind>", "what improvement is measured from")
          .choices(["observed", "posterior"])
          .default("posterior"),
      )
      .option("--grid <n>", "points of the printed curves over λ ∈ [0, 1]", integerIn(2, 100_000), 101)
      .option("--fixed <list>", "held: lengthscale=…,outputscale=…,noise=…,mean=…", parseFixed)
      .option("--no-standardize", "fit the values in the table's own units"),
  ).action((table: string, options: SuggestOptions) =>
    run(options, (context) => suggest(table, options, context)),
  );
}

/** "lengthscale=0.2,noise=0.01"; several lengthscales, one an input, are separated by colons. */
export function parseFixed(text: string): SuggestSettings["fixed"] {
  const entries = text.split(",").map((part) => {
    const [name, value, ...more] = part.split("=").map((side) => side.trim());
    const numbers = (value ?? "").split(":").map((number) => (number === "" ? Number.NaN : Number(number)));
    const single = name === "outputscale" || name === "noise" || name === "mean";
    const known = single ? numbers.length === 1 : name === "lengthscale";
    if (!known || more.length > 0 || !numbers.every(Number.isFinite)) {
      throw new InvalidArgumentError(
        `"${part}" is not one of lengthscale=…, outputscale=…, noise=…, mean=….`,
      );
    }
    return [name, single ? numbers[0] : numbers];
  });
  return Object.fromEntries(entries);
}

async function suggest(table: string, options: SuggestOptions, context: CommandContext): Promise<Outcome> {
  const rows = parseScoreTable(table, await readTable(table));
  const hasErrors = rows.every((row) => row.stderr !== null);
  const { alpha, acquisition, beta, seed, kernel, incumbent, grid, standardize } = options;
  const fixed = options.fixed ?? {};
  const settings: SuggestSettings = {
    ...{ alpha, acquisition, beta, seed, kernel, incumbent, standardize, fixed },
    noise: options.noise ?? (hasErrors && fixed.noise === undefined ? "known" : "fitted"),
    gridPoints: grid,
  };
  const suggestion = await context.engine.call("suggest", { rows, settings }, context.job());
  return {
    json: suggestion,
    text: suggestionText(table, rows.length, suggestion, context.columns),
    stopped: false,
  };
}

async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("not-found", `The table ${path} cannot be read.`, {
      advice: "Check the path.",
      cause,
    });
  }
}

function suggestionText(
  table: string,
  rows: number,
  { model, grid, next, loo, incumbent }: Suggestion,
  columns: number,
): string {
  const width = Math.max(20, columns - 8);
  const curve = (pick: (point: SuggestionPoint) => number): string =>
    sparkline(shrink((grid ?? []).map(pick), width));
  const curves =
    grid === null
      ? []
      : [
          `mean  ${curve((point) => point.mean)}`,
          `std   ${curve((point) => point.std)}`,
          `EI    ${curve((point) => point.ei)}`,
          `      λ 0 … 1\n`,
        ];
  const where =
    next.lambda === null
      ? `weights ${next.weights.map(formatLambda).join(", ")}`
      : `λ = ${formatLambda(next.lambda)}`;
  const parameters = formatTable(
    [
      { title: `${model.kernel}, standardised units`, align: "left" },
      { title: "", align: "right" },
    ],
    [
      ["mean", model.mean.toPrecision(4)],
      [
        "lengthscale",
        [model.lengthscale]
          .flat()
          .map((length) => length.toPrecision(4))
          .join(", "),
      ],
      ["outputscale", model.outputscale.toPrecision(4)],
      [`noise variance (${model.noise})`, model.noiseVariance.toPrecision(4)],
      ["log marginal likelihood", model.logMarginalLikelihood.toPrecision(6)],
    ],
  );
  return [
    `${table}: ${rows} scores, best ${incumbent.observed.value}`,
    "",
    ...curves,
    parameters,
    ...model.atBounds.map((bound) => `note: ${bound}`),
    ...(model.standardisation.constant
      ? ["note: all scores are equal, so they say nothing of the curve's shape"]
      : []),
    "",
    ...(loo === null
      ? []
      : [`left out one at a time, predicted within ${loo.rootMeanSquareError.toPrecision(3)} (RMS)`]),
    `measure next: ${where} (${next.acquisition}), expected ${next.posterior.mean.toPrecision(5)} ± ${next.posterior.std.toPrecision(2)}`,
    "",
  ].join("\n");
}
