/**
 * Searches that outlive the page: each has a journal (domain/journal.ts) in the platform's store, under a key that begins
 * with what the search is about. Wiring between the store and the study; knows no file and no lock.
 */
import { AppError } from "../base/errors.ts";
import {
  formatAsk,
  formatGiven,
  formatHead,
  formatTrial,
  type JournalContents,
  type JournalHead,
  type JournalSubject,
  parseJournal,
} from "../domain/journal.ts";
import type { Trial } from "../domain/study.ts";
import type { EngineEvent, EngineMethods, Job, SubjectRequest } from "../rpc/protocol.ts";
import type { JournalStore, JournalWriter } from "../storage/journals/journalStore.ts";
import { createMemorySource } from "../storage/memory.ts";
import type { HashSource } from "../storage/sha256.ts";
import type { MethodTable } from "./methodTable.ts";

/** The methods of this file. */
export type JournalMethod = "recallStudies" | "forgetStudy";

type OptimizeRequest = EngineMethods["optimize"]["request"];

/** Journals of the platform. */
export interface StudyJournals {
  readonly methods: MethodTable<JournalMethod>;
  /**
   * Runs a search whose asks and trials are written down as they come; one without a journal just runs.
   * @throws AppError `usage` while another page runs this search; `mismatch` where the journal tells of other trials;
   * of writing.
   */
  keeping<T>(
    request: OptimizeRequest,
    job: Job,
    run: (request: OptimizeRequest, job: Job) => Promise<T>,
  ): Promise<T>;
}

/** Hexadecimal digits of the subject's hash in a key. */
const PREFIX_LENGTH = 24;
/** The most searches that are recalled of one question. */
const MOST_RECALLED = 12;
const { signal: NEVER } = new AbortController();

/** @param openStore the store, opened when first asked for; `null` where nothing can be kept. */
export function createStudyJournals(
  openStore: () => Promise<JournalStore | null>,
  hash: HashSource,
): StudyJournals {
  const prefixOf = async (subject: SubjectRequest): Promise<string> => {
    const bytes = new TextEncoder().encode(JSON.stringify(comparable(subject)));
    return (await hash(createMemorySource("a question", bytes), NEVER)).slice(0, PREFIX_LENGTH);
  };
  const keyOf = async (subject: SubjectRequest, journal: string): Promise<string> =>
    `${await prefixOf(subject)}-${journal}`;

  return {
    methods: {
      async recallStudies({ subject }) {
        const store = await openStore();
        if (store === null) return [];
        const prefix = await prefixOf(subject);
        const keys = (await store.list(prefix)).slice(0, MOST_RECALLED);
        const recalled = [];
        for (const key of keys) {
          const contents = await readJournal(store, key);
          if (contents === null || !isAbout(contents.head, subject)) continue;
          recalled.push({ journal: key.slice(prefix.length + 1), ...contents });
        }
        return recalled;
      },
      async forgetStudy({ subject, journal }) {
        const store = await openStore();
        await store?.remove(await keyOf(subject, journal));
        return null;
      },
    },
    async keeping(request, job, run) {
      const store = request.journal === null ? null : await openStore();
      if (store === null || request.journal === null) return run(request, job);
      const writer = await store.open(await keyOf(request.subject, request.journal.id));
      if (writer === null)
        throw new AppError("usage", "Another page runs this search.", {
          advice: "Go on there, or fork it here.",
        });
      try {
        return await runWritten(writer, request, job, run);
      } finally {
        await writer.close();
      }
    },
  };
}

async function runWritten<T>(
  writer: JournalWriter,
  request: OptimizeRequest,
  job: Job,
  run: (request: OptimizeRequest, job: Job) => Promise<T>,
): Promise<T> {
  const { subject, settings, history } = request;
  const fork = request.journal?.fork ?? null;
  const before = writer.text === "" ? null : parseJournal("The search's journal", writer.text);
  const trials = before === null ? history : longer(before.trials, history);
  if (before === null) await writer.append(formatHead({ subject: comparable(subject), settings, fork }));
  const known = before?.trials.length ?? 0;
  for (const trial of trials.slice(known)) await writer.append(formatTrial(trial));
  let failed: unknown = null;
  let queue: Promise<void> = Promise.resolve();
  const given = new Set(before?.given.map(({ weights }) => weights.indexOf(1)));
  const write = (text: string): void => {
    queue = queue
      .then(() => writer.append(text))
      .catch((thrown: unknown) => {
        failed ??= thrown;
      });
  };
  const emit = (event: EngineEvent): void => {
    if (event.kind === "parent" && !given.has(event.index)) {
      const weights = subject.parents.map((_, i) => (i === event.index ? 1 : 0));
      write(formatGiven({ weights, ...event.score }));
    }
    if (event.kind === "ask") write(formatAsk(event.ask, settings.seed));
    if (event.kind === "trial") write(formatTrial(event.trial));
    job.emit(event);
  };
  try {
    const wanted = { ...request, history: trials, trials: Math.max(request.trials, trials.length) };
    const result = await run(wanted, { signal: job.signal, emit });
    await queue;
    if (failed !== null) throw failed;
    return result;
  } finally {
    await queue;
  }
}

/** Of two histories of one search the longer. @throws AppError `mismatch` where neither goes on from the other. */
function longer(one: readonly Trial[], other: readonly Trial[]): readonly Trial[] {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  const isSame = short.every(
    (trial, i) => trial.value === long[i]!.value && trial.weights.join() === long[i]!.weights.join(),
  );
  if (isSame) return long;
  throw new AppError("mismatch", "The journal of this search tells of other trials.", {
    advice: "Run the search anew, or fork it.",
  });
}

/** A journal that can be read; others are left where they are. */
async function readJournal(store: JournalStore, key: string): Promise<JournalContents | null> {
  try {
    const text = await store.read(key);
    return text === null || text === "" ? null : parseJournal(key, text);
  } catch {
    return null;
  }
}

function comparable({ parents, task, split, metric, limit }: SubjectRequest): JournalSubject {
  return { parents, task, split, metric, limit };
}

function isAbout({ subject }: JournalHead, wanted: SubjectRequest): boolean {
  const { parents, task, split, metric, limit } = subject;
  return JSON.stringify({ parents, task, split, metric, limit }) === JSON.stringify(comparable(wanted));
}
