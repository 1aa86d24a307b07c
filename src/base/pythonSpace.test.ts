import { expect, test } from "vitest";
import { countWords, strip, stripEnd } from "./pythonSpace.ts";

test("whitespace is Python's, not JavaScript's", () => {
  expect(stripEnd("a \u001f\u0085\n")).toBe("a");
  expect(stripEnd("a\ufeff")).toBe("a\ufeff");
  expect(strip("\u3000 a b\t")).toBe("a b");
});

test("words are the pieces of a split at whitespace, empty ones at the ends included", () => {
  expect(countWords("one two  three")).toBe(3);
  expect(countWords(" one two\n")).toBe(4);
  expect(countWords("")).toBe(1);
});
