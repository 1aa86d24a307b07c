/** What is asked of a model: rows in the five shapes of a task file, and what a task says of itself. */

/** A row of a task file (one JSON object a line). Choices and targets are scored with `delimiter` before them. */
export type TaskRow =
  | {
      readonly kind: "multiple-choice";
      readonly context: string;
      readonly choices: readonly string[];
      readonly gold: number;
      readonly delimiter: string;
    }
  | {
      readonly kind: "partial";
      readonly contexts: readonly string[];
      readonly continuation: string;
      readonly gold: number;
      readonly delimiter: string;
    }
  | { readonly kind: "target"; readonly context: string; readonly target: string; readonly delimiter: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "generation"; readonly question: string; readonly answer: string };

/** The shape of a task's rows. */
export type TaskKind = TaskRow["kind"];

/** Which rows: the half a search may look at, the half it may not, or a file's rows as they stand. */
export type Split = "search" | "test";

/** A task as lists and menus show it. */
export type TaskInfo = {
  readonly name: string;
  readonly title: string;
  /** The question a person would ask: "which tool?" */
  readonly question: string;
  readonly description: string;
  readonly kind: TaskKind;
  readonly language: string;
  readonly rows: Readonly<Record<Split, number>>;
  /** Score of blind guessing, where that means something. */
  readonly chance: number | null;
  /** The published benchmark whose shape this has. */
  readonly like: string | null;
  readonly licence: string | null;
};
