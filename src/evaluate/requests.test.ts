import { expect, test } from "vitest";
import { createWordCodec } from "./fixtures/wordCodec.ts";
import { encodePair, encodeText, goldText, textPairs } from "./requests.ts";

const settings = () => ({ codec: createWordCodec(), prefixToken: 0, maxLength: 8 });

test("the continuation's tokens are those after the context's own count", () => {
  const using = settings();
  const { tokens, firstTarget } = encodePair("the cat", " sat down", using);
  expect(using.codec.decode(tokens)).toBe("the cat sat down");
  expect(firstTarget).toBe(2);
});

test("trailing whitespace of the context moves to the continuation", () => {
  const using = settings();
  const { tokens, firstTarget } = encodePair("the cat ", "sat", using);
  expect(tokens.slice(firstTarget).map((token) => using.codec.decode([token]))).toEqual([" sat"]);
});

test("a token that spans the seam is counted as the context's, as the convention has it", () => {
  const using = settings();
  // "cat" + "s" is one token "cats": the context's one token covers it, so nothing is left to score.
  expect(() => encodePair("cat", "s", using)).toThrow(/no tokens of its own/);
  // With more text after it the tail is what follows that one token.
  const { tokens, firstTarget } = encodePair("cat", "s sleep", using);
  expect(using.codec.decode(tokens.slice(firstTarget))).toBe(" sleep");
  expect(using.codec.decode(tokens.slice(0, firstTarget))).toBe("cat");
});

test("an empty context, or one of whitespace only, is the prefix token", () => {
  const using = settings();
  for (const context of ["", " "]) {
    const { tokens, firstTarget } = encodePair(context, "word", using);
    expect(tokens[0]).toBe(0);
    expect(firstTarget).toBe(1);
    expect(using.codec.decode(tokens.slice(1))).toBe(`${context}word`);
  }
});

test("what does not fit is dropped from the left; the last token is no input", () => {
  const using = settings();
  const { tokens, firstTarget } = encodePair("a b c d e f g h i", " j k", using);
  expect(tokens).toHaveLength(9);
  expect(using.codec.decode(tokens)).toBe(" c d e f g h i j k");
  expect(using.codec.decode(tokens.slice(firstTarget))).toBe(" j k");
});

test("a continuation longer than the model is refused", () => {
  expect(() => encodePair("x", " a b c d e f g h i", settings())).toThrow(
    /longer than the model's 8 positions/,
  );
});

test("a tokenizer's own beginning is put before contexts, and not before one that has it already", () => {
  const using = { codec: createWordCodec(true), prefixToken: 0, maxLength: 8 };
  const said = (context: string, continuation: string) => {
    const { tokens, firstTarget } = encodePair(context, continuation, using);
    return [tokens.slice(0, firstTarget), tokens.slice(firstTarget)].map((part) => using.codec.decode(part));
  };
  expect(said("the cat", " sat")).toEqual(["<|end|>the cat", " sat"]);
  expect(said("the cat ", "sat")).toEqual(["<|end|>the cat", " sat"]);
  expect(said("", "sat")).toEqual(["<|end|>", "sat"]);
  expect(encodeText("the cat", using)[0]).toBe(0);
  expect(encodeText("<|end|>the cat", using)).toEqual(using.codec.encode("<|end|>the cat"));
  // What is dropped on the left may be that beginning itself.
  expect(said("a b c d e f g h i", " j")).toEqual([" b c d e f g h i", " j"]);
});

test("each shape of row has its pairs", () => {
  const choice = {
    kind: "multiple-choice",
    context: "Q",
    choices: ["x", "y"],
    gold: 1,
    delimiter: " ",
  } as const;
  expect(textPairs(choice)).toEqual([
    ["Q", " x"],
    ["Q", " y"],
  ]);
  expect(goldText(choice)).toBe("Q y");
  const partial = {
    kind: "partial",
    contexts: ["A", "B"],
    continuation: "c",
    gold: 0,
    delimiter: "",
  } as const;
  expect(textPairs(partial)).toEqual([
    ["A", "c"],
    ["B", "c"],
  ]);
  expect(goldText({ kind: "generation", question: "1+1=", answer: "2" })).toBe("1+1= 2");
  expect(goldText({ kind: "text", text: "all" })).toBe("all");
});
