/**
 * Searches that an earlier visit left: when a question is asked, what was written down of it is shown again, branches too.
 * What is shipped or empty makes way; what was done here meanwhile stays.
 */
import type { JournalContents } from "../domain/journal.ts";
import type { Measure } from "../domain/measure.ts";
import type { StudyRecord } from "../domain/study.ts";
import type { SearchSettings } from "../domain/surrogate.ts";
import type { EngineMethods } from "../rpc/protocol.ts";
import { freshKey } from "./branches.ts";
import type { Context } from "./context.ts";
import type { AppState, StudyEntry } from "./state.ts";
import { isBusy } from "./status.ts";
import { bestTrial, freshEntry } from "./study.ts";
import { currentKey, currentMeasure, settingsFor, subjectRequest } from "./subject.ts";
import { historyBefore } from "./whatIf.ts";

type Recalled = EngineMethods["recallStudies"]["result"][number];

/**
 * Watches the question and recalls what was left of each new one.
 * @param usual the settings before anybody changed them: they make way for the recalled search's
 */
export function createRecall(context: Context, usual: SearchSettings): (state: AppState) => void {
  const asked = new Set<string>();
  return (state) => {
    const question = currentKey(state, state.subject.parents);
    if (question === null || asked.has(question)) return;
    asked.add(question);
    void recall(context, question, usual);
  };
}

async function recall(context: Context, question: string, usual: SearchSettings): Promise<void> {
  const state = context.get();
  const subject = subjectRequest(state, state.subject.parents);
  const measure = currentMeasure(state);
  if (subject === null || measure === null) return;
  const job = { signal: new AbortController().signal, emit: () => undefined };
  // A search that cannot be recalled can be run again: nothing is said of it.
  const found = await context.effects.engine.call("recallStudies", { subject }, job).catch(() => []);
  const first = found.find(({ head, trials }) => head.fork === null && trials.length > 0);
  if (first === undefined || !makesWay(context.get().study.entries[question])) return;
  const recordOf = (contents: JournalContents): StudyRecord =>
    asRecord(contents, { parents: subject.parents, task: subject.task, split: subject.split, measure });
  let entries = { ...context.get().study.entries, [question]: asEntry(first, recordOf(first), null) };
  const keys = new Map([[first.journal, question]]);
  // Oldest first, so that what a fork left is there before it.
  for (const one of found.toReversed()) {
    const of = one.head.fork === null ? undefined : keys.get(one.head.fork.of);
    if (of === undefined || one.head.fork === null) continue;
    const key = freshKey(question, entries);
    keys.set(one.journal, key);
    entries = { ...entries, [key]: asEntry(one, recordOf(one), { of, step: one.head.fork.step }) };
  }
  context.patch("study", { entries });
  const { settings, parents } = context.get().subject;
  const isUnchanged = same(settings, settingsFor(usual, parents?.length ?? 2));
  if (isUnchanged && currentKey(context.get(), parents) === question)
    context.patch("subject", { settings: first.head.settings });
  await addPosterior(context, question);
}

/** The posterior after the last trial, which no journal holds: it is computed again. */
async function addPosterior({ get, patch, effects }: Context, key: string): Promise<void> {
  const record = get().study.entries[key]?.record;
  if (record === undefined) return;
  const history = historyBefore(record, record.trials.length + 1);
  const job = { signal: new AbortController().signal, emit: () => undefined };
  const found = await effects.engine
    .call("reconsider", { settings: record.settings, history }, job)
    .catch(() => null);
  const { entries } = get().study;
  const entry = entries[key];
  if (found === null || entry === undefined || entry.record !== record) return;
  const surrogate = found.ask.surrogate;
  patch("study", { entries: { ...entries, [key]: { ...entry, record: { ...record, surrogate } } } });
}

function makesWay(entry: StudyEntry | undefined): boolean {
  if (entry === undefined) return true;
  return !isBusy(entry.status) && (entry.origin === "shipped" || entry.record.trials.length === 0);
}

function asEntry(recalled: Recalled, record: StudyRecord, fork: StudyEntry["fork"]): StudyEntry {
  return { ...freshEntry(record, fork, recalled.journal), origin: "computed" };
}

function asRecord(
  { head, given, trials }: JournalContents,
  subject: StudyRecord["subject"] & { readonly measure: Measure },
): StudyRecord {
  const n = trials[0]?.n ?? 0;
  const parents = subject.parents.flatMap((_, i) => {
    const own = given.find(({ weights }) => weights[i] === 1);
    return own === undefined ? [] : [{ value: own.value, stderr: own.stderr, n }];
  });
  return {
    subject,
    settings: head.settings,
    parents: parents.length === subject.parents.length ? parents : [],
    trials,
    best: bestTrial(trials),
    surrogate: null,
    heldout: null,
  };
}

function same(one: SearchSettings, other: SearchSettings): boolean {
  const sorted = (settings: SearchSettings): string => JSON.stringify(Object.entries(settings).sort());
  return sorted(one) === sorted(other);
}
