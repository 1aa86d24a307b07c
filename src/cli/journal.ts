/**
 * The journal of a search: JSON lines, a head and then one line a trial, appended and flushed as each is measured. The
 * settings and the trials are the whole state of a search, so that it resumes exactly from its journal.
 */
import { type FileHandle, open } from "node:fs/promises";
import * as v from "valibot";
import { AppError } from "../base/errors.ts";
import type { Trial } from "../domain/study.ts";
import type { SearchSettings } from "../domain/surrogate.ts";
import type { SubjectRequest } from "../rpc/protocol.ts";

const VERSION = 1;

/** What a search is about: resuming needs the same. */
export type JournalHead = { readonly subject: SubjectRequest; readonly settings: SearchSettings };

/** An open journal. */
export interface Journal {
  /** The settings the search began with: they hold the T of GP-Hedge's learning rate, whatever is asked for now. */
  readonly settings: SearchSettings;
  /** What the file held when it was opened. */
  readonly trials: readonly Trial[];
  /** Adds a line and waits until it is on the disk; lines are written in the order of the calls. */
  append(trial: Trial): Promise<void>;
  /** Waits for all lines. @throws AppError `write-failed` if any could not be written. */
  close(): Promise<void>;
}

const headSchema = v.object({
  mergescopeJournal: v.literal(VERSION),
  subject: v.looseObject({ parents: v.array(v.string()), task: v.string() }),
  settings: v.looseObject({ parents: v.number(), trials: v.number() }),
});

const trialSchema = v.looseObject({
  number: v.number(),
  weights: v.array(v.number()),
  lambda: v.nullable(v.number()),
  value: v.number(),
  stderr: v.nullable(v.number()),
  n: v.number(),
  ask: v.looseObject({ weights: v.array(v.number()) }),
});

/**
 * Opens the journal at `path`, or begins it. A last line without its end (the machine stopped while writing) is cut
 * off; anything else that is not a trial is refused.
 * @throws AppError `mismatch` when the file tells of another search; `bad-format`, `read-failed`, `write-failed`.
 */
export async function openJournal(path: string, head: JournalHead): Promise<Journal> {
  const file = await openFile(path);
  try {
    const text = await file.readFile("utf8");
    const end = text.lastIndexOf("\n") + 1;
    const lines = text.slice(0, end).split("\n").slice(0, -1);
    if (end < text.length) await file.truncate(Buffer.byteLength(text.slice(0, end)));
    if (lines.length > 0) return createJournal(path, file, parseJournal(path, lines, head));
    const journal = createJournal(path, file, { settings: head.settings, trials: [] });
    await journal.write({ mergescopeJournal: VERSION, ...head });
    return journal;
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

type Contents = Pick<Journal, "settings" | "trials">;

function createJournal(path: string, file: FileHandle, contents: Contents) {
  let queue: Promise<void> = Promise.resolve();
  const write = (record: object): Promise<void> => {
    queue = queue.then(async () => {
      try {
        await file.appendFile(`${JSON.stringify(record)}\n`);
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
    ...contents,
    write,
    append: write,
    close: async () => {
      try {
        await queue;
      } finally {
        await file.close();
      }
    },
  };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "a+");
  } catch (cause) {
    throw new AppError("write-failed", `The journal ${path} cannot be opened.`, {
      advice: "Give a path in a folder that exists and may be written to.",
      cause,
    });
  }
}

function parseJournal(path: string, lines: readonly string[], head: JournalHead): Contents {
  const [first, ...rest] = lines.map((line, index) => parseLine(path, line, index));
  const found = v.safeParse(headSchema, first);
  if (!found.success) throw notJournal(path, 1);
  checkSame(path, found.output, head);
  const trials = rest.map((record, index) => {
    const trial = v.safeParse(trialSchema, record);
    if (!trial.success || trial.output.number !== index) throw notJournal(path, index + 2);
    return record as Trial;
  });
  return { settings: (first as JournalHead).settings, trials };
}

function parseLine(path: string, line: string, index: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw notJournal(path, index + 1);
  }
}

/** The number of trials may differ: that is what resuming with more of them means. */
function checkSame(path: string, found: object, head: JournalHead): void {
  const [before, now] = [found, head].map(comparable);
  const different = Object.keys(now ?? {}).filter((key) => before?.[key] !== now?.[key]);
  if (different.length === 0) return;
  throw new AppError(
    "mismatch",
    `The journal ${path} tells of another search: ${different.join(", ")} differ.`,
    {
      advice: "Give the same checkpoints, task and options to resume it, or name another file.",
    },
  );
}

function comparable(head: object): Readonly<Record<string, string>> {
  const { subject, settings } = head as JournalHead;
  const { trials: _, ...rest } = settings;
  return Object.fromEntries(
    Object.entries({ ...subject, checkpoints: subject.parents, ...rest }).map(([key, value]) => [
      key,
      JSON.stringify(value),
    ]),
  );
}

function notJournal(path: string, line: number): AppError {
  return new AppError("bad-format", `${path} is not a journal of a search: line ${line} cannot be read.`, {
    advice: "Name another file; this one is left as it is.",
    fields: { path, line },
  });
}
