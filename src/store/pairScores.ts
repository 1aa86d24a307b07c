/** The open pair's own scores, wherever they were measured. */
import type { Score } from "../domain/study.ts";
import { currentMatrix } from "./matrix.ts";
import type { AppState } from "./state.ts";
import { currentStudy } from "./study.ts";
import { currentSweep } from "./sweep.ts";
import { currentTrajectory } from "./trajectory.ts";

/** The better parent's score, the older's of equals; `null` where neither is known. */
export function betterPairScore(state: AppState): Score | null {
  const [older, newer] = [pairScores(state, 0), pairScores(state, 1)];
  return newer !== null && (older === null || newer.value > older.value) ? newer : older;
}

/** The older (0) or newer (1) parent's score; `null` where nothing measured it yet. */
export function pairScores(state: AppState, which: 0 | 1): Score | null {
  const name = state.subject.parents?.[which];
  if (name === undefined) return null;
  const matrix = currentMatrix(state);
  return (
    currentStudy(state)?.record.parents[which] ??
    currentSweep(state)?.parents[which] ??
    currentTrajectory(state)?.scores[name] ??
    matrix?.diagonal[matrix.checkpoints.indexOf(name)] ??
    null
  );
}
