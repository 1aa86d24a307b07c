/** The life of a piece of engine work, as panels show it. Pure. */
import type { ErrorRecord } from "../base/errors.ts";
import type { Progress } from "../base/job.ts";

/** Where a result comes from: the demo's files, or this page's own engine. */
export type Origin = "shipped" | "computed";

/** What a panel's work is doing. `idle` with a record is done; without one, nothing yet. */
export type Status =
  | { readonly kind: "idle" }
  /** Asked for, behind other work. */
  | { readonly kind: "waiting" }
  | { readonly kind: "working"; readonly progress: Progress | null }
  /** Ended by the person, can go on from where it is. */
  | { readonly kind: "paused" }
  | { readonly kind: "failed"; readonly error: ErrorRecord };

/** Nothing is being done. */
export const IDLE: Status = { kind: "idle" };

/** Whether work is asked for or under way. */
export function isBusy(status: Status): boolean {
  return status.kind === "waiting" || status.kind === "working";
}
