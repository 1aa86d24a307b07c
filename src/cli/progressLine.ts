/**
 * Progress in words with counts and remaining time: one line that is rewritten on a screen, a plain line now and then
 * in a log. Knows no command.
 */
import type { Clock, Progress } from "../base/job.ts";
import type { Terminal } from "./terminal.ts";
import { formatBytes, formatCount, formatDuration } from "./text/numbers.ts";
import { textWidth } from "./text/table.ts";

/** Between two rewrites of the line on a screen. */
const SCREEN_INTERVAL_MS = 100;
/** Between two plain lines in a log: about the same piece of work, and when another one begins. */
const LOG_INTERVAL_MS = 5000;
const LOG_CHANGE_INTERVAL_MS = 1000;
const BAR_WIDTH = 20;

/** Shows the reports of one command. */
export interface ProgressLine {
  show(progress: Progress): void;
  /** Takes the line off the screen, so that other words can be written. */
  clear(): void;
}

/** "evaluating step 3000: 320 of 1,000 rows, 0:12 left". */
export function describeProgress(progress: Progress): string {
  const { done, total, unit } = progress;
  const counts =
    unit === "bytes"
      ? `${formatBytes(done)} of ${formatBytes(total)}`
      : `${formatCount(done)} of ${formatCount(total)} ${unit}`;
  const left = progress.remainingMs === null ? "" : `, ${formatDuration(progress.remainingMs)} left`;
  return `${progress.label}: ${counts}${left}`;
}

/** A progress line on the terminal's second stream. */
export function createProgressLine(terminal: Terminal, clock: Clock): ProgressLine {
  let shownAtMs = Number.NEGATIVE_INFINITY;
  let shownLabel = "";
  let drawn = false;
  const intervalFor = (label: string): number => {
    if (terminal.interactive) return SCREEN_INTERVAL_MS;
    return label === shownLabel ? LOG_INTERVAL_MS : LOG_CHANGE_INTERVAL_MS;
  };
  return {
    show(progress) {
      const now = clock();
      if (now - shownAtMs < intervalFor(progress.label)) return;
      shownAtMs = now;
      shownLabel = progress.label;
      if (terminal.interactive) {
        terminal.error(
          `\r\x1b[K${fitLine(`${bar(progress)} ${describeProgress(progress)}`, terminal.columns)}`,
        );
        drawn = true;
      } else terminal.error(`${describeProgress(progress)}\n`);
    },
    clear() {
      if (drawn) terminal.error("\r\x1b[K");
      drawn = false;
    },
  };
}

function bar(progress: Progress): string {
  const share = progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0;
  const full = Math.round(share * BAR_WIDTH);
  return `${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)}`;
}

/** A line that wraps could not be rewritten. */
function fitLine(text: string, columns: number): string {
  return textWidth(text) < columns ? text : `${[...text].slice(0, Math.max(0, columns - 2)).join("")}…`;
}
