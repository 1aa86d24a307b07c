/** Recipes of the present parents that take measuring before they have a place: by perplexity, and the greedy soup's path. */
import { perplexityWeights } from "../domain/namedRecipes.ts";
import type { Context } from "./context.ts";
import type { PlacedState } from "./labState.ts";
import type { AppState } from "./state.ts";
import { IDLE, isBusy } from "./status.ts";
import { currentStudy } from "./study.ts";
import { currentKey, currentMeasure, subjectRequest } from "./subject.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on the places. */
export type PlacedActions = {
  /** Measures the parents' perplexities on the task's inputs, without labels (P2 eq. 3). */
  readonly placePerplexity: () => Promise<void>;
  /** Measures the greedy soup: parents in order of their scores, each kept where the average gets better. */
  readonly placeGreedy: () => Promise<void>;
  readonly cancelPlacing: () => void;
};

/** What is placed of the present question. */
export function currentPlaced(state: AppState): PlacedState | null {
  return state.placed.key === currentKey(state, state.subject.parents) ? state.placed : null;
}

/** The places' actions over a context. */
export function createPlacedActions(context: Context): PlacedActions {
  const { get, patch } = context;
  let running: Running | null = null;
  /** The present question's places, begun where there are none. */
  const begin = (): boolean => {
    const state = get();
    const key = currentKey(state, state.subject.parents);
    if (key === null || isBusy(state.placed.status)) return false;
    if (state.placed.key !== key) patch("placed", { key, perplexity: null, greedy: null, status: IDLE });
    return true;
  };
  const onStatus = (status: PlacedState["status"]): void => patch("placed", { status });
  return {
    async placePerplexity() {
      const subject = subjectRequest(get(), get().subject.parents);
      if (subject === null || !begin()) return;
      const { parents, task, split, limit } = subject;
      running = startRun(context, {
        method: "perplexity",
        request: () => ({ checkpoints: parents, task, split, limit, inputs: "raw" }),
        onStatus,
        onResult: (found) =>
          patch("placed", {
            perplexity: perplexityWeights(found.map(({ pooled }) => pooled.value)),
            status: IDLE,
          }),
      });
      await running.done;
    },
    async placeGreedy() {
      const state = get();
      const [subject, measure] = [subjectRequest(state, state.subject.parents), currentMeasure(state)];
      const scores = currentStudy(state)?.record.parents ?? [];
      if (subject === null || measure === null || scores.length < subject.parents.length || !begin()) return;
      const { parents, task, split, limit } = subject;
      // The reference sorts upwards and turns the order round, so that of equals the later comes first.
      const order = parents
        .map((_, i) => i)
        .sort((a, b) => scores[a]!.value - scores[b]!.value || a - b)
        .reverse();
      let kept = [order[0]!];
      let best = scores[order[0]!]!.value;
      const path = [mixOf(parents.length, kept)];
      for (const next of order.slice(1)) {
        const tried = [...kept, next];
        const names = tried.toSorted((a, b) => a - b).map((i) => parents[i]!);
        let value: number | null = null;
        running = startRun(context, {
          method: "evaluate",
          request: () => ({
            recipe: { parents: names, coefficients: names.map(() => 1 / names.length) },
            ...{ task, split, limit },
          }),
          onStatus,
          onResult: ({ metrics }) => {
            const found = metrics[measure.metric]?.value ?? null;
            value = found === null ? null : measure.higherIsBetter ? found : -found;
            onStatus(IDLE);
          },
        });
        await running.done;
        if (value === null) return;
        if (value > best) {
          kept = tried;
          best = value;
          path.push(mixOf(parents.length, kept));
        }
      }
      patch("placed", { greedy: path, status: IDLE });
    },
    cancelPlacing: () => running?.pause(),
  };
}

function mixOf(parents: number, kept: readonly number[]): readonly number[] {
  return Array.from({ length: parents }, (_, i) => (kept.includes(i) ? 1 / kept.length : 0));
}
