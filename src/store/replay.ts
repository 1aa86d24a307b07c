/** Replays of the present question: searches run by the thousand on its sweep, arms side by side. Needs no device. */
import type { ItemOutcomes, ReplayArm, ReplayResult, ScoreCurve } from "../domain/replay.ts";
import type { SearchSettings } from "../domain/surrogate.ts";
import { branchesOf } from "./branches.ts";
import type { Context } from "./context.ts";
import type { ReplayState, ReplayVary } from "./labState.ts";
import type { AppState } from "./state.ts";
import { IDLE, isBusy } from "./status.ts";
import { currentKey, subjectRequest } from "./subject.ts";
import { currentSweep } from "./sweep.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on replays. */
export type ReplayActions = {
  readonly changeReplay: (change: Partial<Pick<ReplayState, "vary" | "seeds" | "trials">>) => void;
  readonly runReplay: () => Promise<void>;
  readonly cancelReplay: () => void;
};

/** Fewer λ are no table to search on. */
const LEAST_POINTS = 11;

/** The present sweep as a table; `null` until there is enough of it. */
export function currentCurve(state: AppState): ScoreCurve | null {
  const points = currentSweep(state)?.points ?? [];
  return curveOf(points);
}

function curveOf(points: NonNullable<ReturnType<typeof currentSweep>>["points"]): ScoreCurve | null {
  const whole = points.filter(({ stopped }) => stopped === undefined);
  if (whole.length < LEAST_POINTS) return null;
  return {
    lambda: whole.map(({ lambda }) => lambda),
    value: whole.map(({ value }) => value),
    stderr: whole.map(({ stderr }) => stderr),
  };
}

/** The arms that differ in one thing, everything else as the search's settings have it. */
export function replayArms(state: AppState): readonly ReplayArm[] {
  const { vary, trials } = state.replay;
  const settings: SearchSettings = { ...state.subject.settings, trials };
  const arm = (
    label: string,
    change: Partial<SearchSettings>,
    itemShare: number | null = null,
  ): ReplayArm => ({
    label,
    settings: { ...settings, ...change },
    itemShare,
  });
  switch (vary) {
    case "acquisition":
      return (["ei", "ucb", "nei", "hedge", "ts", "random"] as const).map((acquisition) =>
        arm(acquisition, { acquisition }),
      );
    case "alpha":
      return [0, 0.5, 0.7, 0.9].map((alpha) => arm(`α = ${alpha}`, { alpha }));
    case "items":
      return [1, 0.5, 0.25, 0.125].map((share) => arm(`${share * 100} % of the items`, {}, share));
    case "model":
      return [
        arm("maximum likelihood", { estimate: "likelihood", noise: "fitted", fixed: {} }),
        arm("a posteriori", { estimate: "map", noise: "fitted", fixed: {} }),
        arm("exact scores", { estimate: "likelihood", noise: "none", fixed: {} }),
      ];
    case "branches":
      return branchesOf(state, currentKey(state, state.subject.parents)).map(({ entry }, i) => ({
        label: `search ${i + 1}`,
        settings: { ...entry.record.settings, trials },
        itemShare: null,
      }));
    default:
      return vary satisfies never;
  }
}

/** The replays' actions over a context. */
export function createReplayActions(context: Context): ReplayActions {
  const { get, patch } = context;
  let running: Running | null = null;

  const measureItems = async (lambdas: readonly number[]): Promise<ItemOutcomes | null> => {
    const subject = subjectRequest(get(), get().subject.parents);
    if (subject === null) return null;
    let found: ItemOutcomes | null = null;
    running = startRun(context, {
      method: "itemOutcomes",
      request: () => ({ subject, lambdas }),
      onStatus: (status) => patch("replay", { status }),
      onResult: (outcomes) => {
        found = outcomes;
      },
    });
    await running.done;
    return found;
  };

  return {
    changeReplay: (change) => patch("replay", { ...change, results: null }),
    async runReplay() {
      const state = get();
      const [curve, key] = [currentCurve(state), currentKey(state, state.subject.parents)];
      if (curve === null || key === null || isBusy(state.replay.status)) return;
      const arms = replayArms(state);
      const { seeds } = state.replay;
      patch("replay", { results: null, key });
      const needsItems = arms.some(({ itemShare }) => itemShare !== null);
      const items = needsItems ? await measureItems(curve.lambda) : null;
      if (needsItems && items === null) return;
      running = startRun(context, {
        method: "replaySearches",
        request: () => ({ curve, items, arms, seeds }),
        onStatus: (status) => patch("replay", { status }),
        onResult: (results: readonly ReplayResult[]) => patch("replay", { results, status: IDLE }),
        apart: true,
      });
      await running.done;
    },
    cancelReplay: () => running?.pause(),
  };
}

/** What may be varied, in words. */
export const REPLAY_VARIES: readonly { readonly value: ReplayVary; readonly label: string }[] = [
  { value: "acquisition", label: "acquisition functions" },
  { value: "alpha", label: "α, least weight of the newer" },
  { value: "items", label: "how many items the search sees" },
  { value: "model", label: "how the model is estimated" },
  { value: "branches", label: "the searches of the Branches tab" },
];
