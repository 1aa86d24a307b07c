/** A study as the terminal shows it. Pure. */
import type { StudyResult, StudyTable } from "../../domain/studyResult.ts";
import { columnTitle, formatCell } from "../../report/formatCell.ts";
import { compareRecipes, type Repeat, type StudyRecipe } from "../../report/studyRecipe.ts";
import { formatTable, wrapText } from "./table.ts";

/** Title, the three sentences, tables and notes. Figures are for the report. */
export function studyText(result: StudyResult, columns: number): string {
  const width = Math.max(60, Math.min(columns, 120));
  const wrapped = (words: string) => wrapText(words, width).join("\n");
  return [
    `${result.title} (${result.source})`,
    "",
    wrapped(`The papers say: ${result.claim}`),
    wrapped(`This run shows: ${result.shows}`),
    wrapped(`It does not show ${result.not}`),
    ...result.tables.flatMap((table) => ["", table.title, tableText(table), wrapped(table.note)]),
    ...(result.notes.length === 0 ? [] : ["", ...result.notes.map((note) => wrapped(`* ${note}`))]),
  ].join("\n");
}

function tableText({ columns, rows }: StudyTable): string {
  return formatTable(
    columns.map((column) => ({
      title: columnTitle(column),
      align: column.unit === "words" ? "left" : "right",
    })),
    rows.map((row) => row.map((cell, i) => formatCell(cell, columns[i]!.unit))),
  );
}

/** What repeating a recipe came to, in words. */
export function repeatText(before: StudyRecipe, after: StudyRecipe): Repeat & { readonly words: string } {
  const repeat = compareRecipes(before, after);
  const { evaluations, items, flips, unmatched, worst } = repeat;
  const scope = `${evaluations} evaluations of ${items.toLocaleString("en-GB")} items`;
  const rest = unmatched === 0 ? "" : ` ${unmatched} evaluations are in one of the two runs only.`;
  const versions =
    before.version === after.version
      ? ""
      : ` The recipe is of version ${before.version}, this is ${after.version}.`;
  const words =
    flips === 0 && unmatched === 0
      ? `Reproduced: 0 flips in ${scope}.${versions}`
      : `Not the same: ${flips} flips in ${scope}${worst === null ? "" : `, most (${worst.flips}) in ${worst.recipe} on ${worst.task}`}.${rest}${versions}`;
  return { ...repeat, words };
}
