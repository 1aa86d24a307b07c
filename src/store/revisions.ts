/** Revisions of a repository as a list to pick from: those that match what is typed, and the usual picks. Pure. */
import type { HubRepository } from "../domain/checkpoint.ts";
import { isRevision } from "../domain/hubName.ts";

/** A branch, a tag or a commit, and the training step its name tells. */
export type Revision = HubRepository["revisions"][number];

/** What a search leaves of a list. */
export type FoundRevisions = {
  readonly steps: readonly Revision[];
  readonly others: readonly Revision[];
  /** How many more match than are listed. */
  readonly left: number;
  /** What was typed, where it can name a revision that is not in the list: a commit, say. */
  readonly unlisted: string | null;
};

/** A list longer than this is searched, not read. */
const MOST = 600;

/** Revisions whose name has the typed text in it, training steps apart. */
export function findRevisions({ revisions }: HubRepository, typed: string): FoundRevisions {
  const text = typed.trim();
  const matching = revisions.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
  const shown = matching.slice(0, MOST);
  const isListed = revisions.some(({ name }) => name === text);
  return {
    steps: shown.filter(({ step }) => step !== null),
    others: shown.filter(({ step }) => step === null),
    left: matching.length - shown.length,
    unlisted: !isListed && isRevision(text) ? text : null,
  };
}

/** The usual picks among training steps; the last step is in all of them. */
export const QUICK_PICKS: readonly {
  readonly label: string;
  readonly pick: (steps: readonly string[]) => readonly string[];
}[] = [
  { label: "last two", pick: (steps) => steps.slice(-2) },
  { label: "last five", pick: (steps) => steps.slice(-5) },
  { label: "every 10th", pick: (steps) => steps.filter((_, k) => (steps.length - 1 - k) % 10 === 0) },
];

/** The repository that a person means: its name, or an address of one of its pages. */
export function repositoryOf(typed: string): string {
  return typed
    .trim()
    .replace(/^https?:\/\/[^/]+\//, "")
    .replace(/^hf:/, "")
    .replace(/(@|\/(tree|blob|resolve)\/).*$/, "")
    .replace(/\/+$/, "");
}
