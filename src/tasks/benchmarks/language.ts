/** Language itself: BLiMP's minimal pairs, and running text as WikiText. */
import { textOf } from "../documents.ts";
import { BLIMP_PARADIGMS } from "./blimpParadigms.ts";
import { bySubject, define } from "./common.ts";
import { detokenise } from "./wikitext.ts";

/** Which of two sentences is grammatical (Warstadt et al. 2020). The good one is the first choice. */
export const BLIMP = define({
  name: "blimp",
  title: "BLiMP",
  question: "which sentence?",
  description: "Which of two sentences that differ in one point of grammar is the right one.",
  kind: "multiple-choice",
  version: 1,
  licence: "CC-BY-4.0",
  source: "alexwarstadt/blimp",
  repository: "nyu-mll/blimp",
  hubConfig: bySubject,
  hubSplits: { docs: "train", fewShot: null },
  subsets: BLIMP_PARADIGMS,
  weightBySize: false,
  metrics: ["acc"],
  prompt: () => "",
  choices: (doc) => [textOf(doc, "sentence_good"), textOf(doc, "sentence_bad")],
  gold: () => 0,
  rawInput: (doc) => textOf(doc, "sentence_good"),
  fewShot: { count: 0, sampler: "random", excludeSelf: true },
  files: "PARADIGM.jsonl",
});

/** Articles of WikiText-2 as running text (Merity et al. 2017): scored detokenised, counted as they stand. */
export const WIKITEXT = define({
  name: "wikitext",
  title: "WikiText-2",
  question: "how likely is the text?",
  description: "Perplexity of Wikipedia articles, in rolling windows.",
  kind: "text",
  version: 2,
  licence: "CC-BY-SA-3.0",
  source: "Salesforce's WikiText-2",
  repository: "EleutherAI/wikitext_document_level",
  hubConfig: () => "wikitext-2-raw-v1",
  hubSplits: { docs: "test", fewShot: null },
  metrics: ["word_perplexity", "byte_perplexity", "bits_per_byte"],
  prompt: () => "",
  target: (doc) => detokenise(textOf(doc, "page")),
  counted: (doc) => textOf(doc, "page"),
  rawInput: (doc) => detokenise(textOf(doc, "page")),
  files: "wiki.test.raw, or .txt files",
});
