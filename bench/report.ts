/** The measured figures as Markdown, each beside its target. Pure. */
import type { Versus } from "./versusTorch.ts";
import type { WorkloadTimes } from "./workload.ts";

/** One run's figures; what was not measured carries the reason. */
export type Figures = {
  readonly machine: string;
  readonly versions: string;
  readonly threads: number;
  readonly node: WorkloadTimes;
  readonly browser: WorkloadTimes;
  /** Median milliseconds of fit and acquisition maxima at n = 30, and of a whole ask. */
  readonly bayes: { readonly fitAndMaximiseMs: number; readonly askMs: number };
  readonly versus: readonly Versus[] | { readonly skipped: string };
};

/** Targets of the issue: one evaluation and the matrix on wasm with 2 threads, the search's step anywhere. */
const TARGETS = { fitMs: 10, evaluationMs: 1500, matrixMs: 180_000 };

/** The whole file `bench/RESULTS.md`. */
export function formatResults(figures: Figures): string {
  const { node, browser, bayes } = figures;
  return [
    "# Measured",
    "",
    `Written by \`npm run bench\`. One run: ${figures.machine}; ${figures.versions}; ${figures.threads} threads everywhere.`,
    "Times depend on the machine and on what else it does; the ratios are what to read.",
    "",
    "## Node against PyTorch",
    "",
    ...versusLines(figures.versus),
    "",
    `## The shipped run (${node.task}, ${node.rows} rows, ${node.tokens} tokens through the model at each λ)`,
    "",
    row("", "Node", "wasm", "wasm ÷ Node", "target", ""),
    row("---", "---:", "---:", "---:", "---", "---"),
    timesRow("one λ: merge and evaluate", node.evaluationMs, browser.evaluationMs, TARGETS.evaluationMs),
    timesRow(`sweep, ${node.sweepPoints} points`, node.sweepMs, browser.sweepMs, null),
    timesRow(`pair matrix, ${node.matrixCells} cells`, node.matrixMs, browser.matrixMs, TARGETS.matrixMs),
    timesRow(
      "advice on 30 scores: fit, curves, leave-one-out, next λ",
      node.suggestMs,
      browser.suggestMs,
      null,
    ),
    "",
    "Targets are for wasm with 2 threads.",
    "",
    "## One step of the search, 30 observations, Node",
    "",
    row("", "median", "target", ""),
    row("---", "---:", "---", "---"),
    row(
      "GP fit and maxima of EI and UCB",
      formatMs(bayes.fitAndMaximiseMs),
      `under ${formatMs(TARGETS.fitMs)}`,
      verdict(bayes.fitAndMaximiseMs, TARGETS.fitMs),
    ),
    row("whole ask, with its picture", formatMs(bayes.askMs), "", ""),
    "",
  ].join("\n");
}

function versusLines(versus: Figures["versus"]): readonly string[] {
  if ("skipped" in versus) return [versus.skipped];
  return [
    row("model", "task", "items", "Node", "transformers", "ratio", "at least as fast", "same accuracy"),
    row("---", "---", "---:", "---:", "---:", "---:", "---", "---"),
    ...versus.map((one) => {
      const torchMs = one.torch.seconds * 1000;
      return row(
        one.model,
        one.task,
        String(one.items),
        formatMs(one.nodeMs),
        `${formatMs(torchMs)} (batch ${one.torch.batch})`,
        `${(torchMs / one.nodeMs).toFixed(2)} ×`,
        verdict(one.nodeMs, torchMs),
        one.torch.accuracy === null ? "" : sameAccuracy(one.nodeAccuracy, one.torch.accuracy),
      );
    }),
    "",
    "Both sides in memory, tokens made beforehand, fp32. transformers: requests sorted by length, right padding, the",
    "fastest of four batch sizes, only the scored places through the head. Node: an item's context computed once for",
    "all its choices, rows packed.",
  ];
}

function sameAccuracy(node: number | null, torch: number): string {
  if (node !== null && Math.abs(node - torch) < 1e-9) return `yes, ${torch}`;
  return `NO: ${node} and ${torch}`;
}

function timesRow(what: string, nodeMs: number, wasmMs: number, targetMs: number | null): string {
  const ratio = (wasmMs / nodeMs).toFixed(1);
  const target = targetMs === null ? "" : `under ${formatMs(targetMs)}`;
  return row(
    what,
    formatMs(nodeMs),
    formatMs(wasmMs),
    ratio,
    target,
    targetMs === null ? "" : verdict(wasmMs, targetMs),
  );
}

function verdict(value: number, target: number): string {
  return value <= target ? "met" : `missed by ${((value / target - 1) * 100).toFixed(0)} %`;
}

/** "840 ms" or "12.3 s". */
function formatMs(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 100 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`;
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
