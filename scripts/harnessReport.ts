/**
 * `npm run harness:report`: every benchmark compared with lm-evaluation-harness, as a table in docs/harness.md. Needs the
 * published sets in ../shared/data; the goldens are written by tools/golden/lm_eval/benchmarks.py.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { MetricName } from "../src/domain/measure.ts";
import {
  engineFor,
  evaluateGolden,
  type Golden,
  type GoldenTask,
  hasBenchmarks,
  hasXz,
  logprobsOf,
  MODELS,
  readGolden,
  tokensHash,
} from "../src/engine/fixtures/harnessGoldens.ts";
import type { TokenSettings } from "../src/evaluate/requests.ts";
import type { Engine } from "../src/rpc/protocol.ts";

const TARGET = fileURLToPath(new URL("../docs/harness.md", import.meta.url));

const TITLES: Readonly<Record<(typeof MODELS)[number], string>> = {
  demo: "A checkpoint of the shipped run (own tokenizer, 256 positions)",
  neox: "A small random GPT-NeoX with Pythia's tokenizer (2,048 positions)",
  llama:
    "A small random Llama with grouped queries and a tokenizer that puts a beginning-of-sequence token first",
};

async function compare(
  engine: Engine,
  checkpoint: string,
  golden: Golden,
  one: GoldenTask,
  settings: TokenSettings,
): Promise<string> {
  const { evaluation, rows } = await evaluateGolden(engine, checkpoint, golden, one);
  const { items } = one;
  const hashed = one.task !== "wikitext" && one.task !== "gsm8k";
  const same = hashed ? rows.filter((row, i) => tokensHash(row, settings) === items[i]![0]).length : null;
  let largest = 0;
  let agreeing = 0;
  for (const [i, item] of evaluation.items.entries()) {
    const expected = items[i]!;
    if (item.kind === "generation") {
      if (item.generated === expected[0]) agreeing++;
      continue;
    }
    const wanted = (one.task === "wikitext" ? expected : expected[1]) as readonly number[];
    for (const [choice, value] of logprobsOf(item).entries())
      largest = Math.max(largest, Math.abs(value - wanted[choice]!));
    const isSame =
      item.kind === "choice"
        ? Number(item.chosen === item.gold) === expected[3]
        : item.kind === "target"
          ? (item.greedy ? "1" : "0") === expected[2]
          : true;
    if (isSame) agreeing++;
  }
  const key = Object.keys(one.results)[0]!;
  const metric = key.split(",")[0] as MetricName;
  const ours = evaluation.metrics[metric]?.value ?? Number.NaN;
  const name = one.shots === 0 ? one.task : `${one.task}, ${one.shots} worked examples`;
  const cells = [
    name,
    String(one.n),
    same === null ? "–" : `${same} of ${one.n}`,
    one.task === "gsm8k" ? "–" : largest.toExponential(1),
    `${agreeing} of ${one.n}`,
    `${metric} ${short(ours)}`,
    short(one.results[key]!),
  ];
  return `| ${cells.join(" | ")} |`;
}

function short(value: number): string {
  return Math.abs(value) < 1000 ? value.toFixed(4) : value.toPrecision(7);
}

async function report(): Promise<string> {
  const parts = [
    "# Against lm-evaluation-harness",
    `Written by \`npm run harness:report\`. The harness's own task files, \`hf\` model, fp32 on the CPU; the first rows of each published set (100; 20 of each
subject or paradigm; 10 of GSM8K). "Same tokens": items whose every request has the same token ids, truncation included. "Largest difference": of summed natural
log-likelihoods, over all requests; the harness sums in fp32, whose last place is 6e-5 at −1,000. "Same answers": items with the same choice, greediness or generated text.`,
  ];
  for (const model of MODELS) {
    const golden = readGolden(model);
    const { engine, checkpoint, settings } = engineFor(model, golden);
    const versions = Object.entries(golden.versions).map(([name, version]) => `${name} ${version}`);
    const lines: string[] = [];
    for (const one of golden.tasks) {
      if (one.task === "wikitext" && !hasXz) continue;
      console.error(`${model}: ${one.task}, ${one.shots}-shot`);
      lines.push(await compare(engine, checkpoint, golden, one, await settings()));
    }
    parts.push(
      `## ${TITLES[model]}`,
      `${versions.join(", ")}.`,
      [
        "| task | items | same tokens | largest difference | same answers | ours | harness |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        ...lines,
      ].join("\n"),
    );
  }
  parts.push(
    `\`traps\` are rows of our own that go wrong easily: combining characters, emoji, Chinese, CRLF, U+0085 and U+FEFF, trailing spaces, an empty context, one longer than the model, ties, a seam inside a token.
A continuation longer than the model's window is where the harness stops with an assertion; here an error names the item. transformers 5's own class for GPT-NeoX
normalises text by NFC whatever \`tokenizer.json\` says; here that file is read as it stands (Pythia's says NFC).`,
  );
  return `${parts.join("\n\n")}\n`;
}

if (!hasBenchmarks) throw new Error("The published benchmarks are not in ../shared/data.");
writeFileSync(TARGET, await report());
