/**
 * Requests that are tried again: when there is no answer, when the server is busy (429) and when it failed (5xx). The
 * wait doubles from time to time, with chance in it so that many pages do not come back together; a server that says how
 * long to wait is believed. Runs everywhere; waiting is handed in.
 */
import pRetry from "p-retry";
import type { Fetch } from "../httpRequest.ts";

/** Resolves after so many milliseconds; rejects when the signal is aborted meanwhile. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** How often a request is tried again. */
const RETRIES = 5;
const FIRST_WAIT_MS = 500;
/** Whoever asks for more patience than this is not served today. */
const LONGEST_WAIT_MS = 60_000;

/** How long to wait before attempt `attempt` + 1, by its own: 0.5 to 1 s, then twice as long each time. */
export function backoffMs(attempt: number): number {
  return FIRST_WAIT_MS * 2 ** (attempt - 1) * (1 + Math.random());
}

class Busy extends Error {
  readonly response: Response;
  constructor(response: Response) {
    super(`The server answered ${response.status}.`);
    this.response = response;
  }
}

/** The same `fetch`, patient. The last answer of a server that stays busy is given back as it is. */
export function retrying(fetch: Fetch, wait: Wait): Fetch {
  return async (url, init) => {
    const signal = init.signal ?? new AbortController().signal;
    const attempt = async (): Promise<Response> => {
      const response = await fetch(url, init);
      if (response.status !== 429 && response.status < 500) return response;
      throw new Busy(response);
    };
    try {
      return await pRetry(attempt, {
        retries: RETRIES,
        minTimeout: 0,
        shouldRetry: () => !signal.aborted,
        async onFailedAttempt({ error, attemptNumber, retriesLeft }) {
          if (retriesLeft === 0 || signal.aborted) return;
          const asked = error instanceof Busy ? retryAfterMs(error.response) : null;
          if (asked !== null && asked > LONGEST_WAIT_MS) throw error;
          if (error instanceof Busy) await error.response.body?.cancel();
          await wait(asked ?? backoffMs(attemptNumber), signal);
        },
      });
    } catch (thrown) {
      if (thrown instanceof Busy) return thrown.response;
      throw thrown;
    }
  };
}

/** `Retry-After` in seconds or as a date; `null` where there is none. */
function retryAfterMs(response: Response): number | null {
  const text = response.headers.get("Retry-After");
  if (text === null) return null;
  const seconds = /^\d+$/.test(text.trim()) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, 1000 * seconds) : null;
}
