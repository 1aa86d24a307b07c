/** The methods that replay searches on what is measured. Wiring only. */
import type { Clock, Progress } from "../base/job.ts";
import { measureOutcomes } from "../study/itemOutcomes.ts";
import { replayOne, replaySearches } from "../study/replaySearches.ts";
import type { Holding, MethodTable } from "./methodTable.ts";
import type { Session } from "./session.ts";

/** The methods of this file. */
export type ReplayMethod = "replaySearches" | "playSearch" | "itemOutcomes";

/** @param openSession the current session; only `itemOutcomes` needs it. */
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
  };
}
