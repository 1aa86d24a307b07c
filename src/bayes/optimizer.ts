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
  Ask,
  HedgeState,
  HistoryPoint,
  Measurement,
  ModelAcquisition,
  SearchSettings,
  Surrogate,
} from "../domain/surrogate.ts";
import { controlWeights, isControl } from "./controls.ts";
import { posteriorAt } from "./gp.ts";
import { defaultEta, drawMember, hedgeProbabilities } from "./hedge.ts";
import { initialDesign } from "./initialDesign.ts";
import { nominate } from "./nominate.ts";
import { checkSpace, inputOf, lambdaOf } from "./searchSpace.ts";
import { type Analysis, analyse, predict, surrogateRecord } from "./surrogate.ts";

/**
 * The next point to measure. HistoryPoints are in the order they came; those with `ask: null` are given from outside
 * and do not count as trials.
 * @throws AppError `usage` for settings or observations that make no sense; `numerics` when no model can be computed.
 */
export function ask(settings: SearchSettings, history: readonly HistoryPoint[]): Ask {
  checkSettings(settings);
  const analysis = analysisOf(settings, history);
  const choice = choose(settings, history, () => analysis);
  return { ...recordOf(choice.weights, history, analysis), ...choice };
}

/**
 * The choice of `ask` without the picture of what led to it: for searches that are run by the thousand. It is made of
 * the same parts, so that it is the same choice.
 * @throws AppError as `ask`.
 */
export function nextChoice(settings: SearchSettings, history: readonly HistoryPoint[]): Choice {
  checkSettings(settings);
  return choose(settings, history, () => analysisOf(settings, history));
}

/**
 * The record of a trial whose weights the person picked, with what the search knew and expected there.
 * @throws AppError as `ask`; `usage` for weights outside the simplex.
 */
export function askPerson(
  settings: SearchSettings,
  history: readonly HistoryPoint[],
  weights: readonly number[],
): Ask {
  checkSettings(settings);
  const sum = weights.reduce((a, b) => a + b, 0);
  const isMerge = weights.every((weight) => weight >= 0) && Math.abs(sum - 1) < 1e-6;
  if (weights.length !== settings.parents || !isMerge)
    throw new AppError(
      "usage",
      `The weights ${weights.join(", ")} are no mix of ${settings.parents} checkpoints.`,
      {
        advice: "Give one weight a checkpoint, none negative, that sum to 1.",
      },
    );
  return {
    ...recordOf(weights, history, analysisOf(settings, history)),
    kind: "person",
    weights,
    acquisition: null,
    nominees: [],
    hedge: null,
  };
}

/** What the search knows after these observations, as `ask` would see it; `null` without any. */
export function surrogateOf(settings: SearchSettings, history: readonly HistoryPoint[]): Surrogate | null {
  checkSettings(settings);
  const analysis = analysisOf(settings, history);
  return analysis === null ? null : surrogateRecord(analysis);
}

/** What is chosen at a step, and by whom. */
export type Choice = Pick<Ask, "kind" | "weights" | "acquisition" | "nominees" | "hedge">;

/** @param analysed called at most once, and not for points of the initial design or of a control. */
function choose(
  settings: SearchSettings,
  history: readonly HistoryPoint[],
  analysed: () => Analysis | null,
): Choice {
  const { acquisition, seed, trials } = settings;
  const number = trialsOf(history);
  const nothing = { acquisition: null, nominees: [], hedge: null };
  if (isControl(acquisition)) {
    const weights = controlWeights(settings, acquisition, seed, number, trials);
    return { ...nothing, kind: "acquisition", weights, acquisition };
  }
  const given = history.filter((observation) => observation.ask === null).map(({ weights }) => weights);
  const initial = initialDesign(settings, settings.initialTrials, given, seed)[number];
  if (initial !== undefined) return { ...nothing, kind: "initial", weights: initial };
  const analysis = analysed();
  // With neither a design nor an observation there is nothing to model: begin at the newest parent.
  if (analysis === null)
    return { ...nothing, kind: "initial", weights: initialDesign(settings, 1, [], seed)[0]! };
  const hedge = acquisition === "hedge" ? hedgeState(settings, history, analysis) : null;
  const wanted = wantedBy(settings);
  const nominees = wanted.map((name) => nominate(analysis, name, number));
  const chosen = nominees[hedge === null ? 0 : drawMember(hedge.probabilities, seed, number)]!;
  const { weights } = chosen;
  return { kind: "acquisition", weights, acquisition: chosen.acquisition, nominees, hedge };
}

/** What an ask holds besides the choice. */
function recordOf(
  weights: readonly number[],
  history: readonly HistoryPoint[],
  analysis: Analysis | null,
): Pick<Ask, "number" | "lambda" | "posterior" | "surrogate"> {
  return {
    number: trialsOf(history),
    lambda: lambdaOf(weights),
    posterior: analysis === null ? null : predict(analysis, weights),
    surrogate: analysis === null ? null : surrogateRecord(analysis),
  };
}

function trialsOf(history: readonly HistoryPoint[]): number {
  return history.filter((observation) => observation.ask !== null).length;
}

/** The analysis that every choice is made by; `null` without any observation. */
export function analysisOf(settings: SearchSettings, history: readonly Measurement[]): Analysis | null {
  if (history.length === 0) return null;
  return analyse(history, { ...settings, standardize: true, wanted: wantedBy(settings) });
}

/** The acquisition functions that may choose. */
function wantedBy({ acquisition, pool }: SearchSettings): readonly ModelAcquisition[] {
  if (isControl(acquisition)) return [];
  return acquisition === "hedge" ? pool : [acquisition];
}

/** Gains of the last ask that used this pool, plus the reward of each of its nominees under the model as it is now. */
function hedgeState(
  settings: SearchSettings,
  history: readonly HistoryPoint[],
  { gp }: Analysis,
): HedgeState {
  const { pool } = settings;
  const eta = settings.eta ?? defaultEta(pool.length, settings.trials);
  const last = history.findLast((observation) => (observation.ask?.hedge ?? null) !== null)?.ask ?? null;
  const before = last?.hedge ?? null;
  const gains =
    last === null || before === null || !samePool(before.pool, pool)
      ? pool.map(() => 0)
      : before.gains.map((gain, i) => gain + posteriorAt(gp, inputOf(last.nominees[i]!.weights)).mean);
  return { pool, eta, gains, probabilities: hedgeProbabilities(gains, eta) };
}

function samePool(a: readonly ModelAcquisition[], b: readonly ModelAcquisition[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

/** @throws AppError `usage` for settings that make no sense. */
export function checkSettings(settings: SearchSettings): void {
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
