/** The report's layout: every table whole, every target judged, what was not measured said. */
import { expect, test } from "vitest";
import { type Figures, formatResults } from "./report.ts";
import type { WorkloadTimes } from "./workload.ts";

const times = (factor: number): WorkloadTimes => ({
  backend: { kind: "node", threads: 2, adapter: null, reason: "" },
  task: "knowledge-en",
  rows: 500,
  tokens: 20_000,
  evaluationMs: 100 * factor,
  sweepPoints: 100,
  sweepMs: 10_000 * factor,
  matrixCells: 55,
  matrixMs: 20_000 * factor,
  suggestMs: 20 * factor,
});

const figures: Figures = {
  machine: "2 processors",
  versions: "Node 20",
  threads: 2,
  node: times(1),
  browser: times(20),
  bayes: { fitAndMaximiseMs: 4, askMs: 12 },
  versus: [
    {
      model: "demo:3200",
      task: "knowledge-en",
      items: 500,
      nodeMs: 100,
      nodeTokens: 20_000,
      nodeAccuracy: 0.75,
      torch: { seconds: 0.25, batch: 32, accuracy: 0.75, items: 500, tokens: 1, threads: 2, torch: "2" },
    },
  ],
};

test("every table is whole: as many cells in each row as in its head", () => {
  const lines = formatResults(figures).split("\n");
  const rows = lines.map((line) => (line.startsWith("|") ? line.split("|").length : 0));
  for (const [i, cells] of rows.entries()) if (cells > 0 && rows[i - 1]! > 0) expect(cells).toBe(rows[i - 1]);
  expect(rows.filter((cells) => cells > 0).length).toBeGreaterThan(10);
});

test("targets are judged, and a miss says by how much", () => {
  const text = formatResults(figures);
  expect(text).toContain("| GP fit and maxima of EI and UCB | 4.0 ms | under 10.0 ms | met |");
  expect(text).toContain(
    "| one λ: merge and evaluate | 100 ms | 2000 ms | 20.0 | under 1500 ms | missed by 33 % |",
  );
  expect(text).toContain("| 2.50 × | met | yes, 0.75 |");
});

test("what was not measured says why", () => {
  const text = formatResults({ ...figures, versus: { skipped: "Not measured: no Python." } });
  expect(text).toContain("## Node against PyTorch\n\nNot measured: no Python.\n");
});
