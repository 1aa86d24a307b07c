/**
 * What is measured, and which way is up. A study always maximises its *objective*; the sign is turned here and
 * nowhere else: objective = metric where higher is better, −metric where lower is.
 */
import { AppError } from "../base/errors.ts";
import type { TaskKind } from "./task.ts";

/** Names as lm-evaluation-harness prints them; `nll` is the mean negative log-likelihood a token, in nats. */
export type MetricName =
  | "acc"
  | "acc_norm"
  | "exact_match"
  | "exact_match_flexible"
  | "nll"
  | "perplexity"
  | "sequence_perplexity"
  | "word_perplexity"
  | "byte_perplexity"
  | "bits_per_byte";

/** A metric that a study can optimise. */
export type Measure = {
  readonly metric: MetricName;
  readonly label: string;
  readonly higherIsBetter: boolean;
  /** Whether people read it as a percentage. */
  readonly percent: boolean;
  /** One line for a hover. */
  readonly meaning: string;
};

const MEASURES: Readonly<
  Record<"acc" | "acc_norm" | "exact_match" | "exact_match_flexible" | "nll", Measure>
> = {
  acc: {
    metric: "acc",
    label: "accuracy",
    higherIsBetter: true,
    percent: true,
    meaning: "Share of items whose gold choice has the highest summed log-probability.",
  },
  acc_norm: {
    metric: "acc_norm",
    label: "accuracy (length-normalised)",
    higherIsBetter: true,
    percent: true,
    meaning: "As accuracy, but each choice's log-probability is divided by its length in characters.",
  },
  exact_match: {
    metric: "exact_match",
    label: "exact match",
    higherIsBetter: true,
    percent: true,
    meaning: "Share of items whose greedily generated answer equals the gold one.",
  },
  exact_match_flexible: {
    metric: "exact_match_flexible",
    label: "exact match (flexible)",
    higherIsBetter: true,
    percent: true,
    meaning: "As exact match, but the answer is the last number found anywhere in the text.",
  },
  nll: {
    metric: "nll",
    label: "loss, nats a token",
    higherIsBetter: false,
    percent: false,
    meaning: "Mean negative log-likelihood of a token; its exponential is the perplexity.",
  },
};

/** The measures a task of this kind offers, the default first. */
export function measuresOf(kind: TaskKind): readonly [Measure, ...Measure[]] {
  switch (kind) {
    case "multiple-choice":
      return [MEASURES.acc, MEASURES.acc_norm];
    case "partial":
      return [MEASURES.acc];
    case "target":
      return [MEASURES.acc, MEASURES.nll];
    case "generation":
      return [MEASURES.exact_match];
    case "text":
      return [MEASURES.nll];
    default:
      return kind satisfies never;
  }
}

/** The measure of this name, or the task's default. @throws AppError `usage`. */
export function measureNamed(
  { name, kind }: { readonly name: string; readonly kind: TaskKind },
  metric: string | null,
): Measure {
  const measures = measuresOf(kind);
  const measure = metric === null ? measures[0] : measures.find((known) => known.metric === metric);
  if (measure !== undefined) return measure;
  throw new AppError("usage", `The task ${name} does not measure "${metric}".`, {
    advice: `It measures ${measures.map((known) => known.metric).join(" or ")}.`,
  });
}

/** A metric's value from the objective's, and the other way round: the map is its own inverse. */
export function turnSign(measure: Measure, value: number): number {
  return measure.higherIsBetter ? value : -value;
}
