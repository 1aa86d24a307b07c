/** Everyday knowledge and reading in English: PIQA, WinoGrande, HellaSwag, ARC, SciQ, LAMBADA. */
import { strip, stripStart } from "../../base/pythonSpace.ts";
import type { Doc } from "../benchmark.ts";
import { integerOf, missing, textOf, textsOf } from "../documents.ts";
import { define } from "./common.ts";

/** Physical commonsense: which of two ways reaches a goal (Bisk et al. 2020). */
export const PIQA = define({
  name: "piqa",
  title: "PIQA",
  question: "which way works?",
  description: "Which of two ways reaches an everyday goal.",
  kind: "multiple-choice",
  version: 1,
  licence: "AFL-3.0",
  source: "ybisk/ybisk.github.io",
  repository: "baber/piqa",
  hubSplits: { docs: "validation", fewShot: "train" },
  metrics: ["acc", "acc_norm"],
  prompt: (doc) => `Question: ${textOf(doc, "goal")}\nAnswer:`,
  choices: (doc) => [textOf(doc, "sol1"), textOf(doc, "sol2")],
  gold: (doc) => integerOf(doc, "label"),
  rawInput: (doc) => textOf(doc, "goal"),
  fewShot: { count: 0, sampler: "random", excludeSelf: true },
  files: "valid.jsonl and valid-labels.lst",
});

/** Whom a pronoun means, by partial evaluation (Sakaguchi et al. 2020; Trinh & Le 2018). */
export const WINOGRANDE = define({
  name: "winogrande",
  title: "WinoGrande",
  question: "who is meant?",
  description: "Which of two names fills a blank so that the rest of the sentence is likely.",
  kind: "partial",
  version: 1,
  licence: "CC-BY",
  source: "allenai/winogrande",
  repository: "allenai/winogrande",
  hubConfig: () => "winogrande_xl",
  hubSplits: { docs: "validation", fewShot: "train" },
  metrics: ["acc"],
  prompt: () => "",
  choices: (doc) => {
    const [before] = aroundBlank(doc);
    return [before + textOf(doc, "option1"), before + textOf(doc, "option2")];
  },
  gold: (doc) => {
    const answer = textOf(doc, "answer");
    if (answer === "1" || answer === "2") return Number(answer) - 1;
    throw missing("answer", '"1" or "2"', answer);
  },
  target: (doc) => strip(aroundBlank(doc)[1]),
  rawInput: (doc) => textOf(doc, "sentence"),
  fewShot: { count: 0, sampler: "random", excludeSelf: true },
  files: "dev.jsonl, or any *validation*.jsonl",
});

/** How a scene goes on (Zellers et al. 2019). */
export const HELLASWAG = define({
  name: "hellaswag",
  title: "HellaSwag",
  question: "what happens next?",
  description: "Which of four endings continues a scene.",
  kind: "multiple-choice",
  version: 1,
  licence: "MIT",
  source: "rowanz/hellaswag",
  repository: "Rowan/hellaswag",
  hubSplits: { docs: "validation", fewShot: "train" },
  metrics: ["acc", "acc_norm"],
  prepare: (doc) => (doc.query === undefined ? cleanScene(doc) : doc),
  prompt: (doc) => textOf(doc, "query"),
  choices: (doc) => textsOf(doc, "choices"),
  gold: (doc) => integerOf(doc, doc.label === undefined && doc.gold !== undefined ? "gold" : "label"),
  rawInput: (doc) => textOf(doc, "query"),
  fewShot: { count: 0, sampler: "random", excludeSelf: true },
  files: "hellaswag_val.jsonl",
});

const ARC = {
  question: "which answer?",
  kind: "multiple-choice",
  version: 1,
  licence: "CC-BY-SA-4.0",
  source: "AI2 Reasoning Challenge",
  repository: "allenai/ai2_arc",
  hubSplits: { docs: "test", fewShot: "train" },
  metrics: ["acc", "acc_norm"],
  prompt: (doc: Doc) => `Question: ${textOf(doc, "question")}\nAnswer:`,
  choices: (doc: Doc) => textsOf(choicesOf(doc), "text"),
  gold: (doc: Doc) => {
    const key = textOf(doc, "answerKey");
    const gold = textsOf(choicesOf(doc), "label").indexOf(key);
    if (gold >= 0) return gold;
    throw missing("answerKey", "one of the choices' labels", key);
  },
  rawInput: (doc: Doc) => textOf(doc, "question"),
} as const;

/** School science that simple methods answer (Clark et al. 2018). */
export const ARC_EASY = define({
  ...ARC,
  name: "arc_easy",
  title: "ARC easy",
  description: "Questions of school science, the easier ones.",
  hubConfig: () => "ARC-Easy",
  files: "ARC-Easy-Test.jsonl, or validation.jsonl",
});

/** School science that simple methods do not answer (Clark et al. 2018). */
export const ARC_CHALLENGE = define({
  ...ARC,
  name: "arc_challenge",
  title: "ARC challenge",
  description: "Questions of school science that retrieval and word statistics get wrong.",
  hubConfig: () => "ARC-Challenge",
  files: "ARC-Challenge-Test.jsonl, or validation.jsonl",
});

/** Science exams with a supporting paragraph (Welbl et al. 2017). The right answer is the last choice. */
export const SCIQ = define({
  name: "sciq",
  title: "SciQ",
  question: "which answer?",
  description: "Science questions after the paragraph that holds the answer.",
  kind: "multiple-choice",
  version: 1,
  licence: "CC-BY-NC-3.0",
  source: "allenai/sciq",
  repository: "allenai/sciq",
  hubSplits: { docs: "test", fewShot: "train" },
  metrics: ["acc", "acc_norm"],
  prompt: (doc) => `${stripStart(textOf(doc, "support"))}\nQuestion: ${textOf(doc, "question")}\nAnswer:`,
  choices: (doc) =>
    ["distractor1", "distractor2", "distractor3", "correct_answer"].map((field) => textOf(doc, field)),
  gold: () => 3,
  rawInput: (doc) => `${stripStart(textOf(doc, "support"))}\n${textOf(doc, "question")}`,
  files: "test.jsonl, or validation.jsonl",
});

/** The last word of a passage (Paperno et al. 2016; OpenAI's text). */
export const LAMBADA_OPENAI = define({
  name: "lambada_openai",
  title: "LAMBADA (OpenAI)",
  question: "which last word?",
  description: "The last word of a passage, which takes the whole passage to guess.",
  kind: "target",
  version: 1,
  licence: "MIT",
  source: "OpenAI's version of LAMBADA",
  repository: "EleutherAI/lambada_openai",
  hubConfig: () => "default",
  hubSplits: { docs: "test", fewShot: null },
  metrics: ["perplexity", "acc"],
  prompt: (doc) => beforeLastSpace(textOf(doc, "text"))[0],
  target: (doc) => ` ${beforeLastSpace(textOf(doc, "text"))[1]}`,
  rawInput: (doc) => beforeLastSpace(textOf(doc, "text"))[0],
  files: "lambada_test.jsonl, or test.jsonl",
});

/** Text before the blank and after it. */
function aroundBlank(doc: Doc): readonly [string, string] {
  const sentence = textOf(doc, "sentence");
  const blank = sentence.indexOf("_");
  if (blank < 0) throw missing("sentence", 'a sentence with a blank "_"', sentence);
  return [sentence.slice(0, blank), sentence.slice(blank + 1)];
}

function beforeLastSpace(text: string): readonly [string, string] {
  const space = text.lastIndexOf(" ");
  return space < 0 ? ["", text] : [text.slice(0, space), text.slice(space + 1)];
}

function choicesOf(doc: Doc): Doc {
  const { choices } = doc;
  if (typeof choices === "object" && choices !== null && !Array.isArray(choices)) return choices as Doc;
  throw missing("choices", "a record of texts and labels", choices);
}

/** As the harness's `process_docs`: WikiHow's brackets are artefacts. */
function cleanScene(doc: Doc): Doc {
  const scene = `${textOf(doc, "ctx_a")} ${capitalize(textOf(doc, "ctx_b"))}`;
  return {
    ...doc,
    query: cleanText(`${textOf(doc, "activity_label")}: ${scene}`),
    choices: textsOf(doc, "endings").map(cleanText),
  };
}

function cleanText(text: string): string {
  return strip(text)
    .replaceAll(" [title]", ". ")
    .replaceAll(/\[[^\n]*?\]/g, "")
    .replaceAll("  ", " ");
}

/** As Python's `str.capitalize`. */
function capitalize(text: string): string {
  const [first = "", ...rest] = text;
  return first.toUpperCase() + rest.join("").toLowerCase();
}
