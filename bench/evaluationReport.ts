/** The part "Evaluation" of bench/RESULTS.md. Pure. */

import type { BrowserChoices } from "./scoredChoices.ts";

const BROWSER_TARGET = 2;

/** What `npm run bench:eval` measured. */
export type EvaluationFigures = {
  readonly machine: string;
  readonly threads: number;
  /** Multiply-adds a second of a large matrix product. */
  readonly gemm: number;
  readonly tasks: readonly {
    readonly task: string;
    readonly fewShot: number;
    readonly target: number;
    readonly ours: {
      readonly elapsedMs: number;
      readonly tokens: number;
      /** Positions whose logits were computed. */
      readonly scored: number;
      readonly n: number;
      readonly acc: number;
    };
    readonly peer: {
      readonly seconds: number;
      readonly batch: number;
      readonly items: number;
      readonly acc: number;
    };
  }[];
  readonly decoding: { readonly seconds: number; readonly newTokens: number };
  readonly generation: { readonly seconds: number; readonly newTokens: number };
  /** The first items of PIQA in Chromium on wasm. */
  readonly browser: {
    readonly items: number;
    readonly version: string;
    readonly ours: BrowserChoices;
    readonly peer: BrowserChoices & { readonly batch: number };
  };
};

/** Multiply-adds of one token in the layers of Pythia-70M's shape: 6 × 12 × 512². Attention comes on top. */
const LAYER_PRODUCTS = 6 * 12 * 512 ** 2;
/** Multiply-adds of the logits at one position. */
const HEAD_PRODUCTS = 512 * 50304;

/** The part as Markdown. */
export function formatEvaluation({
  machine,
  threads,
  gemm,
  tasks,
  decoding,
  generation,
  browser,
}: EvaluationFigures): string {
  const rows = tasks.map(({ task, fewShot, target, ours, peer }) => {
    const ratio = (1000 * peer.seconds) / ours.elapsedMs;
    const limitMs = (1000 * (ours.tokens * LAYER_PRODUCTS + ours.scored * HEAD_PRODUCTS)) / gemm;
    const cells = [
      fewShot === 0 ? task : `${task}, ${fewShot} worked examples`,
      String(ours.n),
      `${(ours.elapsedMs / 1000).toFixed(2)} s`,
      `${peer.seconds.toFixed(1)} s (batch ${peer.batch})`,
      `${ratio.toFixed(1)} ×`,
      `${target} ×, ${ratio >= target ? "met" : "missed"}`,
      String(ours.tokens),
      String(ours.scored),
      `${(ours.elapsedMs / limitMs).toFixed(2)}`,
      Math.abs(ours.acc - peer.acc) < 1e-9 ? "yes" : `no: ${ours.acc} and ${peer.acc}`,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const rate = (one: { readonly seconds: number; readonly newTokens: number }) =>
    `${Math.round(one.newTokens / one.seconds)} new tokens a second`;
  return `# Evaluation

Written by \`npm run bench:eval\`. A random fp32 model of Pythia-70M's shape, ${threads} threads on both sides, model and items in memory. One run: ${machine}.

| task | items | Node | lm-eval 0.4.13, transformers | ratio | target | tokens through the layers | positions through the head | time ÷ limit | same accuracy |
| --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | ---: | --- |
${rows.join("\n")}

lm-eval: the fastest of three batch sizes, its own loading not counted. Node: an item's context computed once for all its choices, worked examples once for a
subject, rows packed. Limit: the multiply-adds of the layers for the tokens that went through them and of the head for the positions that are scored, at this machine's rate of a
large matrix product, ${(gemm / 1e9).toFixed(0)} thousand million multiply-adds a second; attention and everything else are what is above it.

Greedy decoding, 16 prompts of 200 tokens, 64 new tokens each: ${rate(decoding)} (${decoding.seconds.toFixed(2)} s), transformers' \`generate\` ${rate(generation)} (${generation.seconds.toFixed(2)} s), ${(generation.seconds / decoding.seconds).toFixed(2)} ×.

${formatBrowser(browser)}
`;
}

function formatBrowser({ items, version, ours, peer }: EvaluationFigures["browser"]): string {
  const ratio = peer.seconds / ours.seconds;
  const differ = ours.chosen.filter((choice, i) => choice !== peer.chosen[i]).length;
  const same = differ === 0 ? "the same choices" : `${differ} choices differ`;
  const verdict = ratio >= BROWSER_TARGET ? "met" : "missed";
  return `Chromium on wasm, ${items} items of PIQA: ${ours.seconds.toFixed(2)} s, transformers.js ${version} with an ONNX export of the same model ${peer.seconds.toFixed(2)} s (batch
${peer.batch}, the fastest of three), ${ratio.toFixed(1)} × (target ${BROWSER_TARGET} ×, ${verdict}), ${same}.`;
}
