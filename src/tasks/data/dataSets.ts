/**
 * How each benchmark is published: which splits are evaluated, which hold worked examples, and how a native row
 * becomes a document with the hub's field names. Pure.
 */
import { AppError } from "../../base/errors.ts";
import type { Doc } from "../benchmark.ts";
import { missing, textOf } from "../documents.ts";

/** A split as file names tell it; "" where they tell none. */
export type SplitName = "train" | "dev" | "validation" | "test" | "";

/** The published form of a set. */
export type DataSet = {
  /** Splits that may be evaluated, the one the harness takes first. */
  readonly evaluated: readonly SplitName[];
  /** Splits that worked examples come from, likewise. */
  readonly examples: readonly SplitName[];
  /** All rows of a file as documents. */
  readonly convert: (rows: readonly Doc[]) => readonly Doc[];
  /** Names of a CSV file's columns where it has no head. */
  readonly columns: readonly string[] | null;
  /** What a plain text file is; `null` where the set has none. */
  readonly fromText: ((text: string) => readonly Doc[]) | null;
};

const eachRow =
  (convert: (row: Doc) => Doc) =>
  (rows: readonly Doc[]): readonly Doc[] =>
    rows.map(convert);
const asItIs = (rows: readonly Doc[]): readonly Doc[] => rows;

const set = (own: Partial<DataSet>): DataSet => ({
  evaluated: ["validation", "dev", "test", ""],
  examples: ["train"],
  convert: asItIs,
  columns: null,
  fromText: null,
  ...own,
});

const EXAM_COLUMNS = ["question", "A", "B", "C", "D", "answer"];

const SETS: Readonly<Record<string, DataSet>> = {
  piqa: set({}),
  winogrande: set({}),
  hellaswag: set({ convert: eachRow(scene) }),
  arc_easy: set({ evaluated: ["test", "validation", "dev", ""], convert: eachRow(scienceQuestion) }),
  arc_challenge: set({ evaluated: ["test", "validation", "dev", ""], convert: eachRow(scienceQuestion) }),
  sciq: set({ evaluated: ["test", "validation", "dev", ""] }),
  lambada_openai: set({ evaluated: ["test", ""], examples: [], convert: eachRow(passage) }),
  blimp: set({ evaluated: ["train", "", "test", "validation"], examples: [] }),
  mmlu: set({ evaluated: ["test", ""], examples: ["dev"], convert: eachRow(exam), columns: EXAM_COLUMNS }),
  cmmlu: set({ evaluated: ["test", ""], examples: ["dev"] }),
  "ceval-valid": set({ evaluated: ["validation", ""], examples: ["dev"] }),
  medmcqa: set({ convert: medicalQuestions }),
  gsm8k: set({ evaluated: ["test", ""] }),
  wikitext: set({ evaluated: ["test", "", "validation"], examples: [], fromText: articles }),
};

/** The published form of a built-in benchmark, or that of any rows. */
export function dataSetOf(task: string): DataSet {
  return SETS[task] ?? set({ evaluated: ["test", "validation", "dev", ""], examples: ["train", "dev"] });
}

/** The cleaned copy of HellaSwag has its context in one piece. */
function scene(row: Doc): Doc {
  if (row.ctx_a !== undefined || row.query !== undefined || row.endings === undefined) return row;
  return { ...row, query: row.ctx, choices: row.endings };
}

/** AI2's own files nest the question; the hub's do not. */
function scienceQuestion(row: Doc): Doc {
  const { question } = row;
  if (typeof question !== "object" || question === null) return row;
  const { stem, choices } = question as { readonly stem?: unknown; readonly choices?: unknown };
  if (!Array.isArray(choices)) throw missing("question.choices", "a list", choices);
  const field = (name: string) => choices.map((choice: Doc) => textOf(choice, name));
  return { ...row, question: stem, choices: { text: field("text"), label: field("label") } };
}

function passage(row: Doc): Doc {
  if (row.text !== undefined) return row;
  return { text: `${textOf(row, "context")} ${textOf(row, "continuation").trimStart()}` };
}

/** Options in columns of their own, by number or letter, or in a list. */
function exam(row: Doc): Doc {
  if (row.choices !== undefined) return row;
  const names =
    row.choice0 === undefined ? ["A", "B", "C", "D"] : ["choice0", "choice1", "choice2", "choice3"];
  const { question, answer } = row;
  return { question, choices: names.map((name) => textOf(row, name)), answer };
}

/** The authors' files count the right option from 1, the hub's from 0; another copy has letters. */
function medicalQuestions(rows: readonly Doc[]): readonly Doc[] {
  const fromOne = rows.some(({ cop }) => cop === 4) && !rows.some(({ cop }) => cop === 0);
  return rows.map((row) => {
    if (typeof row.options !== "object" || row.options === null)
      return fromOne ? { ...row, cop: Number(row.cop) - 1 } : row;
    const options = row.options as Doc;
    const [opa, opb, opc, opd] = ["A", "B", "C", "D"].map((letter) => textOf(options, letter));
    const cop = ["A", "B", "C", "D"].indexOf(textOf(row, "answer_idx"));
    return { ...row, opa, opb, opc, opd, cop };
  });
}

/** The raw file holds all articles, each under a heading of the first level ` = Title = `. */
function articles(text: string): readonly Doc[] {
  const pages = text.split(/^(?= = [^=][^\n]* = *\n)/m).filter((page) => page.trim() !== "");
  if (pages.length === 0) throw new AppError("bad-format", "it holds no text.");
  return pages.map((page) => ({ page }));
}
