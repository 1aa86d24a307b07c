/**
 * The whole search as a pure function: what to try next, given the settings and everything measured so far
 * (P1, algorithm 1). There is no state besides the history: random streams are named by seed and trial number, and
 * GP-Hedge's gains are read from the last ask and the model refitted now. So a search that resumes from a journal goes
 * on exactly as one that was never interrupted, and every step can be replayed bit for bit.
 *
 * P1 leaves β, the initial design and the number of trials open. The defaults (domain/searchDefaults.ts) take β = 2,
 * about a 95 % bound; the newest parent and three Sobol' points, one more for every parent beyond two; 12 trials. The
 * incumbent is the best posterior mean, as EI takes it for noise-free and a lucky measurement is not.
 */
import { AppError } from "../base/errors.ts";
import type {
  AcquisitionName,
  Ask,
  HedgeState,
  Observation,
  SearchSettings,
  Surrogate,
} from "../domain/surrogate.ts";
import { posteriorAt } from "./gp.ts";
import { defaultEta, drawMember, hedgeProbabilities } from "./hedge.ts";
import { initialDesign } from "./initialDesign.ts";
import { nominate } from "./nominate.ts";
import { checkSpace, inputOf, lambdaOf } from "./searchSpace.ts";
import { type Analysis, analyse, predict, type SurrogateSettings } from "./surrogate.ts";

/**
 * The next point to measure. Observations are in the order they came; those with `ask: null` are given from outside
 * and come before all others.
 * @throws AppError `usage` for settings or observations that make no sense; `numerics` when no model can be computed.
 */
export function ask(settings: SearchSettings, history: readonly Observation[]): Ask {
  checkSettings(settings);
  const given = history.filter((observation) => observation.ask === null).map(({ weights }) => weights);
  const number = history.length - given.length;
  const analysis = history.length === 0 ? null : analyse(history, surrogateSettings(settings));
  const design = initialDesign(settings, settings.initialTrials, given, settings.seed);
  const initial = design[number];
  if (initial !== undefined || analysis === null) {
    // With neither a design nor an observation there is nothing to model: begin at the newest parent.
    const weights = initial ?? initialDesign(settings, 1, [], settings.seed)[0]!;
    return {
      number,
      kind: "initial",
      weights,
      lambda: lambdaOf(weights),
      acquisition: null,
      nominees: [],
      hedge: null,
      posterior: analysis === null ? null : predict(analysis, weights),
      surrogate: analysis?.record ?? null,
    };
  }
  return choose(settings, history, analysis, number);
}

/** What the search knows after these observations, as `ask` would see it; `null` without any. */
export function surrogateOf(settings: SearchSettings, history: readonly Observation[]): Surrogate | null {
  checkSettings(settings);
  return history.length === 0 ? null : analyse(history, surrogateSettings(settings)).record;
}

function choose(
  settings: SearchSettings,
  history: readonly Observation[],
  analysis: Analysis,
  number: number,
): Ask {
  const hedge = settings.acquisition === "hedge" ? hedgeState(settings, history, analysis) : null;
  const wanted = settings.acquisition === "hedge" ? settings.pool : [settings.acquisition];
  const nominees = wanted.map((name) => nominate(analysis, name, number));
  const chosen = nominees[hedge === null ? 0 : drawMember(hedge.probabilities, settings.seed, number)]!;
  return {
    number,
    kind: "acquisition",
    weights: chosen.weights,
    lambda: lambdaOf(chosen.weights),
    acquisition: chosen.acquisition,
    nominees,
    hedge,
    posterior: chosen.posterior,
    surrogate: analysis.record,
  };
}

/** Gains of the last ask that used this pool, plus the reward of each of its nominees under the model as it is now. */
function hedgeState(settings: SearchSettings, history: readonly Observation[], { gp }: Analysis): HedgeState {
  const { pool } = settings;
  const eta = settings.eta ?? defaultEta(pool.length, settings.trials);
  const last = history.findLast((observation) => observation.ask !== null)?.ask ?? null;
  const before = last?.hedge ?? null;
  const gains =
    last === null || before === null || !samePool(before.pool, pool)
      ? pool.map(() => 0)
      : before.gains.map((gain, i) => gain + posteriorAt(gp, inputOf(last.nominees[i]!.weights)).mean);
  return { pool, eta, gains, probabilities: hedgeProbabilities(gains, eta) };
}

function samePool(a: readonly AcquisitionName[], b: readonly AcquisitionName[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

function surrogateSettings(settings: SearchSettings): SurrogateSettings {
  return { ...settings, fixed: {}, standardize: true };
}

function checkSettings(settings: SearchSettings): void {
  checkSpace(settings);
  const { pool, acquisition, beta, eta, gridPoints, trials, initialTrials } = settings;
  const refuse = (what: string): never => {
    throw new AppError("usage", `The search cannot run: ${what}.`);
  };
  if (acquisition === "hedge" && pool.length === 0)
    refuse("GP-Hedge has no acquisition function to choose from");
  if (!(beta >= 0 && Number.isFinite(beta))) refuse(`β must be 0 or more, not ${beta}`);
  if (eta !== null && !(eta >= 0 && Number.isFinite(eta))) refuse(`η must be 0 or more, not ${eta}`);
  if (!(Number.isInteger(gridPoints) && gridPoints >= 2))
    refuse(`a grid of ${gridPoints} points cannot be drawn`);
  if (!(Number.isInteger(trials) && trials >= 1)) refuse(`${trials} trials cannot be run`);
  if (!(Number.isInteger(initialTrials) && initialTrials >= 0))
    refuse(`an initial design of ${initialTrials} points cannot be made`);
}
