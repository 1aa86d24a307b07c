/** The tables that ship as examples: printed results of the papers, as far as their weights are printed, too. */
import type { ExampleTable } from "./scoreTable.ts";

const P1 = '"Checkpoint Merging via Bayesian Optimization in LLM Pretraining"';
const P2 = '"Enhancing LLM Pretraining by Checkpoint Merging"';

/** In the order they are offered. */
export const EXAMPLE_TABLES: readonly ExampleTable[] = [
  {
    name: "baichuan2-1980-2200-ceval",
    title: "Baichuan2 7B, 1980B + 2200B tokens, C-Eval",
    source: `${P1}, Table 1`,
  },
  {
    name: "baichuan2-2200-2420-ceval",
    title: "Baichuan2 7B, 2200B + 2420B tokens, C-Eval",
    source: `${P1}, Table 1`,
  },
  {
    name: "baichuan2-2200-2420-cmmlu",
    title: "Baichuan2 7B, 2200B + 2420B tokens, CMMLU",
    source: `${P1}, Table 1`,
  },
  {
    name: "deepseek-1800-2000-ceval",
    title: "DeepSeek 7B, 1800B + 2000B tokens, C-Eval",
    source: `${P1}, Table 2`,
  },
  {
    name: "deepseek-1600-1800-ceval",
    title: "DeepSeek 7B, 1600B + 1800B tokens, C-Eval",
    source: `${P2}, Table 1, where its text and its numbers are C-Eval's and its caption says GSM8K; the score at λ = 0 is the row above's better parent`,
  },
];
