import { expect, test } from "vitest";
import { parseTaskRows } from "./rows.ts";

const line = (row: unknown) => JSON.stringify(row);

test.each([
  [
    { context: "Q", choices: ["a", "b"], gold: 1, subject: "x" },
    { kind: "multiple-choice", context: "Q", choices: ["a", "b"], gold: 1, delimiter: " " },
  ],
  [
    { contexts: ["a", "b"], continuation: "c", gold: 0, delimiter: "" },
    { kind: "partial", contexts: ["a", "b"], continuation: "c", gold: 0, delimiter: "" },
  ],
  [
    { context: "Q", target: "t" },
    { kind: "target", context: "Q", target: "t", delimiter: " " },
  ],
  [{ text: "t" }, { kind: "text", text: "t" }],
  [
    { question: "q", answer: "a" },
    { kind: "generation", question: "q", answer: "a" },
  ],
])("reads %o", (row, expected) => {
  expect(parseTaskRows("t.jsonl", `\n${line(row)}\r\n\n${line(row)}`)).toEqual({
    kind: expected.kind,
    rows: [expected, expected],
  });
});

const good = line({ text: "t" });
test.each([
  ["", "line 1: the file has no rows"],
  [`${good}\nnot json`, "line 2: it is not JSON"],
  ["[1]", "line 1: it is not a JSON object"],
  [line({ prompt: "x" }), "none of the fields choices"],
  [line({ context: "Q", choices: [], gold: 0 }), 'line 1, field "choices": needs at least two'],
  [line({ context: "Q", choices: ["a", ""], gold: 0 }), 'field "choices.1": is empty'],
  [line({ context: "Q", choices: ["a", "b"], gold: 2 }), 'field "gold": is 2, but there are only 2 choices'],
  [line({ context: "Q", choices: ["a", "b"], gold: 0.5 }), 'field "gold": is not a whole number'],
  [line({ contexts: ["a", "b"], continuation: "c", gold: -1 }), 'field "gold": is below 0'],
  [line({ contexts: ["a", "b"], gold: 1 }), 'field "continuation"'],
  [line({ context: 3, target: "t" }), 'field "context"'],
  [line({ text: "" }), 'field "text": is empty'],
  [
    `${good}\n${line({ question: "q", answer: "a" })}`,
    "line 2: it is a generation row, the rows before are text rows",
  ],
])("refuses %s", (jsonl, words) => {
  expect(() => parseTaskRows("t.jsonl", jsonl)).toThrow(words);
});
