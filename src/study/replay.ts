/**
 * Recomputes every suggestion of a study from what was measured before it and compares bit for bit: a journal that
 * replays is a study that can be trusted to be what its settings say. Pure.
 */
import { ask } from "../bayes/optimizer.ts";
import type { Score, Trial } from "../domain/study.ts";
import type { SearchSettings } from "../domain/surrogate.ts";
import { observations } from "./optimize.ts";

/** A number or word of a recorded ask that does not come out again. */
export type ReplayDifference = {
  readonly trial: number;
  /** Where in the ask: "nominees.0.weights.1". */
  readonly path: string;
};

/** The first difference of each trial, or none at all. @throws AppError as `ask`. */
export function replayStudy(
  settings: SearchSettings,
  parents: readonly Score[],
  trials: readonly Trial[],
): readonly ReplayDifference[] {
  return trials.flatMap((trial, number) => {
    const again = ask(settings, observations(parents, trials.slice(0, number)));
    const path = firstDifference(again, trial.ask, "");
    return path === null ? [] : [{ trial: number, path }];
  });
}

/** Path of the first place where two records differ; numbers by bits, but −0 is 0 as JSON has it. */
function firstDifference(a: unknown, b: unknown, path: string): string | null {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null)
    return a === b || Object.is(a, b) ? null : path;
  const [left, right] = [a, b].map((record) => new Map(Object.entries(record)));
  for (const key of new Set([...left!.keys(), ...right!.keys()])) {
    const found = firstDifference(left!.get(key), right!.get(key), path === "" ? key : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}
