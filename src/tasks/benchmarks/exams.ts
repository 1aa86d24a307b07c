/** Exams by subject, answered with a letter: MMLU, CMMLU, C-Eval, MedMCQA. */
import { strip } from "../../base/pythonSpace.ts";
import type { Doc } from "../benchmark.ts";
import { integerOf, letterIndex, textOf, textsOf } from "../documents.ts";
import { CEVAL_SUBJECTS } from "./cevalSubjects.ts";
import { CMMLU_SUBJECTS } from "./cmmluSubjects.ts";
import { bySubject, define } from "./common.ts";
import { MMLU_SUBJECTS } from "./mmluSubjects.ts";

const LETTERS = ["A", "B", "C", "D"] as const;

/** The four options on lines of their own. */
function options(texts: readonly string[]): string {
  return texts.map((text, i) => `${LETTERS[i]}. ${text}\n`).join("");
}

function fourFields(doc: Doc, names: readonly string[]): readonly string[] {
  return names.map((name) => textOf(doc, name));
}

/** Exams in English (Hendrycks et al. 2021). */
export const MMLU = define({
  name: "mmlu",
  title: "MMLU",
  question: "A, B, C or D?",
  description: "Exam questions of 57 subjects, answered with a letter.",
  kind: "multiple-choice",
  version: 1,
  licence: "MIT",
  source: "hendrycks/test",
  repository: "cais/mmlu",
  hubConfig: bySubject,
  hubSplits: { docs: "test", fewShot: "dev" },
  subsets: MMLU_SUBJECTS,
  metrics: ["acc"],
  preamble: (subject) =>
    `The following are multiple choice questions (with answers) about ${subject.replaceAll("_", " ")}.\n\n`,
  prompt: (doc) => `${strip(textOf(doc, "question"))}\n${options(textsOf(doc, "choices"))}Answer:`,
  choices: () => LETTERS,
  gold: (doc) => letterIndex(doc, "answer"),
  rawInput: (doc) => `${strip(textOf(doc, "question"))}\n${textsOf(doc, "choices").join("\n")}`,
  fewShot: { count: 0, sampler: "first", excludeSelf: false },
  files: "dev/SUBJECT_dev.csv and test/SUBJECT_test.csv",
});

/** Exams in Chinese with Chinese subjects (Li et al. 2023). */
export const CMMLU = define({
  name: "cmmlu",
  title: "CMMLU",
  question: "A, B, C or D?",
  description: "Exam questions of 67 subjects in Chinese, answered with a letter.",
  language: "zh",
  kind: "multiple-choice",
  version: 1,
  licence: "CC-BY-NC-4.0",
  source: "haonan-li/CMMLU",
  repository: "haonan-li/cmmlu",
  hubConfig: bySubject,
  hubSplits: { docs: "test", fewShot: "dev" },
  subsets: Object.keys(CMMLU_SUBJECTS),
  metrics: ["acc", "acc_norm"],
  preamble: (subject) => `以下是关于${CMMLU_SUBJECTS[subject]}的单项选择题，请直接给出正确答案的选项。\n\n`,
  prompt: (doc) => `${strip(textOf(doc, "Question"))}\n${options(fourFields(doc, LETTERS))}答案：`,
  choices: () => LETTERS,
  gold: (doc) => letterIndex(doc, "Answer"),
  rawInput: (doc) => `${strip(textOf(doc, "Question"))}\n${fourFields(doc, LETTERS).join("\n")}`,
  fewShot: { count: 0, sampler: "first", excludeSelf: false },
  files: "dev/SUBJECT.csv and test/SUBJECT.csv",
});

/** Exams of Chinese schools, universities and professions (Huang et al. 2023), its validation rows. */
export const CEVAL = define({
  name: "ceval-valid",
  title: "C-Eval (validation)",
  question: "A, B, C or D?",
  description: "Exam questions of 52 subjects in Chinese, answered with a letter.",
  language: "zh",
  kind: "multiple-choice",
  version: 2,
  licence: "CC-BY-NC-SA-4.0",
  source: "hkust-nlp/ceval",
  repository: "ceval/ceval-exam",
  hubConfig: bySubject,
  hubSplits: { docs: "val", fewShot: "dev" },
  subsets: Object.keys(CEVAL_SUBJECTS),
  metrics: ["acc", "acc_norm"],
  preamble: (subject) => `以下是中国关于${CEVAL_SUBJECTS[subject]}的单项选择题，请选出其中的正确答案。\n\n`,
  prompt: (doc) => `${strip(textOf(doc, "question"))}\n${options(fourFields(doc, LETTERS))}答案：`,
  choices: () => LETTERS,
  gold: (doc) => letterIndex(doc, "answer"),
  rawInput: (doc) => `${strip(textOf(doc, "question"))}\n${fourFields(doc, LETTERS).join("\n")}`,
  fewShot: { count: 0, sampler: "first", excludeSelf: false },
  files: "dev/SUBJECT_dev.csv and val/SUBJECT_val.csv",
});

const MEDICAL_OPTIONS = ["opa", "opb", "opc", "opd"] as const;

/** Indian medical entrance exams (Pal et al. 2022). The harness gives this task no version. */
export const MEDMCQA = define({
  name: "medmcqa",
  title: "MedMCQA",
  question: "A, B, C or D?",
  description: "Questions of medical entrance exams, answered with a letter.",
  kind: "multiple-choice",
  version: 0,
  licence: "Apache-2.0",
  source: "medmcqa/medmcqa",
  repository: "openlifescienceai/medmcqa",
  hubSplits: { docs: "validation", fewShot: "train" },
  metrics: ["acc", "acc_norm"],
  prompt: (doc) =>
    `Question: ${textOf(doc, "question")}\nChoices:\n${options(fourFields(doc, MEDICAL_OPTIONS))}Answer:`,
  choices: () => LETTERS,
  gold: (doc) => integerOf(doc, "cop"),
  rawInput: (doc) => `${textOf(doc, "question")}\n${fourFields(doc, MEDICAL_OPTIONS).join("\n")}`,
  files: "dev.json, or rows with question, opa, opb, opc, opd, cop",
});
