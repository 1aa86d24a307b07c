/** P2 Table 4 and Fig. 7: does a checkpoint that generates a task's text well also answer it well? */
import { createProgress } from "../../base/job.ts";
import { soleRecipe } from "../../domain/recipe.ts";
import type { Cell, StudyFigure } from "../../domain/studyResult.ts";
import { bootstrapSpearman } from "../../numerics/bootstrap.ts";
import { spearman } from "../../numerics/statistics.ts";
import type { BenchTask, PaperStudy, StudyBench } from "./bench.ts";
import { objectiveOf, scoreUnit, shortNames } from "./differences.ts";
import { listWords } from "./words.ts";

type Measured = {
  readonly task: BenchTask;
  /** Objective units. */
  readonly scores: readonly number[];
  readonly pooled: readonly number[];
  readonly perSequence: readonly number[];
};

/** The study. */
export const correlation: PaperStudy = {
  name: "correlation",
  title: "Perplexity and accuracy",
  source: "P2 Table 4, Fig. 7",
  claim:
    "Over the checkpoints of a run, accuracy and 1/perplexity on the same data set are positively correlated.",
  needs: { checkpoints: 4, tasks: 1 },
  async run(bench) {
    const { checkpoints, seed } = bench.settings;
    const measured = await measure(bench);
    const rows = measured.map(({ task, scores, pooled, perSequence }) => {
      const inverse = pooled.map((phi) => 1 / phi);
      const rho = spearman(scores, inverse);
      return {
        task,
        rho,
        ...bootstrapSpearman(scores, inverse, { seed }),
        other: spearman(
          scores,
          perSequence.map((phi) => 1 / phi),
        ),
      };
    });
    const positive = rows.filter(({ rho }) => rho > 0).length;
    const sure = rows.filter(({ low }) => low > 0);
    return {
      shows: `Spearman's correlation is positive on ${positive} of ${rows.length} tasks (${rows.map(({ task, rho }) => `${task.info.name} ${number(rho)}`).join(", ")}); its 95 % bootstrap interval lies above 0 on ${named(sure)}, below it on ${named(rows.filter(({ high }) => high < 0))}.`,
      not: `that perplexity would rank neighbours: ${checkpoints.length} checkpoints of one run get better together with training, and that common trend alone makes both columns rise. The interval takes checkpoints as independent, which they are not.`,
      tables: [
        {
          title: `Correlation over ${checkpoints.length} checkpoints`,
          columns: [
            { title: "task", unit: "words" },
            { title: "ρ, pooled φ", unit: "plain" },
            { title: "95 % from", unit: "plain" },
            { title: "to", unit: "plain" },
            { title: "ρ, mean of φ", unit: "plain" },
          ],
          rows: rows.map(({ task, rho, low, high, other }): readonly Cell[] => [
            task.info.name,
            finite(rho),
            finite(low),
            finite(high),
            finite(other),
          ]),
          note: "Spearman's rank correlation of the score with 1/φ of the same rows' bare inputs, test half. Pooled: exp of the mean loss of all tokens; mean of φ: over sequences. Bootstrap over checkpoints, 2000 draws.",
        },
      ],
      figures: measured.slice(0, 4).map(
        ({ task, scores, pooled }): StudyFigure => ({
          kind: "scatter",
          title: `${task.info.name}: score and 1/perplexity`,
          caption: "One dot a checkpoint, test half.",
          x: { label: "1/φ of the inputs", unit: "plain" },
          y: { label: task.measure.label, unit: scoreUnit(task.measure) },
          points: shortNames(checkpoints).map((name, i) => ({
            x: 1 / pooled[i]!,
            y: task.measure.higherIsBetter ? scores[i]! : -scores[i]!,
            name,
          })),
        }),
      ),
      notes: [
        "P2 does not say which of the two definitions of a data set's perplexity it uses: both are given.",
      ],
    };
  },
};

async function measure(bench: StudyBench): Promise<readonly Measured[]> {
  const { checkpoints } = bench.settings;
  const progress = createProgress(
    bench.clock,
    "measuring checkpoints",
    checkpoints.length * bench.tasks.length,
    "checkpoints",
  );
  const measured: Measured[] = [];
  for (const task of bench.tasks) {
    const scores: number[] = [];
    const phis = [];
    for (const name of checkpoints) {
      bench.job.onProgress(progress(measured.length * checkpoints.length + scores.length));
      scores.push(objectiveOf(await bench.evaluate(soleRecipe(name), task, "test"), task.measure));
      phis.push(await bench.perplexity(name, task, "test", "raw"));
    }
    measured.push({
      task,
      scores,
      pooled: phis.map(({ pooled }) => pooled.value),
      perSequence: phis.map(({ perSequence }) => perSequence.value),
    });
  }
  return measured;
}

function named(rows: readonly { readonly task: BenchTask }[]): string {
  return listWords(rows.map(({ task }) => task.info.name));
}

function finite(value: number): Cell {
  return Number.isFinite(value) ? { value } : null;
}

function number(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2).replace("-", "−") : "none, as all are equal";
}
