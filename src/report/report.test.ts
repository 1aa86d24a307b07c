/** Figures, tables and documents from small records: what is drawn, what is said, and what hostile names cannot do. */
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import type { StudyFigure, StudyResult, StudyTable } from "../domain/studyResult.ts";
import { csvOf } from "./csv.ts";
import { drawFigure } from "./drawFigure.ts";
import { columnTitle, formatCell } from "./formatCell.ts";
import { latexOf } from "./latex.ts";
import { reportFiles } from "./reportFiles.ts";
import { compareRecipes, type StudyRecipe } from "./studyRecipe.ts";

const { document } = parseHTML("<!doctype html><html><body></body></html>");
const axis = { label: "accuracy", unit: "percent" } as const;
const named = { title: 'Title & <b>"mark"</b>', caption: "What it shows." } as const;

const FIGURES: readonly StudyFigure[] = [
  {
    ...named,
    kind: "lines",
    x: { label: "λ", unit: "lambda" },
    y: axis,
    series: [
      {
        name: "a",
        style: "line",
        points: [0, 0.5, 1].map((x) => ({ x, y: x, low: x - 0.1, high: x + 0.1 })),
      },
      { name: "b", style: "dots", points: [0, 0.5, 1].map((x) => ({ x, y: 1 - x })) },
    ],
    rules: [{ y: 0.7, name: "parent" }],
  },
  {
    ...named,
    kind: "scatter",
    x: { label: "1/φ", unit: "plain" },
    y: axis,
    points: [0.1, 0.2, 0.4].map((x, i) => ({ x, y: x * 2, name: `step ${i}` })),
  },
  {
    ...named,
    kind: "pairs",
    names: ["1", "2", "3"],
    unit: "points",
    cells: [
      { older: 0, newer: 1, value: 0.02, certain: true },
      { older: 0, newer: 2, value: -0.04, certain: false },
      { older: 1, newer: 2, value: 0, certain: false },
    ],
  },
  {
    ...named,
    kind: "intervals",
    y: axis,
    groups: ["g", "h"],
    marks: [
      { group: "g", name: "a", value: 0.5, low: 0.4, high: 0.6 },
      { group: "h", name: "b", value: 0.2, low: 0.1, high: 0.3 },
    ],
  },
  {
    ...named,
    kind: "boxes",
    y: axis,
    groups: [{ group: "g", name: "a", values: [0.1, 0.2, 0.3, 0.4, 0.9] }],
  },
  {
    ...named,
    kind: "shrinkage",
    y: { label: "gain", unit: "points" },
    arrows: [{ name: "1+2", from: 0.05, to: 0.02, low: -0.01, high: 0.05 }],
  },
  {
    ...named,
    kind: "overlap",
    sets: ["a", "b"],
    regions: [
      { members: [0], count: 30, items: [] },
      { members: [1], count: 20, items: [] },
      { members: [0, 1], count: 50, items: [] },
    ],
    rows: { task: "t", split: "test" },
  },
];

const drawn = (figure: StudyFigure) => parseHTML(drawFigure(figure, document)).document;
const ofKind = (kind: StudyFigure["kind"]) => FIGURES.find((figure) => figure.kind === kind)!;

describe("figures", () => {
  test.each(FIGURES)(
    "$kind has a title and a caption for those who cannot see it, and numbers that are some",
    (figure) => {
      const svg = drawFigure(figure, document);
      const page = parseHTML(svg).document;
      expect(page.querySelector("svg")!.getAttribute("role")).toBe("img");
      expect(page.querySelector("title")!.textContent).toBe(named.title);
      expect(page.querySelector("desc")!.textContent).toBe(named.caption);
      expect(svg).not.toContain("NaN");
      expect(svg).not.toContain("<style");
      expect(svg).not.toContain("<b>");
    },
  );

  test("lines have a band where there are intervals, a legend, and the parents' rules", () => {
    const page = drawn(ofKind("lines"));
    expect(page.querySelectorAll('[aria-label="area"] path')).toHaveLength(1);
    expect(page.querySelectorAll('[aria-label="dot"] circle')).toHaveLength(3);
    const words = [...page.querySelectorAll("text")].map((text) => text.textContent);
    expect(words).toEqual(expect.arrayContaining(["a", "b", "parent", "accuracy, %"]));
  });

  test("pairs write every number and hatch what cannot be told from noise", () => {
    const page = drawn(ofKind("pairs"));
    expect(page.querySelectorAll('[aria-label="cell"] rect')).toHaveLength(3);
    expect(page.querySelectorAll('[data-role="hatching"] path')).toHaveLength(2);
    const words = [...page.querySelectorAll("text")].map((text) => text.textContent);
    expect(words).toEqual(expect.arrayContaining(["+2.0", "−4.0", "0.0"]));
  });

  test("overlaps mark their regions, so that a click finds them", () => {
    const page = drawn(ofKind("overlap"));
    expect([...page.querySelectorAll("[data-region]")].map((one) => one.getAttribute("data-region"))).toEqual(
      ["0", "1", "0,1"],
    );
  });

  test("a number that is none is refused, not hidden", () => {
    const figure = ofKind("scatter") as Extract<StudyFigure, { kind: "scatter" }>;
    const bad = { ...figure, points: [{ x: 1, y: Number.NaN, name: "n" }] };
    expect(() => drawFigure(bad, document)).toThrow("holds a number that is none");
  });
});

const TABLE: StudyTable = {
  title: "Scores of a_b & 50 %",
  columns: [
    { title: "method", unit: "words" },
    { title: "acc", unit: "percent" },
    { title: "Δ", unit: "points" },
  ],
  rows: [
    [
      '=HYPERLINK("x"),{\\evil}',
      { value: 0.714, stderr: 0.0123, best: true },
      { value: 0.021, certain: true },
    ],
    ["b", { value: 0.7 }, null],
  ],
  note: "± one standard error; λ ≥ ½.",
};

describe("tables", () => {
  test("cells say their unit, their error, and a dash for nothing", () => {
    expect(columnTitle(TABLE.columns[1]!)).toBe("acc, %");
    expect(formatCell({ value: 0.714, stderr: 0.0123 }, "percent")).toBe("71.4 ± 1.2");
    expect(formatCell({ value: -0.021, certain: true }, "points")).toBe("−2.1 *");
    expect(formatCell({ value: -0.0001 }, "points")).toBe("0.0");
    expect(formatCell({ value: 0.0004 }, "p")).toBe("<0.001");
    expect(formatCell(null, "plain")).toBe("–");
  });

  test("CSV has full precision, errors apart, and no formula for a spreadsheet", () => {
    expect(csvOf(TABLE)).toBe(
      `method,acc,acc stderr,Δ\r\n"'=HYPERLINK(""x""),{\\evil}",0.714,0.0123,0.021\r\nb,0.7,,\r\n`,
    );
  });

  test("LaTeX escapes everything and sets the best in bold", () => {
    const text = latexOf(TABLE);
    expect(text).toContain("\\caption{Scores of a\\_b \\& 50 \\%. $\\pm$ one standard error");
    expect(text).toContain("\\{\\textbackslash{}evil\\}");
    expect(text).toContain("\\textbf{71.4 $\\pm$ 1.2}");
    expect(text).toContain("lrr");
  });
});

const RESULT: StudyResult = {
  ...{ name: "pairs", title: "Every <pair>", source: "P1 Fig. 2", claim: "A | claim." },
  settings: { checkpoints: ["demo:1"], tasks: ["<script>"], text: null, base: "demo:1", limit: 4, seed: 0 },
  ...{ shows: "Something.", not: "the rest." },
  ...{ tables: [TABLE], figures: FIGURES, notes: ["A note `with` marks."] },
};

const recipe = (outcomes: string, extra = 0): StudyRecipe => ({
  format: "mergescope-study",
  version: "1",
  settings: RESULT.settings,
  studies: [
    {
      name: "pairs",
      outcomes: [
        { recipe: "a", task: "t", split: "test", n: 3, outcomes },
        ...Array.from({ length: extra }, (_, i) => ({
          recipe: `x${i}`,
          task: "t",
          split: "test",
          n: 1,
          outcomes: "1.0",
        })),
      ],
    },
  ],
});

describe("a report", () => {
  const files = reportFiles(
    { studies: [RESULT], recipe: recipe("1 2 3"), version: "1.0", command: "repeat" },
    document,
  );
  const text = (name: string) => files.find((file) => file.name === name)!.text;

  test("holds every figure and table as a file, and a page that needs none of them", () => {
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "index.html",
        "report.md",
        "pairs-figure-7.svg",
        "pairs-table-1.csv",
        "recipe.json",
      ]),
    );
    const page = parseHTML(text("index.html")).document;
    expect(page.querySelectorAll("figure svg")).toHaveLength(FIGURES.length);
    expect(page.querySelectorAll("script, link, img")).toHaveLength(0);
    expect(page.querySelector("h2")!.textContent).toContain("Every <pair>");
    expect(page.querySelector(".intro")!.textContent).toContain("<script>");
  });

  test("says the three sentences in Markdown, with nothing of a name taken for a mark", () => {
    expect(text("report.md")).toContain("**The papers say:** A \\| claim.");
    expect(text("report.md")).toContain("A note \\`with\\` marks.");
  });

  test("is repeated item by item", () => {
    expect(compareRecipes(recipe("1 2 3"), recipe("1 2 3"))).toMatchObject({
      flips: 0,
      items: 3,
      unmatched: 0,
    });
    expect(compareRecipes(recipe("1 2 3"), recipe("1 9 3", 2))).toMatchObject({
      flips: 1,
      unmatched: 2,
      worst: { recipe: "a", flips: 1 },
    });
  });
});
