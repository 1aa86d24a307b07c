/** Runs one engine call for a slice: its turn, its events once a frame, its end. Shared by all slices. */
import { isCancelled, toErrorRecord } from "../base/errors.ts";
import type { EngineEvent, EngineMethod, EngineMethods } from "../rpc/protocol.ts";
import type { Context } from "./context.ts";
import type { Status } from "./status.ts";

/** How one engine call is run and watched. */
export type Run<M extends EngineMethod> = {
  readonly method: M;
  /** Made when the call's turn has come, so that it sees what happened while it waited. */
  readonly request: () => EngineMethods[M]["request"];
  readonly onStatus: (status: Status) => void;
  /** All events since the last frame, in order; progress is not among them. */
  readonly onEvents?: (events: readonly EngineEvent[]) => void;
  readonly onResult: (result: EngineMethods[M]["result"]) => void;
  /** Ends the call early when other work waits; the caller sees `paused` and may ask again. */
  readonly yields?: boolean;
  /** Needs no device: runs beside the work that does, without waiting for it. */
  readonly apart?: boolean;
};

/** A started run. */
export type Running = {
  /** Ends it; what came so far stays, the status becomes `paused`. */
  readonly pause: () => void;
  /** Forgets it: nothing that still arrives is looked at. */
  readonly drop: () => void;
  /** Whether it ended because other work was waiting. */
  readonly yielded: () => boolean;
  readonly done: Promise<void>;
};

/**
 * Queues one engine call. Every event and answer is checked against this run's own life: after `drop`, late ones
 * fall on the floor. Events are gathered and applied once a frame, so that a fast engine costs one render a frame.
 */
export function startRun<M extends EngineMethod>(context: Context, run: Run<M>): Running {
  const controller = new AbortController();
  const { signal } = controller;
  let dropped = false;
  let yielded = false;
  const batch = createBatch<EngineEvent>(context.effects.schedule, (events) => {
    if (dropped) return;
    const latest = events.findLast((event) => event.kind === "progress");
    if (latest !== undefined && !signal.aborted) run.onStatus({ kind: "working", progress: latest.progress });
    const rest = events.filter((event) => event.kind !== "progress");
    if (rest.length > 0) run.onEvents?.(rest);
  });
  const settle = (apply: () => void): void => {
    batch.flush();
    if (!dropped) apply();
  };
  const fail = (thrown: unknown): void =>
    run.onStatus(isCancelled(thrown) ? { kind: "paused" } : { kind: "failed", error: toErrorRecord(thrown) });
  const work = async (): Promise<void> => {
    if (dropped) return;
    if (signal.aborted) return run.onStatus({ kind: "paused" });
    run.onStatus({ kind: "working", progress: null });
    try {
      const result = await context.effects.engine.call(run.method, run.request(), {
        signal,
        emit: batch.add,
      });
      settle(() => run.onResult(result));
    } catch (thrown) {
      settle(() => fail(thrown));
    }
  };
  const giveWay = (): void => {
    yielded = true;
    controller.abort();
  };
  const begin = (): Promise<void> => {
    if (run.apart === true) return work();
    run.onStatus({ kind: "waiting" });
    return context.queue.submit(work, run.yields === true ? giveWay : undefined);
  };
  return {
    done: begin(),
    pause: () => controller.abort(),
    drop() {
      dropped = true;
      controller.abort();
    },
    yielded: () => yielded,
  };
}

/** Gathers values and hands them on together when the schedule says so, or at once on `flush`. */
function createBatch<T>(
  schedule: (flush: () => void) => void,
  apply: (values: readonly T[]) => void,
): { readonly add: (value: T) => void; readonly flush: () => void } {
  let gathered: T[] = [];
  const flush = (): void => {
    if (gathered.length === 0) return;
    const values = gathered;
    gathered = [];
    apply(values);
  };
  return {
    add(value) {
      gathered.push(value);
      if (gathered.length === 1) schedule(flush);
    },
    flush,
  };
}
