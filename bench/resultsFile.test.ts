import { expect, test } from "vitest";
import { replacePart } from "./resultsFile.ts";

test("a part takes its own place and leaves the others", () => {
  const text = replacePart("# One\n\na\n\n## sub\n\nb\n", "# Two\n\nc\n");
  expect(text).toBe("# One\n\na\n\n## sub\n\nb\n\n# Two\n\nc\n");
  expect(replacePart(text, "# One\n\nnew\n")).toBe("# One\n\nnew\n\n# Two\n\nc\n");
});
