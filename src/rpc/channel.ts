/**
 * The wire between a page and the engine's thread, and the engine's end of it. Calls are answered with a result or an
 * error record; events and cancellation are messages with the call's id. No call ever times out: a study takes as long
 * as it takes. Either thread; knows no engine but the contract.
 */
import { createBirpc } from "birpc";
import { AppError, type ErrorRecord, toErrorRecord } from "../base/errors.ts";
import type { Engine, EngineEvent, EngineMethod, EngineMethods } from "./protocol.ts";

/** A `Worker`, the worker's own global scope, or a `MessagePort` that was started. */
export type Port = {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  removeEventListener(type: "message", listener: (event: MessageEvent) => void): void;
};

/** A call's answer; errors cross as records, because structured clone would strip them. */
export type Answer =
  | { readonly kind: "result"; readonly result: EngineMethods[EngineMethod]["result"] }
  | { readonly kind: "error"; readonly error: ErrorRecord };

/** What the page may ask of the engine's thread. */
export type EngineEnd = {
  call(id: number, method: EngineMethod, request: EngineMethods[EngineMethod]["request"]): Promise<Answer>;
  cancel(id: number): void;
};

/** What the engine's thread tells the page. */
export type PageEnd = { event(id: number, event: EngineEvent): void };

/** How either end sits on its port. */
export function overPort(port: Port) {
  const listeners = new Map<(data: unknown) => void, (event: MessageEvent) => void>();
  return {
    post: (data: unknown) => port.postMessage(data),
    on: (receive: (data: unknown) => void) => {
      const listener = (event: MessageEvent) => receive(event.data);
      listeners.set(receive, listener);
      port.addEventListener("message", listener);
    },
    off: (receive: (data: unknown) => void) => {
      const listener = listeners.get(receive);
      if (listener !== undefined) port.removeEventListener("message", listener);
    },
    timeout: -1,
  };
}

/** Answers calls that arrive on a port with this engine. */
export function serveEngine(engine: Engine, port: Port): void {
  const running = new Map<number, AbortController>();
  const page = createBirpc<PageEnd, EngineEnd>(
    {
      async call(id, method, request) {
        const controller = new AbortController();
        running.set(id, controller);
        const emit = (event: EngineEvent) => void page.event.asEvent(id, event);
        try {
          const result = await engine.call(method, request, { signal: controller.signal, emit });
          return { kind: "result", result };
        } catch (thrown) {
          return { kind: "error", error: toErrorRecord(thrown) };
        } finally {
          running.delete(id);
        }
      },
      cancel: (id) => running.get(id)?.abort(),
    },
    overPort(port),
  );
}

/** The error of a thread that ended while it was needed. */
export function threadDied(reason: string): AppError {
  return new AppError("device", `The engine's thread has stopped: ${reason}`, {
    advice: "Reload the page; what was measured so far can be continued.",
  });
}
