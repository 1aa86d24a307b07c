/** A study's table, to be read, copied and taken along. */
import type { Cell, Column, StudyTable } from "../../domain/studyResult.ts";
import { csvOf } from "../../report/csv.ts";
import { columnTitle, formatCell } from "../../report/formatCell.ts";
import { latexOf } from "../../report/latex.ts";
import { CopyButton } from "../components/CopyButton.tsx";

/** The table with its note and two copies of itself. */
export function StudyTableView({ table }: { readonly table: StudyTable; readonly file: string }) {
  return (
    <section className="study-table">
      <h3>
        {table.title}
        <CopyButton label="copy CSV" text={() => csvOf(table)} />
        <CopyButton label="copy LaTeX" text={() => latexOf(table)} />
      </h3>
      <div className="scroll-x">
        <table className="lab-table number">
          <thead>
            <tr>
              {table.columns.map((column) => (
                <th key={column.title} scope="col">
                  {columnTitle(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row, i) => (
              <tr key={`${i} ${textOf(row[0] ?? null)}`}>
                {row.map((cell, k) => (
                  <CellView
                    key={table.columns[k]!.title}
                    cell={cell}
                    unit={table.columns[k]!.unit}
                    first={k === 0}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="quiet">{table.note}</p>
    </section>
  );
}

function CellView(props: { readonly cell: Cell; readonly unit: Column["unit"]; readonly first: boolean }) {
  const { cell, unit, first } = props;
  const text = formatCell(cell, unit);
  const number = typeof cell === "object" && cell !== null ? cell : null;
  if (first) return <th scope="row">{text}</th>;
  const marks = `${number?.best === true ? "best " : ""}${number?.certain === false ? "unsure" : ""}`;
  return <td className={marks === "" ? undefined : marks.trim()}>{text}</td>;
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : "";
}
