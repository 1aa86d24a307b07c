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
    const remainingMs = done > 0 ? (elapsedMs / done) * (total - done) : null;
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
