/**
 * How a long piece of work is watched and stopped. The signal is checked between batches, never inside one.
 * Runs everywhere.
 */
import { cancelled } from "./errors.ts";

/** How far a piece of work is; `unit` is the plural noun that `done` and `total` count. */
export type Progress = {
  /** What is being done, in words: "evaluating step 3000". */
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly elapsedMs: number;
  /** Estimated from the rate so far; `null` until there is a rate. */
  readonly remainingMs: number | null;
};

/** Milliseconds from any fixed origin; handed down by the roofs. */
export type Clock = () => number;

/** @throws AppError `cancelled` once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled();
}

/** A rate is believed after this long, or this share of the work: the first bytes say nothing of the rest. */
const RATE_AFTER_MS = 1000;
const RATE_AFTER_SHARE = 0.02;

/**
 * Makes the reports of one counted piece of work. Remaining time is total work left at the mean rate so far,
 * so it is honest for equal pieces and late to notice unequal ones.
 */
export function createProgress(
  clock: Clock,
  label: string,
  total: number,
  unit: string,
): (done: number) => Progress {
  const startMs = clock();
  return (done) => {
    const elapsedMs = clock() - startMs;
    const hasRate = done > 0 && (elapsedMs >= RATE_AFTER_MS || done >= RATE_AFTER_SHARE * total);
    const remainingMs = hasRate ? (elapsedMs / done) * (total - done) : null;
    return { label, done, total, unit, elapsedMs, remainingMs };
  };
}

/** Resolves after so many milliseconds; handed down by the roofs. @throws AppError `cancelled` when stopped meanwhile. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(cancelled());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
