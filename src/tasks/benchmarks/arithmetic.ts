/** Word problems whose answer is generated: GSM8K. */
import { textOf } from "../documents.ts";
import { define } from "./common.ts";

/** Grade-school mathematics (Cobbe et al. 2021), by exact match of a generated answer. */
export const GSM8K = define({
  name: "gsm8k",
  title: "GSM8K",
  question: "what number?",
  description: "Word problems of grade-school mathematics; the worked answer is generated.",
  kind: "generation",
  version: 3,
  licence: "MIT",
  source: "openai/grade-school-math",
  repository: "openai/gsm8k",
  hubConfig: () => "main",
  hubSplits: { docs: "test", fewShot: "train" },
  metrics: ["exact_match"],
  prompt: (doc) => `Question: ${textOf(doc, "question")}\nAnswer:`,
  target: (doc) => textOf(doc, "answer"),
  rawInput: (doc) => textOf(doc, "question"),
  fewShot: { count: 5, sampler: "random", excludeSelf: false },
  generation: {
    until: ["Question:", "</s>", "<|im_end|>"],
    maxNewTokens: 256,
    filters: [
      { name: "strict-match", pattern: "#### (\\-?[0-9\\.\\,]+)", select: 0 },
      { name: "flexible-extract", pattern: "(-?[$0-9.,]{2,})|(-?[0-9]+)", select: -1 },
    ],
    ignore: [",", "\\$", "(?s).*#### ", "\\.$"],
    ignoreCase: true,
    ignorePunctuation: false,
    strip: false,
  },
  files: "test.jsonl and train.jsonl",
});
