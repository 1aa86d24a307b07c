/**
 * The journal of a search: JSON lines, appended to and never changed. A head, then one record a line:
 *
 *   {"mergescopeJournal":2, "subject":…, "settings":…, "fork":…, "rng":…}
 *   {"record":"given", "weights":…, "value":…, "stderr":…}      a score from outside, such as a parent's own
 *   {"record":"ask", "rng":{"seed":…,"trial":n}, "ask":…}       written before its merge is measured
 *   {"record":"trial", "trial":…}                               written after
 *
 * Random streams are named by the seed and the trial's number, so that these two are the whole state of the generator:
 * a search resumes from its journal exactly. A last line without its end (the machine stopped while writing) is left out;
 * anything else that is no record is refused with its line. Version 1, a head and bare trials, is read, too. Pure.
 */
import * as v from "valibot";
import { AppError } from "../base/errors.ts";
import { defaultSearchSettings } from "./searchDefaults.ts";
import type { Trial } from "./study.ts";
import type { Ask, Measurement, SearchSettings } from "./surrogate.ts";

/** The version written. */
export const JOURNAL_VERSION = 2;
/** Far more than any search writes. */
export const MAX_JOURNAL_CHARACTERS = 64 * 2 ** 20;

/** What a search is about. For scores measured elsewhere the task is `null`. */
export type JournalSubject = {
  readonly parents: readonly string[];
  readonly task: string | null;
  readonly split: string | null;
  readonly metric: string | null;
  readonly limit: number | null;
};

/** The first line. */
export type JournalHead = {
  readonly subject: JournalSubject;
  readonly settings: SearchSettings;
  /** The journal and the 1-based step this one left; `null` for a search that began by itself. */
  readonly fork: { readonly of: string; readonly step: number } | null;
};

/** A whole journal. */
export type JournalContents = {
  readonly head: JournalHead;
  readonly given: readonly Measurement[];
  readonly trials: readonly Trial[];
  /** Asked and not answered yet. */
  readonly pending: Ask | null;
};

const finite = v.pipe(v.number(), v.finite());
const weights = v.pipe(v.array(v.pipe(finite, v.minValue(0))), v.minLength(2), v.maxLength(64));
const headSchema = v.object({
  mergescopeJournal: v.picklist([1, JOURNAL_VERSION]),
  subject: v.looseObject({
    parents: v.array(v.string()),
    task: v.nullable(v.string()),
    split: v.optional(v.nullable(v.string()), null),
    metric: v.optional(v.nullable(v.string()), null),
    limit: v.optional(v.nullable(v.number()), null),
  }),
  settings: v.looseObject({ parents: finite, trials: finite, seed: finite }),
  fork: v.optional(v.nullable(v.object({ of: v.string(), step: finite })), null),
});
const nomineeSchema = v.looseObject({ acquisition: v.string(), weights });
const askSchema = v.looseObject({
  number: finite,
  kind: v.picklist(["initial", "acquisition", "person"]),
  weights,
  nominees: v.array(nomineeSchema),
  hedge: v.nullable(
    v.looseObject({ pool: v.array(v.string()), gains: v.array(finite), probabilities: v.array(finite) }),
  ),
});
const trialSchema = v.looseObject({
  number: finite,
  weights,
  lambda: v.nullable(finite),
  value: finite,
  stderr: v.nullable(finite),
  n: finite,
  ask: askSchema,
});
const recordSchema = v.variant("record", [
  v.object({ record: v.literal("given"), weights, value: finite, stderr: v.nullable(finite) }),
  v.looseObject({ record: v.literal("ask"), ask: askSchema }),
  v.object({ record: v.literal("trial"), trial: trialSchema }),
]);

/** The head's line, with its end. */
export function formatHead(head: JournalHead): string {
  const { seed } = head.settings;
  const rng = { algorithm: "xoshiro128**", streams: "named by seed and trial", seed };
  return line({ mergescopeJournal: JOURNAL_VERSION, ...head, rng });
}

/** A score from outside, as a line. */
export function formatGiven({ weights: given, value, stderr }: Measurement): string {
  return line({ record: "given", weights: given, value, stderr });
}

/** An ask, as a line. */
export function formatAsk(ask: Ask, seed: number): string {
  return line({ record: "ask", rng: { seed, trial: ask.number }, ask });
}

/** A measured trial, as a line. */
export function formatTrial(trial: Trial): string {
  return line({ record: "trial", trial });
}

/** How much of a text is whole lines: what is behind was cut short while it was written. */
export function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

/**
 * A journal of at least a head. @param name the file, as people know it
 * @throws AppError `bad-format` naming the line.
 */
export function parseJournal(name: string, text: string): JournalContents {
  if (text.length > MAX_JOURNAL_CHARACTERS)
    throw new AppError("bad-format", `${name} is too long for a journal of a search.`);
  const [first, ...rest] = wholeLines(text).split("\n").slice(0, -1);
  const found = v.safeParse(headSchema, parseLine(name, first ?? "", 1));
  if (!found.success) throw notJournal(name, 1);
  const { subject, settings, fork, mergescopeJournal } = found.output;
  const head: JournalHead = {
    subject,
    // What a later version added has its default; settings that make no sense are refused by the search itself.
    settings: { ...defaultSearchSettings(settings.parents), ...settings },
    fork,
  };
  const contents = rest.reduce<Mutable>(
    (sum, text, index) => {
      const parsed = parseLine(name, text, index + 2);
      addRecord(
        name,
        index + 2,
        mergescopeJournal === 1 && !isRecord(parsed) ? asTrial(parsed) : parsed,
        sum,
      );
      return sum;
    },
    { given: [], trials: [], pending: null },
  );
  return { head, ...contents };
}

type Mutable = { given: Measurement[]; trials: Trial[]; pending: Ask | null };

function addRecord(name: string, number: number, parsed: unknown, sum: Mutable): void {
  const found = v.safeParse(recordSchema, parsed);
  if (!found.success) throw notJournal(name, number);
  const { output } = found;
  switch (output.record) {
    case "given":
      sum.given.push({ weights: output.weights, value: output.value, stderr: output.stderr });
      return;
    case "ask":
      if (output.ask.number !== sum.trials.length) throw notJournal(name, number);
      sum.pending = output.ask as unknown as Ask;
      return;
    case "trial":
      if (output.trial.number !== sum.trials.length) throw notJournal(name, number);
      sum.trials.push(output.trial as unknown as Trial);
      sum.pending = null;
      return;
    default:
      output satisfies never;
  }
}

function isRecord(parsed: unknown): boolean {
  return typeof parsed === "object" && parsed !== null && "record" in parsed;
}

/** A line of version 1. */
function asTrial(trial: unknown): unknown {
  return { record: "trial", trial };
}

function parseLine(name: string, text: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notJournal(name, number);
  }
}

function line(record: object): string {
  return `${JSON.stringify(record)}\n`;
}

function notJournal(name: string, number: number): AppError {
  return new AppError("bad-format", `${name} is not a journal of a search: line ${number} cannot be read.`, {
    advice: "Name another file; this one is left as it is.",
    fields: { path: name, line: number },
  });
}
