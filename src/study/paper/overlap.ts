/** P2 Figs. 8–12: which items the parents and their merge answer rightly, and wrongly. */
import { createProgress } from "../../base/job.ts";
import type { Evaluation } from "../../domain/evaluation.ts";
import { soleRecipe } from "../../domain/recipe.ts";
import type { Cell, StudyFigure } from "../../domain/studyResult.ts";
import { isRight } from "../../evaluate/metrics.ts";
import { composeBaseline } from "./baselines.ts";
import type { BenchTask, PaperStudy } from "./bench.ts";
import { shortNames } from "./differences.ts";
import { shareWords } from "./words.ts";

/** Regions of three sets, by who is in them: the merge is the last. */
const REGIONS = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]] as const;

type Sets = { readonly task: BenchTask; readonly right: readonly (readonly boolean[])[] };

/** The study. */
export const overlap: PaperStudy = {
  name: "overlap",
  title: "Which items",
  source: "P2 Figs. 8–12, appendix A.5",
  claim:
    "Right and wrong answers of parents and merge overlap widely, and the merge has the fewest that are its own: it inherits rather than invents.",
  needs: { checkpoints: 2, tasks: 1 },
  async run(bench) {
    const parents = bench.settings.checkpoints.slice(-2);
    const names = [...shortNames(parents), "merge"];
    const graded = bench.tasks.filter(({ measure }) => measure.percent);
    const progress = createProgress(bench.clock, "comparing items", graded.length, "tasks");
    const sets: Sets[] = [];
    for (const task of graded) {
      bench.job.onProgress(progress(sets.length));
      const recipe = await composeBaseline(bench, "perplexity", parents, task);
      const evaluations = [];
      for (const one of [...parents.map(soleRecipe), recipe])
        evaluations.push(await bench.evaluate(one, task, "test"));
      sets.push({ task, right: evaluations.map((one) => rightItems(one, task)) });
    }
    if (sets.length === 0)
      return {
        shows: "Nothing: no task of this run is right or wrong item by item.",
        not: "which items differ: choose a task with answers.",
        ...{ tables: [], figures: [], notes: [] },
      };
    const own = (wanted: boolean, member: number) =>
      sets.reduce((sum, { right }) => sum + itemsOf(right, [member], wanted).length, 0);
    const total = sets.reduce((sum, { right }) => sum + right[0]!.length, 0);
    const agree = sets.reduce(
      (sum, { right }) =>
        sum + itemsOf(right, [0, 1, 2], true).length + itemsOf(right, [0, 1, 2], false).length,
      0,
    );
    const least = (wanted: boolean) => {
      const counts = [0, 1, 2].map((member) => own(wanted, member));
      return counts[2]! <= Math.min(counts[0]!, counts[1]!);
    };
    return {
      shows: `On ${shareWords(agree / total)} of ${total} items all three agree. Right alone are ${names.map((name, i) => `${name} ${own(true, i)}`).join(", ")}; wrong alone ${names.map((name, i) => `${name} ${own(false, i)}`).join(", ")}: the merge has ${least(true) ? "the fewest" : "not the fewest"} right answers and ${least(false) ? "the fewest" : "not the fewest"} wrong ones of its own.`,
      not: "that merging causes the overlap: three samplings of one checkpoint's noise would overlap much, too, and a merge halfway between two models is bound to side with both.",
      tables: [true, false].map((wanted) => ({
        title: wanted ? "Right answers by who gives them" : "Wrong answers by who gives them",
        columns: [
          { title: "task", unit: "words" as const },
          ...REGIONS.map((members) => ({
            title: members.length === 3 ? "all three" : members.map((i) => names[i]!).join("+"),
            unit: "count" as const,
          })),
        ],
        rows: sets.map(({ task, right }): readonly Cell[] => [
          task.info.name,
          ...REGIONS.map((members): Cell => ({ value: itemsOf(right, members, wanted).length })),
        ]),
        note: `Items of the test half in exactly these sets; ${names.slice(0, 2).join(" and ")} are the parents, the merge is weighted by inverse perplexity.`,
      })),
      figures: sets.flatMap(({ task, right }) =>
        [true, false].map((wanted) => figureOf(task, names, right, wanted)),
      ),
      notes: [
        "Areas are as true as circles can make them; the counts are exact. On the page each region opens its items.",
      ],
    };
  },
};

function rightItems({ items }: Evaluation, { measure }: BenchTask): readonly boolean[] {
  return items.map((item) => isRight(item, measure.metric) === true);
}

/** Items that exactly these answer rightly, or wrongly. */
function itemsOf(
  right: readonly (readonly boolean[])[],
  members: readonly number[],
  wanted: boolean,
): readonly number[] {
  return right[0]!.flatMap((_, item) =>
    right.every((one, i) => (one[item] === wanted) === members.includes(i)) ? [item] : [],
  );
}

function figureOf(
  { info }: BenchTask,
  sets: readonly string[],
  right: readonly (readonly boolean[])[],
  wanted: boolean,
): StudyFigure {
  const regions = REGIONS.map((members) => {
    const items = itemsOf(right, members, wanted);
    return { members, count: items.length, items };
  });
  return {
    kind: "overlap",
    title: `${info.name}: ${wanted ? "right" : "wrong"}`,
    caption: `Items of the test half that each one answers ${wanted ? "rightly" : "wrongly"}.`,
    ...{ sets, regions, rows: { task: info.name, split: "test" as const } },
  };
}
