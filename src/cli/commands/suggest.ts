/** `mergescope suggest TABLE.csv`: the landscape, its model and the next λ for scores that were measured elsewhere. */
import { createReadStream } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { AppError } from "../../base/errors.ts";
import { EXAMPLE_TABLES } from "../../domain/exampleTables.ts";
import type { ExampleTable } from "../../domain/scoreTable.ts";
import {
  ESTIMATES,
  type EstimateKind,
  type IncumbentKind,
  KERNELS,
  type KernelName,
  type LeaveOneOut,
  MODEL_ACQUISITIONS,
  type ModelAcquisition,
  NOISES,
  type NoiseKind,
  type Suggestion,
  type SuggestionPoint,
  type SuggestSettings,
} from "../../domain/surrogate.ts";
import type { CommandContext, CommonOptions, Outcome, Run } from "../command.ts";
import { addCommonOptions, integerIn, numberIn } from "../options.ts";
import { formatLambda } from "../text/numbers.ts";
import { shrink, sparkline } from "../text/sparkline.ts";
import { formatTable } from "../text/table.ts";

const EXAMPLE = "example:";
/** As much as a table may hold. */
const MAX_BYTES = 8 * 2 ** 20;

type SuggestOptions = CommonOptions & {
  readonly alpha: number;
  readonly acquisition: ModelAcquisition;
  readonly beta: number;
  readonly seed: number;
  readonly kernel: KernelName;
  readonly estimate: EstimateKind;
  readonly batch: number;
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
      .argument(
        "<table>",
        "CSV with lambda,value[,stderr] or w1,…,wk,value[,stderr], JSON, or an Optuna CSV or journal; larger is better; example:NAME for a printed table of the papers",
      )
      .option("--alpha <a>", "least weight of the newest checkpoint", numberIn(0, 0.999), 0.5)
      .addOption(
        new Option("--acquisition <name>", "how the next λ is chosen")
          .choices(MODEL_ACQUISITIONS)
          .default("ei"),
      )
      .option("--beta <b>", "β of UCB = μ + βσ", numberIn(0, 1000), 2)
      .option("--seed <s>", "seed of the search", integerIn(0, Number.MAX_SAFE_INTEGER), 0)
      .addOption(new Option("--kernel <name>", "covariance").choices(KERNELS).default("matern52"))
      .addOption(
        new Option(
          "--noise <kind>",
          "noise of the values (default: known where the table has stderr, else fitted)",
        ).choices(NOISES),
      )
      .addOption(
        new Option(
          "--estimate <way>",
          "how hyper-parameters are found: maximum likelihood, or BoTorch's priors",
        )
          .choices(ESTIMATES)
          .default("likelihood"),
      )
      .option("--batch <q>", "how many weights to name, to be measured side by side", integerIn(1, 64), 1)
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
  const example = exampleOf(table);
  const text = await readText(
    table,
    example === null ? table : new URL(`../../../public/examples/${example.name}.csv`, import.meta.url),
  );
  const read = await context.engine.call("readTable", { name: table, text }, context.job());
  const { rows } = read;
  const notes = [...(example === null ? [] : [`Source: ${example.source}.`]), ...read.notes];
  const hasErrors = rows.every((row) => row.stderr !== null);
  const { alpha, acquisition, beta, seed, kernel, estimate, batch, incumbent, grid, standardize } = options;
  const fixed = options.fixed ?? {};
  const settings: SuggestSettings = {
    ...{ alpha, acquisition, beta, seed, kernel, estimate, batch, incumbent, standardize, fixed },
    noise: options.noise ?? (hasErrors && fixed.noise === undefined ? "known" : "fitted"),
    gridPoints: grid,
  };
  const suggestion = await context.engine.call("suggest", { rows, settings }, context.job());
  return {
    json: { ...suggestion, notes },
    text: suggestionText(table, rows.length, notes, suggestion, context.columns),
    stopped: false,
  };
}

/** The example that `example:NAME` names; `null` for a path. */
function exampleOf(table: string): ExampleTable | null {
  if (!table.startsWith(EXAMPLE)) return null;
  const example = EXAMPLE_TABLES.find(({ name }) => table === `${EXAMPLE}${name}`);
  if (example !== undefined) return example;
  throw new AppError("not-found", `There is no example ${table.slice(EXAMPLE.length)}.`, {
    advice: `There are ${EXAMPLE_TABLES.map(({ name }) => name).join(", ")}.`,
  });
}

/** Reads no further than the longest table goes, so that any file, or a pipe without an end, is refused at once. */
async function readText(table: string, place: string | URL): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of createReadStream(place)) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > MAX_BYTES) break;
    }
  } catch (cause) {
    throw new AppError("not-found", `The table ${table} cannot be read.`, {
      advice: "Check the path.",
      cause,
    });
  }
  if (bytes <= MAX_BYTES) return Buffer.concat(pieces).toString("utf8");
  throw new AppError("bad-format", `The table ${table} is longer than ${MAX_BYTES / 2 ** 20} MiB.`, {
    advice: "Give scores of merges only, at most a thousand rows.",
  });
}

function whereOf({ lambda, weights }: Suggestion["next"]): string {
  return lambda === null ? `weights ${weights.map(formatLambda).join(", ")}` : `λ = ${formatLambda(lambda)}`;
}

function leaveOneOutWords({ rootMeanSquareError, rSquared, coverage95, mean }: LeaveOneOut): string {
  const share = rSquared === null ? "" : `, R² = ${rSquared.toFixed(2)}`;
  const inside = Math.round(coverage95 * mean.length);
  return `left out one at a time, predicted within ${rootMeanSquareError.toPrecision(3)} (RMS)${share}; ${inside} of ${mean.length} within ±1.96σ`;
}

function suggestionText(
  table: string,
  rows: number,
  notes: readonly string[],
  { model, grid, next, batch, loo, incumbent }: Suggestion,
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
      ...(model.logPrior === null ? [] : [["log prior", model.logPrior.toPrecision(6)]]),
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
    ...(model.jitter > 0
      ? [
          `note: a jitter of ${model.jitter.toExponential(0)} was added to the covariance's diagonal to factor it`,
        ]
      : []),
    ...notes.map((note) => `note: ${note}`),
    ...(loo === null ? [] : [leaveOneOutWords(loo)]),
    ...batch.map((nominee, i) => {
      const { mean, std } = nominee.posterior;
      const when = i === 0 ? "measure next" : "and beside it";
      return `${when}: ${whereOf(nominee)} (${next.acquisition}), expected ${mean.toPrecision(5)} ± ${std.toPrecision(2)}`;
    }),
    "",
  ].join("\n");
}
