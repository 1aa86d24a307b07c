/**
 * From documents to rows as they are scored, worked examples included, as lm-evaluation-harness builds them
 * (`api/task.py`, `fewshot_context`, `build_qa_turn`, `construct_requests`; `api/samplers.py`). Pure.
 */
import { AppError } from "../base/errors.ts";
import type { PerplexityInputs } from "../domain/perplexity.ts";
import type { FewShot, TaskRow } from "../domain/task.ts";
import { createPythonRandom } from "../numerics/pythonRandom.ts";
import type { Doc, Subset, TaskDefinition } from "./benchmark.ts";

/**
 * One row a document, in their order. Random draws of worked examples go on from document to document, so that a
 * document's examples do not depend on how many of the documents are evaluated.
 * @throws AppError `bad-format` naming the row and the field that is not as it should be, `not-found` where there is
 * nothing to draw from, `usage` for more examples than there are.
 */
export function buildRows(definition: TaskDefinition, subset: Subset, fewShot: FewShot): readonly TaskRow[] {
  return withContexts(definition, subset, fewShot, (doc, context) => rowOf(definition, doc, context));
}

/** The documents' inputs as running text, without their labels. @throws AppError as `buildRows`. */
export function inputTexts(
  definition: TaskDefinition,
  subset: Subset,
  inputs: PerplexityInputs,
  fewShot: FewShot,
): readonly TaskRow[] {
  const examples = inputs === "few-shot" ? fewShot : { ...fewShot, count: 0 };
  return withContexts(definition, subset, examples, (doc, context): TaskRow => {
    const input =
      definition.kind === "text" || definition.kind === "partial"
        ? definition.rawInput(doc)
        : definition.prompt(doc);
    const asked = input === "" ? definition.rawInput(doc) : input;
    return { kind: "text", text: inputs === "raw" ? definition.rawInput(doc) : context + asked };
  });
}

/** @param make is given the prepared document and what stands before its own prompt. */
function withContexts<T>(
  definition: TaskDefinition,
  subset: Subset,
  fewShot: FewShot,
  make: (doc: Doc, context: string) => T,
): readonly T[] {
  const where = subset.name === "" ? definition.name : `${definition.name}_${subset.name}`;
  const docs = subset.docs.map((doc, index) => about(where, "row", index, () => definition.prepare(doc)));
  const examplesOf = createSampler(definition, subset, docs, fewShot, where);
  const preamble = definition.preamble(subset.name);
  return docs.map((doc, index) => {
    const examples = examplesOf(doc);
    return about(where, "row", index, () => make(doc, preamble + examples));
  });
}

/** The worked examples before a document, as one text. */
function createSampler(
  definition: TaskDefinition,
  subset: Subset,
  docs: readonly Doc[],
  { count, seed }: FewShot,
  where: string,
): (doc: Doc) => string {
  if (count === 0) return () => "";
  if (definition.kind === "text")
    throw new AppError("usage", `${where} is running text, which takes no worked examples.`, {
      advice: "Ask for none.",
    });
  const own = subset.fewShotDocs === null || subset.fewShotDocs === subset.docs;
  const pool = own
    ? docs
    : subset.fewShotDocs!.map((doc, index) => about(where, "example", index, () => definition.prepare(doc)));
  const { excludeSelf } = definition.fewShot;
  if (pool.length < count + (excludeSelf ? 1 : 0))
    throw new AppError("usage", `${where} has ${pool.length} rows to draw ${count} worked examples from.`, {
      advice: "Ask for fewer, or give the files of its training or development rows too.",
      fields: { count, available: pool.length },
    });
  const texts = new Map<Doc, string>();
  const textOf = (doc: Doc): string => {
    const known =
      texts.get(doc) ?? about(where, "example", pool.indexOf(doc), () => exampleOf(definition, doc));
    texts.set(doc, known);
    return known;
  };
  const draw = definition.fewShot.sampler === "first" ? drawFirst(pool) : drawRandom(pool, seed);
  return (doc) =>
    draw(count, excludeSelf ? doc : null)
      .map(textOf)
      .join("");
}

type Draw = (count: number, except: Doc | null) => readonly Doc[];

function drawFirst(pool: readonly Doc[]): Draw {
  return (count, except) =>
    (except === null ? pool : pool.filter((doc) => !isSame(doc, except))).slice(0, count);
}

/** With one more than is wanted, so that the document itself may be among them; where it is twice, anew without it. */
function drawRandom(pool: readonly Doc[], seed: number): Draw {
  const random = createPythonRandom(seed);
  const draw = (from: readonly Doc[], count: number) =>
    random.sample(from.length, count).map((index) => from[index]!);
  return (count, except) => {
    if (except === null) return draw(pool, count);
    const others = draw(pool, count + 1).filter((doc) => !isSame(doc, except));
    if (others.length >= count) return others.slice(0, count);
    return draw(
      pool.filter((doc) => !isSame(doc, except)),
      count,
    );
  };
}

/** A document with its answer, and what parts it from the next. */
function exampleOf(definition: TaskDefinition, doc: Doc): string {
  const { kind, targetDelimiter, fewShotDelimiter } = definition;
  const isChoice = kind === "multiple-choice";
  const question = kind === "partial" ? goldOf(definition, doc) : definition.prompt(doc);
  const answer = isChoice ? goldOf(definition, doc) : definition.target(doc);
  return question + (answer === "" ? "" : targetDelimiter + answer + fewShotDelimiter);
}

function goldOf(definition: TaskDefinition, doc: Doc): string {
  const choices = definition.choices(doc);
  return choices[checkedGold(definition.gold(doc), choices)]!;
}

function rowOf(definition: TaskDefinition, doc: Doc, before: string): TaskRow {
  const { kind, targetDelimiter: delimiter } = definition;
  const context = before + definition.prompt(doc);
  switch (kind) {
    case "multiple-choice": {
      const choices = definition.choices(doc);
      return { kind, context, choices, gold: checkedGold(definition.gold(doc), choices), delimiter };
    }
    case "partial": {
      const options = definition.choices(doc);
      return {
        kind,
        contexts: options.map((option) => before + option),
        continuation: definition.target(doc),
        gold: checkedGold(definition.gold(doc), options),
        delimiter,
      };
    }
    case "target":
      // The harness scores a target as it stands: its own leading space is part of it.
      return { kind, context, target: definition.target(doc), delimiter: "" };
    case "text": {
      const { counted } = definition;
      return { kind, text: definition.target(doc), ...(counted === null ? {} : { counted: counted(doc) }) };
    }
    case "generation":
      return { kind, question: context, answer: definition.target(doc) };
    default:
      return kind satisfies never;
  }
}

function checkedGold(gold: number, choices: readonly string[]): number {
  if (choices.length < 2) throw new AppError("bad-format", `it has ${choices.length} choices.`);
  if (Number.isInteger(gold) && gold >= 0 && gold < choices.length) return gold;
  throw new AppError("bad-format", `its right answer is number ${gold} of ${choices.length} choices.`);
}

/** Whether two documents say the same, as Python compares records. */
function isSame(a: Doc, b: Doc): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** The same error, saying which row of which task it is about (counted from 1). */
function about<T>(where: string, what: "row" | "example", index: number, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    throw new AppError(thrown.tag, `${where}, ${what} ${index + 1}: ${thrown.message}`, {
      ...(thrown.advice === null ? {} : { advice: thrown.advice }),
      fields: { ...thrown.fields, [what]: index },
      cause: thrown,
    });
  }
}
