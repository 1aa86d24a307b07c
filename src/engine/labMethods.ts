/** The methods that make more of what is measured: replays, items over λ, predicted sweeps, neighbours. Wiring only. */
import type { Clock } from "../base/job.ts";
import type { Job, SubjectRequest } from "../rpc/protocol.ts";
import { compareNeighbours } from "../study/howMany.ts";
import { measureOutcomes } from "../study/itemOutcomes.ts";
import { runMarginSweep } from "../study/marginSweep.ts";
import { replayOne, replaySearches } from "../study/replaySearches.ts";
import type { Holding, MethodTable } from "./methodTable.ts";
import { callJob, type Session } from "./session.ts";

/** The methods of this file. */
export type LabMethod =
  | "replaySearches"
  | "playSearch"
  | "itemOutcomes"
  | "marginSweep"
  | "compareNeighbours";

/** @param openSession the current session; replays do not need it. */
export function createLabMethods(
  openSession: (signal: AbortSignal) => Promise<Session>,
  clock: Clock,
  holding: Holding,
): MethodTable<LabMethod> {
  /** What measures of a call's subject need: the session's objectives, and how the call is watched. */
  const begin = async (job: Job) => {
    const watched = callJob(job);
    const session = await openSession(job.signal);
    const objectiveOf = (subject: SubjectRequest) => session.objective(subject, watched);
    return { watched, objectiveOf };
  };
  return {
    replaySearches: (plan, job) => replaySearches(plan, clock, callJob(job)),
    playSearch: async ({ curve, settings }) => replayOne(curve, settings),
    itemOutcomes: ({ subject, lambdas }, job) =>
      holding(subject.parents, job, async () => {
        const { watched, objectiveOf } = await begin(job);
        return measureOutcomes(await objectiveOf(subject), lambdas, watched);
      }),
    marginSweep: ({ subject, ...plan }, job) =>
      holding(subject.parents, job, async () => {
        const { watched, objectiveOf } = await begin(job);
        return runMarginSweep(await objectiveOf(subject), plan, {
          ...watched,
          onParent: (index, score) => job.emit({ kind: "parent", index, score }),
          onPoint: (point) => job.emit({ kind: "point", point }),
        });
      }),
    compareNeighbours: ({ subject }, job) =>
      holding(subject.parents, job, async () => {
        const { watched, objectiveOf } = await begin(job);
        const among = (parents: readonly string[]) => objectiveOf({ ...subject, parents });
        return compareNeighbours(subject.parents, among, clock, {
          ...watched,
          onRow: (row) => job.emit({ kind: "neighbours", row }),
        });
      }),
  };
}
