import { describe, expect, it } from "vitest";
import { areTaskFiles } from "./taskFiles.ts";

const asFiles = (...paths: readonly string[]) => areTaskFiles(paths.map((path) => ({ path })));

describe("dropped files", () => {
  it("are a task's with rows or a description among them", () => {
    expect(asFiles("piqa/valid.jsonl", "piqa/valid-labels.lst")).toBe(true);
    expect(asFiles("task.yaml")).toBe(true);
    expect(asFiles("mmlu/law/test-00000-of-00001.parquet")).toBe(true);
  });

  it("are a task's as plain text by itself, not as a note in a folder", () => {
    expect(asFiles("wiki.test.txt")).toBe(true);
    expect(asFiles("folder/notes.txt")).toBe(false);
  });

  it("are checkpoints' with weights among them, or with nothing but their small files", () => {
    expect(asFiles("step1/model.safetensors", "step1/rows.jsonl")).toBe(false);
    expect(asFiles("step1/config.json", "step1/tokenizer.json")).toBe(false);
  });
});
