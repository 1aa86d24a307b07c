/** What most definitions leave as it is. */
import type { TaskDefinition } from "../benchmark.ts";

/** A definition's fields that differ from the usual. */
type Own = Pick<
  TaskDefinition,
  | "name"
  | "title"
  | "question"
  | "description"
  | "kind"
  | "version"
  | "licence"
  | "source"
  | "repository"
  | "hubSplits"
  | "metrics"
  | "prompt"
  | "rawInput"
  | "files"
> &
  Partial<TaskDefinition>;

/** An English task of one part without worked examples, unless it says otherwise. */
export function define(own: Own): TaskDefinition {
  return {
    language: "en",
    hubConfig: () => null,
    subsets: [],
    weightBySize: true,
    preamble: () => "",
    prepare: (doc) => doc,
    choices: () => [],
    gold: () => 0,
    target: () => "",
    counted: null,
    targetDelimiter: " ",
    fewShotDelimiter: "\n\n",
    fewShot: { count: 0, sampler: "random", excludeSelf: false },
    generation: null,
    ...own,
  };
}

/** Subjects named by their own name on the hub. */
export const bySubject = (subset: string): string => subset;
