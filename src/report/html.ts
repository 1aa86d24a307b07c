/** Studies as one page that needs nothing else: figures inside, light and dark, ready to be printed. Pure. */
import type { Cell, Column, StudyResult, StudyTable } from "../domain/studyResult.ts";
import { csvOf } from "./csv.ts";
import { columnTitle, formatCell } from "./formatCell.ts";
import { latexOf } from "./latex.ts";

/** What the page holds. */
export type HtmlReport = {
  readonly studies: readonly StudyResult[];
  /** By study, in the order of its figures. */
  readonly svgs: readonly (readonly string[])[];
  /** What was measured, by which version, in plain text. */
  readonly intro: string;
  readonly command: string;
};

/** The whole document. */
export function htmlOf({ studies, svgs, intro, command }: HtmlReport): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MergeScope: the studies of the papers</title>
<style>${CSS}</style>
</head>
<body>
<main>
<h1>The studies of the papers</h1>
<p class="intro">${escaped(intro)}</p>
<p class="intro">Repeat it: <code>${escaped(command)}</code></p>
<nav><ol>${studies.map(({ name, title }) => `<li><a href="#${name}">${escaped(title)}</a></li>`).join("")}</ol></nav>
${studies.map((study, i) => section(study, svgs[i] ?? [])).join("\n")}
</main>
</body>
</html>
`;
}

function section(study: StudyResult, svgs: readonly string[]): string {
  return `<section id="${study.name}">
<h2>${escaped(study.title)} <small>${escaped(study.source)}</small></h2>
<dl>
<dt>The papers say</dt><dd>${escaped(study.claim)}</dd>
<dt>This run shows</dt><dd>${escaped(study.shows)}</dd>
<dt>It does not show</dt><dd>${escaped(study.not)}</dd>
</dl>
<div class="figures">
${study.figures
  .map(
    ({ title, caption, kind }, i) =>
      `<figure class="${kind}"><figcaption><b>${escaped(title)}</b></figcaption>${svgs[i] ?? ""}<p>${escaped(caption)}</p></figure>`,
  )
  .join("\n")}
</div>
${study.tables.map(tableHtml).join("\n")}
${study.notes.length === 0 ? "" : `<ul>${study.notes.map((note) => `<li>${escaped(note)}</li>`).join("")}</ul>`}
</section>`;
}

function tableHtml(table: StudyTable): string {
  const { title, columns, rows, note } = table;
  return `<h3>${escaped(title)}</h3>
<div class="wide"><table>
<thead><tr>${columns.map((column) => `<th scope="col">${escaped(columnTitle(column))}</th>`).join("")}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map((cell, k) => cellHtml(cell, columns[k]!, k === 0)).join("")}</tr>`).join("\n")}
</tbody>
</table></div>
<p class="note">${escaped(note)}</p>
<details><summary>CSV and LaTeX</summary><pre>${escaped(csvOf(table))}</pre><pre>${escaped(latexOf(table))}</pre></details>`;
}

function cellHtml(cell: Cell, { unit }: Column, isFirst: boolean): string {
  const text = escaped(formatCell(cell, unit));
  if (isFirst) return `<th scope="row">${text}</th>`;
  const number = typeof cell === "object" && cell !== null ? cell : null;
  const kind = number?.best === true ? ' class="best"' : number?.certain === false ? ' class="unsure"' : "";
  return `<td${kind}>${text}</td>`;
}

function escaped(text: string): string {
  const marks: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (mark) => marks[mark]!);
}

const CSS = `
:root { color-scheme: light dark; --paper: #fbfbfa; --ink: #1c1f24; --muted: #666c75; --line: #dcdee1; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181c; --ink: #e7e9ec; --muted: #9aa1ab; --line: #32363d; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 Inter, system-ui, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 76rem; margin: 0 auto; padding: 2.5rem 1.5rem 5rem; }
h1 { font-size: 1.75rem; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 3.5rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h2 small { font-size: .8rem; font-weight: 400; color: var(--muted); margin-left: .5rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 .375rem; }
.intro { max-width: 60rem; color: var(--muted); margin: 0 0 .5rem; }
nav ol { columns: 3 16rem; margin: 1.25rem 0 0; padding-left: 1.25rem; }
a { color: inherit; }
dl { display: grid; grid-template-columns: 9rem minmax(0, 56rem); gap: .4rem 1rem; margin: 0 0 1.25rem; }
dt { color: var(--muted); }
dd { margin: 0; }
.figures { display: flex; flex-wrap: wrap; gap: 1.25rem 2rem; }
figure { flex: 1 1 34rem; max-width: 44rem; margin: 0; }
figure.overlap { flex-basis: 22rem; max-width: 27rem; }
figure svg { width: 100%; height: auto; }
figure p, .note { color: var(--muted); font-size: .85rem; margin: .25rem 0 0; max-width: 60rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; }
th, td { padding: .22rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
thead th { font-weight: 600; vertical-align: bottom; }
th:first-child { text-align: left; }
tbody th { font-weight: 400; }
.best { font-weight: 650; }
.unsure { color: var(--muted); }
pre { overflow-x: auto; font-size: .8rem; padding: .75rem; border: 1px solid var(--line); }
summary { cursor: pointer; color: var(--muted); font-size: .85rem; }
@media (max-width: 700px) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; } }
@media print { :root { color-scheme: light; --paper: white; --ink: black; --muted: #444444; --line: #bbbbbb; } main { max-width: none; padding: 0; } h2, h3, figcaption { break-after: avoid; } tr { break-inside: avoid; } .wide { overflow: visible; } table { font-size: 8pt; } th, td { white-space: normal; overflow-wrap: anywhere; padding: .1rem .2rem; } details, nav { display: none; } section { break-inside: auto; } figure, table { break-inside: avoid; } }
`;
