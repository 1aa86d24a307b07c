/** The page's end of the wire: an `Engine` like any other, whose work happens in another thread. Main thread. */
import { createBirpc } from "birpc";
import { cancelled, fromErrorRecord } from "../base/errors.ts";
import { type EngineEnd, overPort, type PageEnd, type Port, threadDied } from "./channel.ts";
import type { Engine, EngineMethods, Job } from "./protocol.ts";

/** An engine behind a port. */
export interface EngineClient extends Engine {
  /** Rejects everything pending and all later calls with this reason. */
  die(reason: string): void;
}

/** A client of the engine that is served at the other end of this port. */
export function createEngineClient(port: Port): EngineClient {
  const jobs = new Map<number, Job>();
  const wire = createBirpc<EngineEnd, PageEnd>(
    { event: (id, event) => jobs.get(id)?.emit(event) },
    overPort(port),
  );
  let nextId = 0;
  let dead: string | null = null;
  return {
    async call(method, request, job) {
      if (job.signal.aborted) throw cancelled();
      if (dead !== null) throw threadDied(dead);
      const id = nextId++;
      const cancel = () => void wire.cancel.asEvent(id).catch(() => {});
      jobs.set(id, job);
      job.signal.addEventListener("abort", cancel);
      try {
        const answer = await wire.call(id, method, request);
        if (answer.kind === "error") throw fromErrorRecord(answer.error);
        return answer.result as EngineMethods[typeof method]["result"];
      } finally {
        job.signal.removeEventListener("abort", cancel);
        jobs.delete(id);
      }
    },
    die(reason) {
      if (dead !== null) return;
      dead = reason;
      wire.$close(threadDied(reason));
    },
  };
}

/** A client of a worker; when the worker fails as a whole, the client dies with the worker's reason. */
export function connectWorker(worker: Worker): EngineClient {
  const client = createEngineClient(worker);
  worker.addEventListener("error", (event) => client.die(event.message || "it could not be loaded."));
  worker.addEventListener("messageerror", () => client.die("a message could not be read."));
  return client;
}
