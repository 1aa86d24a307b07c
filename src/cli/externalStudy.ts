/** A search whose merges are measured elsewhere: its options, its beginning, its asks. Shared by `ask` and `tell`. */
import type { Command } from "commander";
import { AppError } from "../base/errors.ts";
import type { JournalContents, JournalHead } from "../domain/journal.ts";
import type { Ask, HistoryPoint, SearchSettings } from "../domain/surrogate.ts";
import type { CommandContext } from "./command.ts";
import { checkSameSearch, type Journal } from "./journal.ts";
import { addSearchOptions, type SearchOptions, searchSettings } from "./searchSettings.ts";

/** What `addStudyOptions` leaves. */
export type StudyOptions = SearchOptions & { readonly checkpoints?: readonly string[] };

/** Adds `--checkpoints` and the search's options; all but the first call may leave them out. */
export function addStudyOptions(command: Command): Command {
  return addSearchOptions(
    command.option("--checkpoints <names...>", "the checkpoints, oldest first; needed to begin"),
  );
}

/** The search's next ask, or the record of weights that the person picked. */
export function askNext(
  contents: Pick<JournalContents, "given" | "trials">,
  settings: SearchSettings,
  picked: readonly number[] | null,
  context: CommandContext,
): Promise<Ask> {
  const history: readonly HistoryPoint[] = [
    ...contents.given.map((measurement) => ({ ...measurement, ask: null })),
    ...contents.trials.map(({ weights, value, stderr, ask: asked }) => ({
      weights,
      value,
      stderr,
      ask: asked,
    })),
  ];
  return context.engine.call("askNext", { settings, history, picked }, context.job());
}

/**
 * The journal's search, begun with the options where the journal is new.
 * @throws AppError `usage` without checkpoints to begin with; `mismatch` for options of another search.
 */
export async function beginOrResume(
  path: string,
  journal: Journal,
  options: StudyOptions,
): Promise<{ readonly head: JournalHead; readonly contents: JournalContents }> {
  const { contents } = journal;
  if (contents !== null) {
    const { head } = contents;
    const { parents } = head.subject;
    // Options that are given must be the search's own; those that are not are taken from it.
    const settings = { ...head.settings, ...given(parents.length, options) };
    const wanted = { ...head.subject, parents: options.checkpoints ?? parents };
    checkSameSearch(path, contents, { ...head, subject: wanted, settings });
    return { head, contents };
  }
  const parents = options.checkpoints ?? [];
  if (parents.length < 2)
    throw new AppError("usage", `${path} is new, and a search needs two checkpoints or more.`, {
      advice: "Name them, oldest first: --checkpoints OLDER NEWER.",
    });
  const subject = { parents, task: null, split: null, metric: null, limit: null };
  const head: JournalHead = { subject, settings: searchSettings(parents.length, options), fork: null };
  await journal.begin(head);
  return { head, contents: { head, given: [], trials: [], pending: null } };
}

/** The settings that options name, and nothing else. */
function given(parents: number, options: StudyOptions): Partial<SearchSettings> {
  const all = searchSettings(parents, options);
  const names = ["alpha", "acquisition", "beta", "seed", "kernel", "noise", "estimate"] as const;
  return Object.fromEntries(
    names.flatMap((name) => (options[name] === undefined ? [] : [[name, all[name]]])),
  );
}
