/** A report of studies as files: one page, Markdown, figures, tables, and the recipe that repeats it. */
import type { StudyResult } from "../domain/studyResult.ts";
import { csvOf } from "./csv.ts";
import { drawFigure } from "./drawFigure.ts";
import { htmlOf } from "./html.ts";
import { latexOf } from "./latex.ts";
import { markdownOf } from "./markdown.ts";
import type { StudyRecipe } from "./studyRecipe.ts";

/** What a report is made of. */
export type Report = {
  readonly studies: readonly StudyResult[];
  readonly recipe: StudyRecipe;
  /** Of MergeScope. */
  readonly version: string;
  readonly command: string;
};

/** A file of the report's folder. */
export type ReportFile = { readonly name: string; readonly text: string };

/** @param document draws the figures: a page's own, or one of the command line. @throws AppError as `drawFigure`. */
export function reportFiles(
  { studies, recipe, version, command }: Report,
  document: Document,
): readonly ReportFile[] {
  const svgs = studies.map(({ figures }) => figures.map((figure) => drawFigure(figure, document)));
  const intro = introOf(recipe, version);
  const figureFile = ({ name }: StudyResult, place: number): string => `${name}-figure-${place + 1}.svg`;
  return [
    { name: "index.html", text: htmlOf({ studies, svgs, intro, command }) },
    { name: "report.md", text: markdownOf(studies, intro, figureFile) },
    ...studies.flatMap((study, i) => [
      ...svgs[i]!.map((svg, k) => ({ name: figureFile(study, k), text: standalone(svg) })),
      ...study.tables.flatMap((table, k) => [
        { name: `${study.name}-table-${k + 1}.csv`, text: csvOf(table) },
        { name: `${study.name}-table-${k + 1}.tex`, text: latexOf(table) },
      ]),
    ]),
    { name: "recipe.json", text: `${JSON.stringify(recipe)}\n` },
  ];
}

function introOf({ settings, studies }: StudyRecipe, version: string): string {
  const { checkpoints, tasks, base, limit, seed } = settings;
  const evaluations = studies.reduce((sum, { outcomes }) => sum + outcomes.length, 0);
  const rows = limit === null ? "all rows of both halves" : `the first ${limit} rows of each half`;
  return `Checkpoints ${checkpoints.join(", ")}; tasks ${tasks.join(", ")}, ${rows}; base ${base}; seed ${seed}. ${evaluations} evaluations, made by MergeScope ${version}. Weights are chosen on the search half of each task and judged on the test half, unless a study says otherwise.`;
}

/** With an ink and a ground of its own: a file has no page to take them from, and viewers may be dark. */
function standalone(svg: string): string {
  const inked = svg.replace("<svg ", '<svg color="#1c1f24" ');
  return `${inked.replace("</desc>", '</desc><rect width="100%" height="100%" fill="#ffffff"></rect>')}\n`;
}
