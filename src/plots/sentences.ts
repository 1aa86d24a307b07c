/** What the pictures say, as sentences: why a λ was chosen, whether a merge is really better. Pure. */
import type { Heldout, StudyRecord, Trial } from "../domain/study.ts";
import type { AcquisitionName, Ask, Nominee } from "../domain/surrogate.ts";
import { ACQUISITION_LABELS, formatGain, formatLambda, formatP, formatScore, gainUnit } from "./format.ts";

/** Why this λ: "GP-Hedge picked EI, p = 0.63: λ = 0.87; UCB wanted 0.91." */
export function explainAsk(ask: Ask): string {
  const where = whereOf(ask.weights);
  if (ask.kind === "person") return `Picked by hand: ${where}.`;
  if (ask.kind === "initial" || ask.acquisition === null) {
    return `Initial design, point ${ask.number + 1}: ${where}, before the model chooses.`;
  }
  if (ask.nominees.length === 0) return `${CONTROL_WORDS[ask.acquisition]}: ${where}.`;
  // Nominees stand in the order of GP-Hedge's pool.
  const place = ask.nominees.findIndex(({ acquisition }) => acquisition === ask.acquisition);
  const chosen = ask.nominees[place];
  const name = ACQUISITION_LABELS[ask.acquisition];
  const moved = chosen?.movedFrom == null ? "" : movedWords(chosen.movedFrom);
  if (ask.hedge === null) return `${name} was highest at ${where}${moved}.`;
  const p = ask.hedge.probabilities[place];
  const probability = p === undefined ? "" : `, p = ${p.toFixed(2)}`;
  const others = ask.nominees.filter(({ acquisition }) => acquisition !== ask.acquisition);
  const wishes = others.map((other) => wishOf(other, ask.weights)).join(", ");
  return `GP-Hedge picked ${name}${probability}: ${where}${moved}${wishes === "" ? "" : `; ${wishes}`}.`;
}

const CONTROL_WORDS: Readonly<Partial<Record<AcquisitionName, string>>> = {
  random: "Random search drew",
  grid: "The even grid comes to",
};

/** "UCB wanted 0.91": with a third decimal where two would make it look like the λ that was chosen. */
function wishOf({ acquisition, weights }: Nominee, chosen: readonly number[]): string {
  const label = ACQUISITION_LABELS[acquisition];
  const apart = Math.max(...weights.map((weight, i) => Math.abs(weight - (chosen[i] ?? 0))));
  if (apart < 5e-4) return `${label} wanted the same`;
  if (weights.length > 2) return `${label} wanted ${mixWords(weights)}`;
  const wish = weights.at(-1) ?? 0;
  return `${label} wanted ${lambdaOf(weights) === lambdaOf(chosen) ? formatLambda(wish, 3) : formatLambda(wish)}`;
}

function movedWords(from: readonly number[]): string {
  const maximum = from.length > 2 ? mixWords(from) : formatLambda(from.at(-1) ?? 0, 3);
  return ` (its maximum ${maximum} was measured already)`;
}

/** "λ = 0.87" of two parents, "0.20 : 0.30 : 0.50" of more, oldest first. */
export function whereOf(weights: readonly number[]): string {
  return weights.length === 2 ? `λ = ${lambdaOf(weights)}` : mixWords(weights);
}

/** "0.20 : 0.30 : 0.50", oldest first. */
export function mixWords(weights: readonly number[]): string {
  return weights.map((weight) => formatLambda(weight)).join(" : ");
}

function lambdaOf(weights: readonly number[]): string {
  return formatLambda(weights.at(-1) ?? 0);
}

/** What came of a trial: "It gave 72.1 ± 2.0 %; 71.4 ± 0.9 % was expected." */
export function explainOutcome(record: StudyRecord, trial: Trial): string {
  const { measure } = record.subject;
  const got = formatScore(measure, trial);
  const { posterior } = trial.ask;
  if (posterior === null) return `It gave ${got}.`;
  const expected = formatScore(measure, { value: posterior.mean, stderr: posterior.std });
  return `It gave ${got}; ${expected} was expected.`;
}

/** A merge in words, newest first: "0.87 of step 3800 + 0.13 of step 3600". */
export function recipeWords(weights: readonly number[], labels: readonly string[]): string {
  const parts = weights.map((weight, index) => `${formatLambda(weight)} of ${labels[index] ?? "?"}`);
  return parts.reverse().join(" + ");
}

/** How sure a verdict is. */
export type Judgement = "real" | "smaller" | "unclear" | "worse" | "no-gain";

const JUDGEMENTS: Readonly<Record<Judgement, string>> = {
  real: "real",
  smaller: "real, but smaller",
  unclear: "not to be told from chance",
  worse: "worse than the better parent",
  "no-gain": "no merge beat the better parent",
};

/** What a search's gain amounts to on rows it did not see; 5 % is the line. */
export function judge(searchGain: number, heldout: Heldout): Judgement {
  if (searchGain <= 0) return "no-gain";
  if (heldout.pValue >= 0.05) return "unclear";
  if (heldout.delta < 0) return "worse";
  return heldout.delta < searchGain ? "smaller" : "real";
}

/** A trial's value minus the better parent's, in objective units. */
export function searchGain(record: StudyRecord, trial: Trial): number {
  return trial.value - Math.max(...record.parents.map(({ value }) => value));
}

/**
 * Whether the best merge is really better: "0.87 of step 3800 + 0.13 of step 3600: +2.1 points on 512 search items,
 * +1.4 ± 0.6 on 512 unseen ones (p = 0.02): real, but smaller." `null` before there is a best trial.
 */
export function verdictSentence(record: StudyRecord, labels: readonly string[]): string | null {
  const best = record.trials.find(({ number }) => number === record.best);
  if (best === undefined || record.parents.length === 0) return null;
  const { measure } = record.subject;
  const gain = searchGain(record, best);
  const found = `${formatGain(measure, gain, null)} ${gainUnit(measure)} on ${best.n} search items`;
  const start = `${recipeWords(best.weights, labels)}: ${found}`;
  const { heldout } = record;
  if (heldout === null) return `${start}.`;
  const unseen = formatGain(measure, heldout.delta, heldout.deltaStderr);
  const judgement = JUDGEMENTS[judge(gain, heldout)];
  return `${start}, ${unseen} on ${heldout.merge.n} unseen ones (${formatP(heldout.pValue)}): ${judgement}.`;
}

/** One line for a hover, and the formula, of each acquisition function. */
export const ACQUISITION_MEANINGS: Readonly<
  Record<AcquisitionName, { readonly meaning: string; readonly tex: string }>
> = {
  ei: {
    meaning: "Expected improvement over the best so far.",
    tex: "\\mathrm{EI}(\\lambda)=\\mathbb{E}\\,\\max(0,\\,f(\\lambda)-f^{*})",
  },
  logei: {
    meaning: "Logarithm of expected improvement: the same maximum, where EI itself underflows.",
    tex: "\\log\\mathrm{EI}(\\lambda)",
  },
  pi: {
    meaning: "Probability of any improvement over the best so far.",
    tex: "\\mathrm{PI}(\\lambda)=\\Phi\\!\\left(\\frac{\\mu(\\lambda)-f^{*}}{\\sigma(\\lambda)}\\right)",
  },
  ucb: {
    meaning:
      "Upper confidence bound: the mean plus β deviations, as the papers write it; BoTorch's beta is this β squared.",
    tex: "\\mathrm{UCB}(\\lambda)=\\mu(\\lambda)+\\beta\\,\\sigma(\\lambda)",
  },
  nei: {
    meaning:
      "Noisy expected improvement: expected improvement over the best true value, averaged over what the measured points may truly be.",
    tex: "\\mathrm{NEI}(\\lambda)=\\mathbb{E}_{f(X)}\\,\\mathbb{E}\\,\\max(0,\\,f(\\lambda)-\\max f(X))",
  },
  random: { meaning: "A control: uniform draws, no model.", tex: "\\lambda\\sim\\mathcal{U}(\\alpha,1)" },
  grid: {
    meaning: "A control: the centres of as many equal cells as trials are planned, no model.",
    tex: "\\lambda_t=\\alpha+(1-\\alpha)\\,(t+\\tfrac12)/T",
  },
  ts: {
    meaning: "Thompson sampling: the maximum of one curve drawn from the posterior.",
    tex: "\\lambda=\\arg\\max\\,\\tilde f,\\quad\\tilde f\\sim\\mathrm{GP}",
  },
};
