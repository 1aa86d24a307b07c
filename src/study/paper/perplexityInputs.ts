/** P2 Tables 7 and 8: how much data, and which inputs, generation quality is measured on. */

import { AppError } from "../../base/errors.ts";
import { createProgress } from "../../base/job.ts";
import type { Evaluation } from "../../domain/evaluation.ts";
import { perplexityWeights } from "../../domain/namedRecipes.ts";
import type { PerplexityInputs } from "../../domain/perplexity.ts";
import { pairRecipe } from "../../domain/recipe.ts";
import type { Cell } from "../../domain/studyResult.ts";
import { comparePaired, type PairedComparison } from "../../evaluate/significance.ts";
import type { BenchTask, PaperStudy, StudyBench } from "./bench.ts";
import {
  certainOnes,
  differenceCell,
  differenceUnit,
  gainOf,
  meanCell,
  metricOf,
  scoreUnit,
  shortNames,
} from "./differences.ts";
import { gainWords, listWords } from "./words.ts";

const SHARES = [0.25, 0.5, 0.75, 1] as const;
const INPUTS = ["raw", "zero-shot", "few-shot"] as const satisfies readonly PerplexityInputs[];

/** P2 Table 7. */
export const dataQuantity: PaperStudy = {
  name: "data-quantity",
  title: "How much text",
  source: "P2 Table 7, §4.4",
  claim: "A quarter of a data set's inputs gives the same weights, and the same scores, as all of it.",
  needs: { checkpoints: 2, tasks: 1 },
  async run(bench) {
    const [home, ...away] = bench.tasks;
    const parents = lastPair(bench);
    const progress = createProgress(bench.clock, "measuring perplexity", SHARES.length, "shares");
    const rows = [];
    for (const share of SHARES) {
      bench.job.onProgress(progress(rows.length));
      const [older, newer] = [
        await bench.perplexity(parents[0], home!, "search", "raw", share),
        await bench.perplexity(parents[1], home!, "search", "raw", share),
      ];
      const lambda = perplexityWeights([older.pooled.value, newer.pooled.value])[1]!;
      const recipe = pairRecipe(parents[0], parents[1], lambda);
      const own = await bench.evaluate(recipe, home!, "test");
      const gains: PairedComparison[] = [];
      for (const task of away) gains.push(await gainOf(bench, recipe, parents, task, "test"));
      rows.push({ share, older, newer, lambda, own, gains });
    }
    const full = rows.at(-1)!;
    const first = comparePaired(rows[0]!.own, full.own, home!.measure);
    const widest = Math.max(...rows.map(({ lambda }) => Math.abs(lambda - full.lambda)));
    const percent = home!.measure.percent;
    return {
      shows: `The weight of ${shortNames(parents)[1]} moves by at most ${widest.toFixed(4)} between a quarter and all of ${home!.info.name}'s inputs, and the merge's score by ${gainWords({ value: first.delta, stderr: first.deltaStderr }, home!.measure)}.`,
      not: "that little data would suffice where weights matter: the perplexities of neighbours are so alike that every share gives weights near one half.",
      tables: [
        {
          title: `φ of ${home!.info.name}'s inputs by share: ${shortNames(parents).join("+")}`,
          columns: [
            { title: "share", unit: "words" },
            { title: `φ ${shortNames(parents)[0]}`, unit: "plain" },
            { title: `φ ${shortNames(parents)[1]}`, unit: "plain" },
            { title: "λ", unit: "lambda" },
            { title: "in distribution", unit: scoreUnit({ percent }) },
            { title: "mean gain elsewhere", unit: "points" },
          ],
          rows: rows.map(({ share, older, newer, lambda, own, gains }): readonly Cell[] => [
            share === 1 ? "all" : `${4 * share}/4`,
            { value: older.pooled.value },
            { value: newer.pooled.value },
            { value: lambda },
            metricOf(own, home!.measure),
            gains.length === 0 ? null : meanCell(gains.map(({ delta }) => delta)),
          ]),
          note: `φ pooled over the tokens of the first rows of the search half. In distribution: ${home!.info.name}, test half, ± one standard error over items. Elsewhere: gain over the better parent, mean over ${listWords(away.map(({ info }) => info.name))}, ± over tasks.`,
        },
      ],
      figures: [
        {
          kind: "lines",
          title: "Weight of the newer checkpoint by share of the inputs",
          caption: `${home!.info.name}, bare inputs of the search half.`,
          x: { label: "share of the inputs", unit: "percent" },
          y: { label: "λ", unit: "lambda" },
          series: [
            { name: "λ", style: "dots", points: rows.map(({ share, lambda }) => ({ x: share, y: lambda })) },
          ],
          rules: [{ y: 0.5, name: "uniform" }],
        },
      ],
      notes: ["Shares are the first rows of the half, so the larger hold the smaller."],
    };
  },
};

/** P2 Table 8. */
export const inputs: PaperStudy = {
  name: "inputs",
  title: "Which inputs",
  source: "P2 Table 8, §4.5",
  claim:
    "Perplexity of zero-shot prompts gives slightly better merges than that of bare inputs or few-shot prompts.",
  needs: { checkpoints: 2, tasks: 1 },
  async run(bench) {
    const parents = lastPair(bench);
    const progress = createProgress(
      bench.clock,
      "measuring inputs",
      bench.tasks.length * INPUTS.length,
      "merges",
    );
    let done = 0;
    const rows: InputRow[] = [];
    for (const task of bench.tasks) {
      const merges: (InputMerge | null)[] = [];
      for (const kind of INPUTS) {
        bench.job.onProgress(progress(done++));
        merges.push(await mergeBy(bench, parents, task, kind));
      }
      rows.push({ task, merges });
    }
    const offered = rows.map(({ merges }) => merges.flatMap((merge) => (merge === null ? [] : [merge])));
    const spreadOf = (values: readonly number[]) => Math.max(...values) - Math.min(...values);
    const widest = Math.max(...offered.map((merges) => spreadOf(merges.map(({ lambda }) => lambda))));
    const verdicts = certainOnes(rows.flatMap(againstRaw).filter((one) => one !== null));
    const missing = rows.filter(({ merges }) => merges.includes(null)).map(({ task }) => task.info.name);
    return {
      shows: `The kind of input moves λ by at most ${widest.toFixed(3)}; ${verdicts.filter(({ certain }) => certain).length} of ${verdicts.length} differences in score to bare inputs can be told from noise.`,
      not: `a best kind of input${missing.length === 0 ? "" : `, and of ${listWords(missing)} it has no few-shot prompts: their rows hold the prompt as it stands`}.`,
      tables: [
        {
          title: `Merges by the perplexity of three kinds of input: ${shortNames(parents).join("+")}`,
          columns: [
            { title: "task", unit: "words" },
            ...INPUTS.flatMap((kind) => [
              { title: `λ, ${kind}`, unit: "lambda" as const },
              {
                title: kind,
                unit: scoreUnit(rows[0]!.task.measure),
              },
            ]),
          ],
          rows: rows.map(({ task, merges }): readonly Cell[] => [
            task.info.name,
            ...merges.flatMap((merge): readonly Cell[] =>
              merge === null
                ? [null, null]
                : [{ value: merge.lambda }, metricOf(merge.evaluation, task.measure)],
            ),
          ]),
          note: "φ pooled over the search half; scores of the test half, ± one standard error over items.",
        },
        {
          title: "Against bare inputs",
          columns: [
            { title: "task", unit: "words" },
            ...INPUTS.slice(1).map((kind) => ({ title: kind, unit: differenceUnit(rows[0]!.task.measure) })),
          ],
          rows: rows.map((row): readonly Cell[] => [
            row.task.info.name,
            ...againstRaw(row).map((one): Cell => (one === null ? null : differenceCell(one, false))),
          ]),
          note: "Paired over the items of the test half, ± one standard error.",
        },
      ],
      figures: [
        {
          kind: "intervals",
          title: "λ by kind of input",
          caption:
            "Weight of the newer checkpoint; one half is the uniform soup. A weight has no error of its own here.",
          y: { label: "λ", unit: "lambda" },
          groups: rows.map(({ task }) => task.info.name),
          marks: rows.flatMap(({ task, merges }) =>
            merges.flatMap((merge, i) =>
              merge === null
                ? []
                : [
                    {
                      group: task.info.name,
                      name: INPUTS[i]!,
                      value: merge.lambda,
                      low: merge.lambda,
                      high: merge.lambda,
                    },
                  ],
            ),
          ),
        },
      ],
      notes: [
        "The item's own right answer is never part of the scored input.",
        "Tasks whose rows hold their prompts as they stand have one text for raw and zero-shot; benchmarks of the harness have two.",
      ],
    };
  },
};

type InputMerge = {
  readonly lambda: number;
  readonly evaluation: Evaluation;
};

/** `null` for a kind of input that the task does not have. */
async function mergeBy(
  bench: StudyBench,
  parents: readonly [string, string],
  task: BenchTask,
  kind: PerplexityInputs,
): Promise<InputMerge | null> {
  try {
    const phis = [];
    for (const name of parents) phis.push((await bench.perplexity(name, task, "search", kind)).pooled.value);
    const lambda = perplexityWeights(phis)[1]!;
    const recipe = pairRecipe(parents[0], parents[1], lambda);
    return { lambda, evaluation: await bench.evaluate(recipe, task, "test") };
  } catch (thrown) {
    // A task without worked examples has no few-shot prompt: its place stays empty, and the study says so.
    if (thrown instanceof AppError && thrown.tag === "unsupported") return null;
    throw thrown;
  }
}

/** Merges by other inputs against the one by bare inputs, in their order; `null` where there is none. */
function againstRaw({ task, merges: [raw, ...others] }: InputRow): readonly (PairedComparison | null)[] {
  return others.map((merge) =>
    raw == null || merge === null ? null : comparePaired(merge.evaluation, raw.evaluation, task.measure),
  );
}

/** A task's merges by each kind of input. */
type InputRow = { readonly task: BenchTask; readonly merges: readonly (InputMerge | null)[] };

function lastPair(bench: StudyBench): readonly [string, string] {
  const [older, newer] = bench.settings.checkpoints.slice(-2);
  return [older!, newer!];
}
