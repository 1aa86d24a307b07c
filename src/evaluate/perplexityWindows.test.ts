import { expect, test } from "vitest";
import { rollingWindows } from "./perplexityWindows.ts";

test("windows as the harness makes them for ten tokens and four positions", () => {
  const tokens = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  expect(rollingWindows(tokens, 0, 4)).toEqual([
    { tokens: [0, 1, 2, 3, 4], firstTarget: 1 },
    { tokens: [4, 5, 6, 7, 8], firstTarget: 1 },
    // The last one is full: it reaches back over tokens that were targets before.
    { tokens: [6, 7, 8, 9, 10], firstTarget: 3 },
  ]);
});

test.each([1, 3, 4, 5, 8, 9, 23])("%i tokens are each a target once and fit the model", (length) => {
  const tokens = Array.from({ length }, (_, i) => i + 1);
  const windows = rollingWindows(tokens, 0, 4);
  expect(windows.flatMap((window) => window.tokens.slice(window.firstTarget))).toEqual(tokens);
  for (const window of windows) {
    expect(window.tokens.length - 1).toBeLessThanOrEqual(4);
    expect(window.firstTarget).toBeGreaterThanOrEqual(1);
  }
});

test("a text without tokens has no windows", () => {
  expect(rollingWindows([], 0, 4)).toEqual([]);
});
