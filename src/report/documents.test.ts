/** Cells, tables and documents against hostile words: nothing of a name becomes a mark of the format it stands in. */
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import type { Column, StudyResult, StudyTable } from "../domain/studyResult.ts";
import { csvOf } from "./csv.ts";
import { formatCell } from "./formatCell.ts";
import { htmlOf } from "./html.ts";
import { latexOf } from "./latex.ts";
import { markdownOf } from "./markdown.ts";
import { reportFiles } from "./reportFiles.ts";

const table = (word: string, title = "t"): StudyTable => ({
  title: word,
  columns: [
    { title, unit: "words" },
    { title: "acc", unit: "percent" },
  ],
  rows: [[word, { value: 0.5 }]],
  note: word,
});

const study = (word: string): StudyResult => ({
  ...{ name: "pairs", title: word, source: word, claim: word, shows: word, not: word },
  settings: { checkpoints: [word], tasks: [word], text: null, base: word, limit: null, seed: 0 },
  ...{ tables: [table(word, word)], figures: [], notes: [word] },
});

describe("cells", () => {
  test.each<[value: number, stderr: number, unit: Column["unit"], text: string]>([
    [0.714, 0.0123, "percent", "71.4 ± 1.2"],
    [0.714, 0.123, "percent", "71 ± 12"],
    [0.021, 0.006, "points", "+2.10 ± 0.60"],
    [-0.021, 0.0162, "points", "−2.1 ± 1.6"],
    [0.5, 0.000996, "percent", "50.00 ± 0.10"],
    [1.23456, 0.0345, "difference", "+1.235 ± 0.035"],
    // What rounding leaves of no spread at all is no error.
    [0.918, 8.9e-17, "percent", "91.8 ± 0.0"],
    [0, 0, "points", "0.0 ± 0.0"],
  ])("%f ± %f as %s is %s", (value, stderr, unit, text) => {
    expect(formatCell({ value, stderr }, unit)).toBe(text);
  });

  test("without an error have the digits of their unit", () => {
    expect(formatCell({ value: 0.87 }, "lambda")).toBe("0.870");
    expect(formatCell({ value: 12345 }, "count")).toBe("12,345");
    expect(formatCell({ value: 0.0213 }, "p")).toBe("0.021");
    expect(formatCell("a word", "percent")).toBe("a word");
    expect(formatCell(null, "words")).toBe("–");
  });
});

describe("CSV", () => {
  test.each(["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1", "\n=1"])(
    "%j is no formula, nor a head",
    (word) => {
      const [head, row] = csvOf(table(word, word)).split("\r\n");
      for (const line of [head!, row!]) expect(line.replace(/^"/, "").startsWith("'")).toBe(true);
    },
  );

  test("has numbers as programs read them", () => {
    const [, row] = csvOf({
      ...table("a"),
      rows: [["a", { value: -0.123456789, stderr: 0.01 }]],
    }).split("\r\n");
    expect(row).toBe("a,-0.123456789,0.01");
  });
});

describe("LaTeX", () => {
  test("escapes every special character, and Greek becomes math", () => {
    const text = latexOf(table("\\{}$&#^_~%<>| λ α φ Θ Δ ± ½"));
    expect(text).toContain(
      "\\textbackslash{}\\{\\}\\$\\&\\#\\textasciicircum{}\\_\\textasciitilde{}\\%$<$$>$$|$ $\\lambda$ $\\alpha$ $\\phi$ $\\Theta$ $\\Delta$ $\\pm$ $\\frac{1}{2}$",
    );
  });

  test("a row that begins with a bracket or a star gives no option to the command before it", () => {
    for (const word of ["[2em] x", "* x"]) {
      const lines = latexOf(table(word)).split("\n");
      const after = lines.indexOf("\\midrule") + 1;
      expect(lines[after]).toMatch(/^\{[[*]\}/);
    }
  });

  test("no name ends a caption by an empty line", () => {
    expect(latexOf(table("a\n\n\\end{table} b"))).toContain(
      "\\caption{a \\textbackslash{}end\\{table\\} b. ",
    );
  });
});

describe("Markdown", () => {
  test("holds no marks, HTML or entities of names, in the introduction neither", () => {
    const word = "<img src=x> **b** `c` [d](e) | f &lt; ~~g~~ $h$";
    const text = markdownOf([study(word)], word, () => "x.svg");
    expect(text).not.toMatch(/(?<!\\)<|(?<!\\)`|(?<!\\)~|&lt;|(?<!\\)\$|\*\*b\*\*/);
    const rows = text.split("\n").filter((line) => line.startsWith("| "));
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(3);
  });

  test("a note that looks like a list is none", () => {
    expect(markdownOf([study("- a")], "", () => "")).toContain("* \\- a");
    expect(markdownOf([study("1. a")], "", () => "")).toContain("* 1\\. a");
  });
});

describe("the page", () => {
  const word = `</style></title><script>alert("1")</script>'"&`;
  test("has no element of a name's making", () => {
    const html = htmlOf({ studies: [study(word)], svgs: [[]], intro: word, command: word });
    const page = parseHTML(html).document;
    expect(page.querySelectorAll("script")).toHaveLength(0);
    expect(page.querySelectorAll("style")).toHaveLength(1);
    expect(page.querySelector("dd")!.textContent).toBe(word);
    expect(page.querySelector("code")!.textContent).toBe(word);
    expect(page.querySelector("details pre")!.textContent).toContain("alert");
  });

  test("figures of their own have a ground, so that they are read in a dark viewer", () => {
    const { document } = parseHTML("<!doctype html><html><body></body></html>");
    const result: StudyResult = {
      ...study("a"),
      figures: [
        { title: "a", caption: "b", kind: "pairs", names: ["x", "y"], unit: "points", cells: [] },
        {
          ...{ title: word, caption: "b", kind: "pairs", names: ["x", "y"], unit: "points" },
          cells: [{ older: 0, newer: 1, value: 0.1, certain: false }],
        },
      ],
    };
    const files = reportFiles(
      {
        studies: [result],
        recipe: { format: "mergescope-study", version: "1", settings: result.settings, studies: [] },
        ...{ version: "1", command: "c" },
      },
      document,
    );
    for (const k of [1, 2]) {
      const svg = parseHTML(files.find(({ name }) => name === `pairs-figure-${k}.svg`)!.text).document;
      expect(svg.querySelector("desc + rect")!.getAttribute("fill")).toBe("#ffffff");
    }
  });
});
