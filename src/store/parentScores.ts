/** The parents' own scores, wherever they were measured. */
import type { Score } from "../domain/study.ts";
import { currentMatrix } from "./matrix.ts";
import type { AppState } from "./state.ts";
import { currentStudy } from "./study.ts";
import { currentSweep } from "./sweep.ts";
import { currentTrajectory } from "./trajectory.ts";

/** The best parent's score, the first of equals; `null` where none is known. */
export function bestParentScore(state: AppState): Score | null {
  const known = (state.subject.parents ?? []).flatMap((_, i) => parentScore(state, i) ?? []);
  return known.reduce<Score | null>(
    (best, score) => (best === null || score.value > best.value ? score : best),
    null,
  );
}

/** The score of the parent at a place, oldest first; `null` where nothing measured it yet. */
export function parentScore(state: AppState, place: number): Score | null {
  const name = state.subject.parents?.[place];
  if (name === undefined) return null;
  const matrix = currentMatrix(state);
  return (
    currentStudy(state)?.record.parents[place] ??
    currentSweep(state)?.parents[place] ??
    currentTrajectory(state)?.scores[name] ??
    matrix?.diagonal[matrix.checkpoints.indexOf(name)] ??
    null
  );
}
