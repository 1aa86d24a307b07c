/**
 * The `doc_to_…` keys of a harness YAML as functions of a document: the name of a field, a number, a list or a template,
 * told apart as the harness does (`api/task.py`). Pure.
 */
import { AppError } from "../base/errors.ts";
import type { TaskKind } from "../domain/task.ts";
import type { Doc } from "./benchmark.ts";
import { pythonText } from "./pythonText.ts";
import { compileTemplate } from "./template.ts";

type Choices = string | readonly (string | number)[] | Readonly<Record<string, string>>;

/** A field's own value, where the key names one; else the template's text, or its only list. */
type Found = { readonly kind: "field" | "template"; readonly value: unknown };

/** Prompts. @throws AppError `unsupported` on documents whose prompt is the number of a context. */
export function promptReader(source: string | number, kind: TaskKind): (doc: Doc) => string {
  const read = reader(source);
  return (doc) => {
    const found = read(doc);
    if (kind === "multiple-choice" && isNumber(found))
      throw new AppError("unsupported", "its doc_to_text is a number: contexts to choose among.", {
        advice: 'Give such rows as a .jsonl file: {"contexts": […], "continuation": …, "gold": …}.',
      });
    return asText(found.value);
  };
}

/** Targets, running texts and answers. @throws AppError `unsupported` on documents with several right ones. */
export function targetReader(source: string | number): (doc: Doc) => string {
  const read = reader(source);
  return (doc) => asText(read(doc).value);
}

/** Choices. @throws AppError `bad-format` on documents that give no list. */
export function choicesReader(source: Choices): (doc: Doc) => readonly string[] {
  if (typeof source !== "string") {
    const fixed = Object.values(source).map(String);
    return () => fixed;
  }
  const read = reader(source);
  return (doc) => {
    const list = read(doc).value;
    if (Array.isArray(list)) return list.map(asText);
    throw new AppError("bad-format", `its choices are ${shown(list)}, not a list.`, {
      advice: "Let doc_to_choice name a list, or make one: {{[first, second]}}.",
    });
  };
}

/**
 * The right choice's number. A text made by a template is a number if it looks like one; a field's text is first looked
 * for among the choices. @throws AppError `bad-format` on documents whose answer is no choice.
 */
export function goldReader(source: string | number): (doc: Doc, choices: readonly string[]) => number {
  const read = reader(source);
  return (doc, choices) => {
    const found = read(doc);
    if (typeof found.value === "boolean") return Number(found.value);
    if (isNumber(found)) return Number(found.value);
    const said = asText(found.value);
    const index = choices.indexOf(said);
    if (index >= 0) return index;
    if (/^\d+$/.test(said)) return Number(said);
    throw new AppError("bad-format", `its right answer ${shown(said)} is none of its choices.`, {
      advice: "Let doc_to_target give the number of the right choice, or its text.",
    });
  };
}

function reader(source: string | number): (doc: Doc) => Found {
  if (typeof source === "number") return () => ({ kind: "field", value: source });
  const template = compileTemplate(source);
  return (doc) =>
    Object.hasOwn(doc, source)
      ? { kind: "field", value: doc[source] }
      : { kind: "template", value: template.value(doc) };
}

function isNumber({ kind, value }: Found): boolean {
  return (
    typeof value === "number" || (kind === "template" && typeof value === "string" && /^\d+$/.test(value))
  );
}

function asText(value: unknown): string {
  if (typeof value !== "object") return pythonText(value);
  throw new AppError("unsupported", `it gives ${shown(value)} where one text is wanted.`, {
    advice: "Several right answers are not supported: give one.",
  });
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 60);
}
