import { expect, test } from "vitest";
import { indexOfBest, shareAboveBetterParent } from "./ranking.ts";

const scores = (...values: number[]) => values.map((value) => ({ value }));

test("the first of the highest leads, and nobody where there is none", () => {
  expect(indexOfBest(scores(-2, -1, -1))).toBe(1);
  expect(indexOfBest(scores(0.5, 0.5, 0.5))).toBe(0);
  expect(indexOfBest([])).toBe(-1);
});

test("the share above the better parent counts no draws", () => {
  expect(shareAboveBetterParent(scores(0.5, 0.6, 0.7, 0.8), scores(0.6, 0.4))).toBe(0.5);
  expect(shareAboveBetterParent(scores(0.6), scores(0.6, 0.6))).toBe(0);
  expect(shareAboveBetterParent([], scores(0.6))).toBeNull();
});
