/** The hub: what is in a repository, which mirror is asked, and who asks. */
import { toErrorRecord } from "../base/errors.ts";
import type { Context } from "./context.ts";
import { IDLE } from "./status.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on the hub. */
export type HubActions = {
  /** Asks what can be named in a repository. */
  readonly lookUp: (repository: string) => Promise<void>;
  readonly cancelLookUp: () => void;
  /** Whom to ask and as whom; `null` takes the hub itself, and no token. Resolves to whether it was taken. */
  readonly useHub: (endpoint: string | null, token: string | null) => Promise<boolean>;
};

/** The hub's actions over a context. */
export function createHubActions(context: Context): HubActions {
  let running: Running | null = null;
  return {
    async lookUp(repository) {
      running?.drop();
      context.patch("hub", { found: null });
      running = startRun(context, {
        method: "hubRevisions",
        request: () => ({ repository }),
        apart: true,
        onStatus: (status) => context.patch("hub", { status: status.kind === "paused" ? IDLE : status }),
        onResult: (found) => context.patch("hub", { found, status: IDLE }),
      });
      await running.done;
    },
    cancelLookUp: () => running?.pause(),
    async useHub(endpoint, token) {
      const job = { signal: new AbortController().signal, emit: () => undefined };
      try {
        const { hasToken } = await context.effects.engine.call("useHub", { endpoint, token }, job);
        context.patch("hub", { endpoint, hasToken, found: null, status: IDLE });
        return true;
      } catch (thrown) {
        context.patch("hub", { status: { kind: "failed", error: toErrorRecord(thrown) } });
        return false;
      }
    },
  };
}
