/** The methods that make more of what is measured: replays, items over λ, predicted sweeps. Wiring only. */
import type { Clock, Progress } from "../base/job.ts";
import { compareNeighbours } from "../study/howMany.ts";
import { measureOutcomes } from "../study/itemOutcomes.ts";
import { runMarginSweep } from "../study/marginSweep.ts";
import { replayOne, replaySearches } from "../study/replaySearches.ts";
import type { Holding, MethodTable } from "./methodTable.ts";
import type { Session } from "./session.ts";

/** The methods of this file. */
export type ReplayMethod =
  | "replaySearches"
  | "playSearch"
  | "itemOutcomes"
  | "marginSweep"
  | "compareNeighbours";

/** @param openSession the current session; replays do not need it. */
export function createReplayMethods(
  openSession: (signal: AbortSignal) => Promise<Session>,
  clock: Clock,
  holding: Holding,
): MethodTable<ReplayMethod> {
  return {
    replaySearches: (plan, { signal, emit }) =>
      replaySearches(plan, clock, { signal, onProgress: (progress) => emit({ kind: "progress", progress }) }),
    playSearch: async ({ curve, settings }) => replayOne(curve, settings),
    itemOutcomes: ({ subject, lambdas }, job) =>
      holding(subject.parents, job, async () => {
        const { signal, emit } = job;
        const watched = { signal, onProgress: (progress: Progress) => emit({ kind: "progress", progress }) };
        const session = await openSession(signal);
        return measureOutcomes(await session.objective(subject, watched), lambdas, watched);
      }),
    compareNeighbours: ({ subject }, job) =>
      holding(subject.parents, job, async () => {
        const { signal, emit } = job;
        const watched = { signal, onProgress: (progress: Progress) => emit({ kind: "progress", progress }) };
        const session = await openSession(signal);
        const objectiveOf = (parents: readonly string[]) =>
          session.objective({ ...subject, parents }, watched);
        return compareNeighbours(subject.parents, objectiveOf, clock, {
          ...watched,
          onRow: (row) => emit({ kind: "neighbours", row }),
        });
      }),
    marginSweep: ({ subject, ...plan }, job) =>
      holding(subject.parents, job, async () => {
        const { signal, emit } = job;
        const watched = { signal, onProgress: (progress: Progress) => emit({ kind: "progress", progress }) };
        const session = await openSession(signal);
        return runMarginSweep(await session.objective(subject, watched), plan, {
          ...watched,
          onParent: (index, score) => emit({ kind: "parent", index, score }),
          onPoint: (point) => emit({ kind: "point", point }),
        });
      }),
  };
}
