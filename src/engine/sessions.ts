/** Which session is the current one: starting again closes the one before. Runs everywhere. */
import type { BackendChoice } from "../domain/backend.ts";
import type { Backend } from "../runtime/backend.ts";
import type { Platform } from "./platform.ts";
import type { Session } from "./session.ts";
import { createTurns } from "./turns.ts";

/** The current session. */
export interface Sessions {
  /** Closes what runs and starts anew. @throws AppError `device`. */
  start(choice: BackendChoice, threads: number | null): Promise<Session>;
  /** What was started last; the platform's own choice when nothing was. */
  current(): Promise<Session>;
}

/** No session yet. */
export function createSessions(platform: Platform, open: (backend: Backend) => Session): Sessions {
  const turns = createTurns();
  let session: Session | null = null;
  const restart = async (choice: BackendChoice, threads: number | null): Promise<Session> => {
    const before = session;
    session = null;
    await before?.close();
    session = open(await platform.startBackend(choice, threads));
    return session;
  };
  return {
    start: (choice, threads) => turns(() => restart(choice, threads)),
    current: () => turns(async () => session ?? restart("auto", null)),
  };
}
