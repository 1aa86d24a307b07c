/** Studies as a Markdown file beside its figures. Pure. */
import type { StudyResult, StudyTable } from "../domain/studyResult.ts";
import { columnTitle, formatCell } from "./formatCell.ts";

/** Where the figure at this place of a study is. */
export type FigureFile = (study: StudyResult, place: number) => string;

/** One section a study. */
export function markdownOf(studies: readonly StudyResult[], intro: string, figureFile: FigureFile): string {
  const sections = studies.map((study) =>
    [
      `## ${escaped(study.title)}`,
      `*${escaped(study.source)}*`,
      `**The papers say:** ${escaped(study.claim)}`,
      `**This run shows:** ${escaped(study.shows)}`,
      `**It does not show** ${escaped(study.not)}`,
      ...study.figures.map(
        ({ title, caption }, place) =>
          `![${escaped(title)}](${figureFile(study, place)})\n\n*${escaped(title)}. ${escaped(caption)}*`,
      ),
      ...study.tables.map(tableText),
      ...(study.notes.length === 0 ? [] : [study.notes.map((note) => `* ${escaped(note)}`).join("\n")]),
    ].join("\n\n"),
  );
  return `${["# MergeScope: the studies of the papers", escaped(intro), ...sections].join("\n\n")}\n`;
}

function tableText({ title, columns, rows, note }: StudyTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    `**${escaped(title)}**`,
    "",
    line(columns.map((column) => escaped(columnTitle(column)))),
    line(columns.map(({ unit }) => (unit === "words" ? ":--" : "--:"))),
    ...rows.map((row) =>
      line(
        row.map((cell, k) => {
          const text = escaped(formatCell(cell, columns[k]!.unit));
          return typeof cell === "object" && cell?.best === true ? `**${text}**` : text;
        }),
      ),
    ),
    "",
    escaped(note),
  ].join("\n");
}

/** Names and notes hold no Markdown or HTML of their own, and begin no list. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]<>|#~$]/g, (mark) => `\\${mark}`)
    .replaceAll("&", "&amp;")
    .replaceAll(/\s*[\r\n]\s*/g, " ")
    .replace(/^\s*([-+=]|\d+[.)])(?=\s|$)/, (start) => start.replace(/[-+=.)]/, (mark) => `\\${mark}`));
}
