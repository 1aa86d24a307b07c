/** P1 §2.3, P2 §2.3: two, three or four neighbours, by uniform and by greedy soup. */
import { createProgress } from "../../base/job.ts";
import { withoutZeros } from "../../domain/recipe.ts";
import type { Cell, StudyFigure } from "../../domain/studyResult.ts";
import type { PairedComparison } from "../../evaluate/significance.ts";
import type { PaperStudy, StudyBench } from "./bench.ts";
import {
  certainOnes,
  differenceCell,
  differenceUnit,
  gainOf,
  meanCell,
  neighbourPairs,
  shortNames,
  withInterval,
} from "./differences.ts";
import { gainWords } from "./words.ts";

const COUNTS = [2, 3, 4] as const;
const SOUPS = ["uniform", "greedy"] as const;
type Merge = {
  readonly newest: number;
  readonly count: number;
  readonly soup: (typeof SOUPS)[number];
  readonly gain: PairedComparison;
};

/** The study. */
export const neighbours: PaperStudy = {
  name: "neighbours",
  title: "Two, three or four",
  source: "P1 §2.3, Fig. 3; P2 §2.3, Figs. 3 and 6",
  claim: "Merging three or four neighbouring checkpoints is no better than merging two.",
  needs: { checkpoints: 4, tasks: 1 },
  async run(bench) {
    const task = bench.tasks[0]!;
    const names = shortNames(bench.settings.checkpoints);
    const merges = await measure(bench);
    const certain = certainOnes(merges.map(({ gain }) => gain)).map((one) => one.certain);
    const of = (soup: string, count: number) =>
      merges.filter((one) => one.soup === soup && one.count === count).map(({ gain }) => gain.delta);
    const [two, three, four] = COUNTS.map((count) => of("uniform", count));
    const minusTwo = (more: readonly number[]) => meanCell(more.map((value, i) => value - two![i]!));
    const ends = [...new Set(merges.map(({ newest }) => newest))];
    const unit = differenceUnit(task.measure);
    const figure: StudyFigure = {
      kind: "intervals",
      title: "Gain over the best of the merged checkpoints",
      caption: `${task.info.name}, test half: mean over ${ends.length} places in the run, with a 95 % interval over them.`,
      y: { label: `gain, ${task.measure.label}`, unit },
      groups: COUNTS.map((count) => `${count} checkpoints`),
      marks: COUNTS.flatMap((count) =>
        SOUPS.map((soup) => {
          return { group: `${count} checkpoints`, name: soup, ...withInterval(meanCell(of(soup, count))) };
        }),
      ),
    };
    return {
      shows: `On ${task.info.name} the uniform merge of two neighbours gains ${gainWords(meanCell(two!), task.measure)} over the better one; with three it is ${gainWords(minusTwo(three!), task.measure)} against two, with four ${gainWords(minusTwo(four!), task.measure)} (mean over ${ends.length} places in the run ± its standard error).`,
      not: "what holds at another distance between checkpoints or another learning rate. Neighbouring rows share checkpoints, so the error over places is too small rather than too large.",
      tables: [
        {
          title: `Merges of the last 2, 3 and 4 checkpoints on ${task.info.name}`,
          columns: [
            { title: "newest", unit: "words" },
            ...SOUPS.flatMap((soup) => COUNTS.map((count) => ({ title: `${soup} ${count}`, unit }))),
          ],
          rows: ends.map((newest) => [
            names[newest]!,
            ...SOUPS.flatMap((soup) =>
              COUNTS.map((count): Cell => {
                const at = merges.findIndex(
                  (one) => one.newest === newest && one.soup === soup && one.count === count,
                );
                return differenceCell(merges[at]!.gain, certain[at]!);
              }),
            ),
          ]),
          note: "Difference to the best of the merged checkpoints on the test half, paired over items, ± one standard error. Soups are chosen on the search half.",
        },
      ],
      figures: [figure],
      notes: [
        "Each merge is compared with the best of its own parents, so the merge of four has the hardest rival.",
      ],
    };
  },
};

async function measure(bench: StudyBench): Promise<readonly Merge[]> {
  const { checkpoints, limit } = bench.settings;
  const task = bench.tasks[0]!;
  const isNear = new Set(neighbourPairs(checkpoints).map(([, newer]) => newer));
  const ends = checkpoints
    .map((_, i) => i)
    .slice(3)
    .filter((end) => [end, end - 1, end - 2].every((i) => isNear.has(checkpoints[i]!)));
  const progress = createProgress(bench.clock, "merging neighbours", ends.length * 6, "merges");
  const merges: Merge[] = [];
  for (const newest of ends)
    for (const count of COUNTS)
      for (const soup of SOUPS) {
        bench.job.onProgress(progress(merges.length));
        const parents = checkpoints.slice(newest - count + 1, newest + 1);
        const { recipe } = await bench.compose({
          ...{ method: soup, parents, options: {}, base: null, calibration: null, search: null },
          task: soup === "greedy" ? { task: task.info.name, split: "search", limit } : null,
        });
        merges.push({
          newest,
          count,
          soup,
          gain: await gainOf(bench, withoutZeros(recipe), parents, task, "test"),
        });
      }
  return merges;
}
