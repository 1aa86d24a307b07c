import { describe, expect, it } from "vitest";
import { isCheckpointFile, sortIntoFolders } from "./folderFiles.ts";

/** "step1000: model.safetensors config.json" a folder. */
function sorted(...paths: string[]): readonly string[] {
  return sortIntoFolders(paths.map((path) => ({ path }))).map(
    ({ name, files }) =>
      `${name}: ${files.map(({ path, file }) => (file.path.endsWith(path) ? path : `${path} (${file.path})`)).join(" ")}`,
  );
}

describe("files that were dropped", () => {
  it("are one checkpoint a folder", () => {
    expect(sorted("step1000/config.json", "step1000/model.safetensors", "step1000/README.md")).toEqual([
      "step1000: model.safetensors config.json",
    ]);
  });

  it("are as many checkpoints as a folder has folders, in the order of their numbers", () => {
    expect(
      sorted(
        "run/checkpoint-1000/pytorch_model.bin",
        "run/checkpoint-1000/config.json",
        "run/checkpoint-1000/training_args.bin",
        "run/checkpoint-500/pytorch_model.bin",
        "run/checkpoint-500/config.json",
      ),
    ).toEqual([
      "checkpoint-500: pytorch_model.bin config.json",
      "checkpoint-1000: pytorch_model.bin config.json",
    ]);
  });

  it("share what lies above them, unless they have their own", () => {
    expect(
      sorted(
        "run/config.json",
        "run/tokenizer.json",
        "run/step1/model.safetensors",
        "run/step2/model.safetensors",
        "run/step2/config.json",
      ),
    ).toEqual([
      "step1: model.safetensors config.json tokenizer.json",
      "step2: model.safetensors config.json tokenizer.json",
    ]);
  });

  it("are several checkpoints where several weights lie side by side", () => {
    expect(sorted("step2000.safetensors", "step1000.safetensors", "config.json")).toEqual([
      "step1000: model.safetensors (step1000.safetensors) config.json",
      "step2000: model.safetensors (step2000.safetensors) config.json",
    ]);
  });

  it("are one checkpoint where they are shards, or one in two formats", () => {
    expect(
      sorted(
        "big/model-00001-of-00002.safetensors",
        "big/model-00002-of-00002.safetensors",
        "big/model.safetensors.index.json",
      ),
    ).toEqual([
      "big: model-00001-of-00002.safetensors model-00002-of-00002.safetensors model.safetensors.index.json",
    ]);
    expect(sorted("both/model.safetensors", "both/pytorch_model.bin")).toEqual([
      "both: model.safetensors pytorch_model.bin",
    ]);
  });

  it("keep as much of their path as tells them apart", () => {
    expect(sorted("a/step1/model.safetensors", "b/step1/model.safetensors")).toEqual([
      "a/step1: model.safetensors",
      "b/step1: model.safetensors",
    ]);
  });

  it("are none where there are no weights", () => {
    expect(sorted("notes/config.json", "notes/paper.pdf", "optimizer.bin")).toEqual([]);
  });

  it.each([
    ["model.safetensors", true],
    ["deep/er/pytorch_model-00001-of-00003.bin", true],
    ["tokenizer.json", true],
    ["tokenizer_config.json", true],
    ["model.safetensors.index.json", true],
    ["optimizer.pt", false],
    ["training_args.bin", false],
    ["README.md", false],
    ["trainer_state.json", false],
  ])("%s is looked at: %s", (path, expected) => {
    expect(isCheckpointFile(path)).toBe(expected);
  });
});
