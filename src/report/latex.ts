/** A study's table as LaTeX in the papers' layout, for booktabs. Pure. */
import type { Cell, Column, StudyTable } from "../domain/studyResult.ts";
import { columnTitle, formatCell } from "./formatCell.ts";

/** A whole `table` environment; the best of a column is bold, a star marks what can be told from noise. */
export function latexOf({ title, columns, rows, note }: StudyTable): string {
  const layout = columns.map(({ unit }) => (unit === "words" ? "l" : "r")).join("");
  const line = (cells: readonly string[]): string => `${cells.join(" & ")} \\\\`;
  return [
    "\\begin{table}",
    "\\centering",
    `\\caption{${escaped(title)}. ${escaped(note)}}`,
    `\\begin{tabular}{${layout}}`,
    "\\toprule",
    line(columns.map((column) => escaped(columnTitle(column)))),
    "\\midrule",
    ...rows.map((row) => line(row.map((cell, k) => latexCell(cell, columns[k]!)))),
    "\\bottomrule",
    "\\end{tabular}",
    "\\end{table}",
    "",
  ].join("\n");
}

function latexCell(cell: Cell, { unit }: Column): string {
  const text = escaped(formatCell(cell, unit));
  const isBest = typeof cell === "object" && cell !== null && cell.best === true;
  return isBest ? `\\textbf{${text}}` : text;
}

const MARKS: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  "&": "\\&",
  "%": "\\%",
  $: "\\$",
  "#": "\\#",
  _: "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "$<$",
  ">": "$>$",
  "|": "$|$",
  "±": "$\\pm$",
  "−": "$-$",
  "–": "--",
  "×": "$\\times$",
  "½": "$\\frac{1}{2}$",
  "≥": "$\\geq$",
  "≤": "$\\leq$",
  "≈": "$\\approx$",
  "→": "$\\to$",
  "·": "$\\cdot$",
  "…": "\\ldots{}",
  "\u00a0": "~",
  // At the start of a row these would belong to the command before it.
  "[": "{[}",
  "]": "{]}",
  "*": "{*}",
  // The straight mark needs an encoding that not every paper has.
  '"': "''",
  β: "$\\beta$",
  κ: "$\\kappa$",
  θ: "$\\theta$",
  μ: "$\\mu$",
  σ: "$\\sigma$",
  λ: "$\\lambda$",
  α: "$\\alpha$",
  φ: "$\\phi$",
  ρ: "$\\rho$",
  Θ: "$\\Theta$",
  Δ: "$\\Delta$",
  Σ: "$\\sum$",
};

/** An empty line would end a caption or a cell. */
function escaped(text: string): string {
  const line = text.replaceAll(/[^\P{Cc}\n\t]/gu, "").replaceAll(/[ \t\n]+/g, " ");
  return Array.from(line, (mark) => MARKS[mark] ?? mark).join("");
}
