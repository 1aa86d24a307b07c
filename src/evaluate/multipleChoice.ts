/**
 * Choosing among continuations: multiple choice (one context) and partial evaluation (one continuation after several
 * contexts), as `ConfigurableTask.process_results` of lm-evaluation-harness. Pure.
 */
import type { ItemResult } from "../domain/evaluation.ts";
import type { TaskRow } from "../domain/task.ts";
import type { RequestScore } from "./scoring.ts";

/** Rows whose result is a choice. */
export type ChoiceRow = Extract<TaskRow, { readonly kind: "multiple-choice" | "partial" }>;

/**
 * The choice with the highest summed log-probability, and, for multiple choice, the one with the highest
 * log-probability per character of the choice (code points, delimiter not counted). The first of equals.
 */
export function choiceResult(
  row: ChoiceRow,
  scores: readonly RequestScore[],
): Extract<ItemResult, { readonly kind: "choice" }> {
  const logprobs = scores.map((score) => score.logprob);
  const chosenNorm =
    row.kind === "multiple-choice"
      ? argmax(logprobs.map((logprob, i) => logprob / characters(row.choices[i]!)))
      : null;
  const greedy = scores.map((score) => score.greedy);
  return { kind: "choice", gold: row.gold, chosen: argmax(logprobs), chosenNorm, logprobs, greedy };
}

/** Unicode code points, as Python's `len` counts. */
function characters(text: string): number {
  return [...text].length;
}

function argmax(values: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
