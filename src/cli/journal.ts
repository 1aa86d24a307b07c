/**
 * The journal of a search as a file: whole lines appended and flushed, by one process at a time. See domain/journal.ts for
 * what stands in it.
 */
import { type FileHandle, open } from "node:fs/promises";
import { AppError } from "../base/errors.ts";
import {
  formatAsk,
  formatGiven,
  formatHead,
  formatTrial,
  type JournalContents,
  type JournalHead,
  parseJournal,
  wholeLines,
} from "../domain/journal.ts";
import type { Trial } from "../domain/study.ts";
import type { Ask, Measurement } from "../domain/surrogate.ts";
import { holdLock } from "../storage/node/nodeLock.ts";

/** A file that ends within its first line is a journal that was hardly begun, or somebody's text. */
const HEAD_START = '{"mergescopeJournal"';

/** An open journal; lines are written in the order of the calls. */
export interface Journal {
  /** What the file held when it was opened; `null` where it is new and has no head yet. */
  readonly contents: JournalContents | null;
  begin(head: JournalHead): Promise<void>;
  /** Each resolves when its line is on the disk. */
  given(measurement: Measurement): Promise<void>;
  ask(ask: Ask, seed: number): Promise<void>;
  trial(trial: Trial): Promise<void>;
  /** Waits for all lines and lets the file go. @throws AppError `write-failed` if any could not be written. */
  close(): Promise<void>;
}

/**
 * Opens the journal at `path`, or makes it; waits while another process has it open. A last line without its end is cut
 * off; a file that is no journal is left as it is.
 * @throws AppError `bad-format`, `write-failed`, `cancelled`.
 */
export async function openJournal(path: string, signal: AbortSignal): Promise<Journal> {
  const release = await holdLock(`${path}.lock`, signal).catch((cause: unknown) => {
    if (signal.aborted) throw cause;
    throw cannotOpen(path, cause);
  });
  try {
    const file = await openFile(path);
    try {
      const text = await file.readFile("utf8");
      const whole = wholeLines(text);
      const isNew = whole === "" && (text === "" || text.startsWith(HEAD_START));
      const contents = isNew ? null : parseJournal(path, text);
      if (whole.length < text.length) await file.truncate(Buffer.byteLength(whole));
      return createJournal(path, file, contents, release);
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

function createJournal(
  path: string,
  file: FileHandle,
  contents: JournalContents | null,
  release: () => Promise<void>,
): Journal {
  let queue: Promise<void> = Promise.resolve();
  const write = (line: string): Promise<void> => {
    queue = queue.then(async () => {
      try {
        await file.appendFile(line);
        await file.datasync();
      } catch (cause) {
        throw new AppError("write-failed", `The journal ${path} cannot be written.`, {
          advice: "Check the disk's space and the file's permissions; what it holds so far can be resumed.",
          cause,
        });
      }
    });
    return queue;
  };
  return {
    contents,
    begin: (head) => write(formatHead(head)),
    given: (measurement) => write(formatGiven(measurement)),
    ask: (ask, seed) => write(formatAsk(ask, seed)),
    trial: (trial) => write(formatTrial(trial)),
    close: async () => {
      try {
        await queue;
      } finally {
        await file.close();
        await release();
      }
    },
  };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "a+");
  } catch (cause) {
    throw cannotOpen(path, cause);
  }
}

function cannotOpen(path: string, cause: unknown): AppError {
  return new AppError("write-failed", `The journal ${path} cannot be opened.`, {
    advice: "Give a path in a folder that exists and may be written to.",
    cause,
  });
}

/**
 * Refuses to go on with another search's journal. The number of trials may differ: that is what resuming with more of
 * them means.
 * @throws AppError `mismatch` naming what differs.
 */
export function checkSameSearch(path: string, { head: found }: JournalContents, head: JournalHead): void {
  const [before, now] = [found, head].map(comparable);
  const different = Object.keys(now ?? {}).filter((key) => before?.[key] !== now?.[key]);
  if (different.length === 0) return;
  throw new AppError(
    "mismatch",
    `The journal ${path} tells of another search: ${different.join(", ")} differ.`,
    { advice: "Give the same checkpoints, task and options to resume it, or name another file." },
  );
}

function comparable({ subject, settings }: JournalHead): Readonly<Record<string, string>> {
  const { trials: _, ...rest } = settings;
  const { parents: checkpoints, ...question } = subject;
  const entries = Object.entries({ ...question, checkpoints, ...rest });
  return Object.fromEntries(entries.map(([key, value]) => [key, JSON.stringify(value)]));
}
