import { describe, expect, it } from "vitest";
import { looksLikeScores } from "./tableFile.ts";

describe("a dropped file", () => {
  it.each([
    ["a.csv", "lambda,value\n0,1\n"],
    ["a.csv", "# source: x\n# more\nvalue,LAMBDA,stderr\n"],
    ["a.tsv", "w1\tw2\tvalue\n"],
    ["a.csv", ",number,value,datetime_start,params_lambda,state\n"],
    ["a.json", '[{"lambda": 0.5, "value": 1}]'],
    ["a.json", '{"trials": [{"weights": [1, 0], "value": 1}]}'],
    ["journal.log", '{"op_code":0,"worker_id":"x"}'],
  ])("is a table of scores: %s, %j", (name, text) => {
    expect(looksLikeScores(name, text)).toBe(true);
  });

  it.each([
    ["a.jsonl", '{"context": "x", "choices": ["a"], "gold": 0}'],
    ["a.csv", "question,answer\n"],
    ["config.json", '{"architectures": ["GPTNeoXForCausalLM"]}'],
    ["a.bin", "lambda,value\n"],
    ["a.csv", ""],
  ])("is something else: %s, %j", (name, text) => {
    expect(looksLikeScores(name, text)).toBe(false);
  });
});
