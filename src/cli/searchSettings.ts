/** Options of a Bayesian search and the settings they make. */
import { type Command, Option } from "commander";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import {
  ACQUISITION_CHOICES,
  type AcquisitionChoice,
  ESTIMATES,
  type EstimateKind,
  KERNELS,
  type KernelName,
  NOISES,
  type NoiseKind,
  type SearchSettings,
} from "../domain/surrogate.ts";
import { integerIn, numberIn } from "./options.ts";

/** What `addSearchOptions` leaves; an option left out takes the search's default. */
export type SearchOptions = {
  readonly alpha?: number;
  readonly acquisition?: AcquisitionChoice;
  readonly beta?: number;
  readonly trials?: number;
  readonly seed?: number;
  readonly kernel?: KernelName;
  readonly noise?: NoiseKind;
  readonly estimate?: EstimateKind;
};

/** Adds `--alpha`, `--acquisition`, `--beta`, `--trials`, `--seed`, `--kernel`, `--noise` and `--estimate`. */
export function addSearchOptions(command: Command): Command {
  return command
    .option("--alpha <a>", "least weight of the newest checkpoint (default: 0.5)", numberIn(0, 0.999))
    .addOption(
      new Option("--acquisition <name>", "how the next λ is chosen (default: hedge)").choices(
        ACQUISITION_CHOICES,
      ),
    )
    .option("--beta <b>", "β of UCB = μ + βσ (default: 2)", numberIn(0, 1000))
    .option("--trials <n>", "how many merges to measure (default: 12)", integerIn(1, 10_000))
    .option("--seed <s>", "seed of the search (default: 0)", integerIn(0, Number.MAX_SAFE_INTEGER))
    .addOption(new Option("--kernel <name>", "covariance function (default: matern52)").choices(KERNELS))
    .addOption(
      new Option("--noise <kind>", "what is assumed of the scores' noise (default: fitted)").choices(NOISES),
    )
    .addOption(
      new Option(
        "--estimate <way>",
        "how hyper-parameters are found: maximum likelihood, or BoTorch's priors (default: likelihood)",
      ).choices(ESTIMATES),
    );
}

/** The defaults for this many parents, with what the person asked for in their place. */
export function searchSettings(parents: number, options: SearchOptions): SearchSettings {
  const defaults = defaultSearchSettings(parents);
  return {
    ...defaults,
    alpha: options.alpha ?? defaults.alpha,
    acquisition: options.acquisition ?? defaults.acquisition,
    beta: options.beta ?? defaults.beta,
    trials: options.trials ?? defaults.trials,
    seed: options.seed ?? defaults.seed,
    kernel: options.kernel ?? defaults.kernel,
    noise: options.noise ?? defaults.noise,
    estimate: options.estimate ?? defaults.estimate,
  };
}
