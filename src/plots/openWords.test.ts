import { describe, expect, it } from "vitest";
import type { CheckpointReport, Inspection } from "../domain/checkpoint.ts";
import { checkpointLabels, formatBytes, formatParameters, shortLabel } from "./format.ts";
import {
  byteWords,
  choiceTitle,
  exploreWords,
  identicalWords,
  keptWords,
  skippedMeaning,
  warningWords,
} from "./openWords.ts";

const REPORT: CheckpointReport = {
  name: "hf:EleutherAI/pythia-70m@step3000",
  place: "hub",
  commit: null,
  step: 3000,
  architecture: "GPT-NeoX",
  parameters: 70_426_624,
  dtype: "F16",
  files: [],
  bytes: 166_000_000,
  bytesToFetch: 140_850_000,
  skippedBytes: 25_165_824,
  tensors: 88,
  skipped: ["gpt_neox.layers.0.attention.bias", "gpt_neox.layers.1.attention.bias"],
  warnings: ["2 weights are not finite."],
};

function inspection(...names: string[]): Inspection {
  return {
    checkpoints: names.map((name) => ({
      ...REPORT,
      name,
      warnings: name.endsWith("step1") ? REPORT.warnings : [],
    })),
    identical: [[0, 1]],
    conflict: null,
    memory: {
      device: "wasm",
      parentBytes: 1,
      mergedBytes: 1,
      workBytes: 1,
      neededBytes: 1,
      availableBytes: null,
      mode: "resident",
      words: "",
    },
    distances: [],
  };
}

describe("sizes", () => {
  it.each([
    [0, "0 MB"],
    [812, "0.81 kB"],
    [4_210, "4.21 kB"],
    [2_096_128, "2.10 MB"],
    [140_850_000, "141 MB"],
    [999_400_000, "999 MB"],
    [999_600_000, "1.00 GB"],
    [10_700_000_000, "10.7 GB"],
  ])("%d bytes are %s", (bytes, words) => {
    expect(formatBytes(bytes)).toBe(words);
  });

  it("of models are in millions and billions", () => {
    expect([1_000, 990_000, 70_426_624, 405_334_016, 6_900_000_000].map(formatParameters)).toEqual([
      "1,000",
      "990,000",
      "70.4 M",
      "405 M",
      "6.90 B",
    ]);
  });
});

describe("a fetch in words", () => {
  const progress = { label: "fetching", done: 112e6, total: 281e6, unit: "bytes", elapsedMs: 5000 };

  it("has its bytes, its rate and the time that is left", () => {
    expect(byteWords({ ...progress, remainingMs: 7000 })).toBe("112 MB of 281 MB · 24.1 MB/s · 7.0 s left");
  });

  it("promises nothing before it is known", () => {
    expect(byteWords({ ...progress, remainingMs: null })).toBe("112 MB of 281 MB");
    expect(byteWords({ ...progress, done: 281e6, remainingMs: 0 })).toBe("281 MB of 281 MB");
  });

  it("is asked for with what it will move", () => {
    expect(exploreWords(281e6, false)).toBe("fetch 281 MB and explore");
    expect(exploreWords(169e6, true)).toBe("continue: fetch 169 MB and explore");
    expect(exploreWords(0, true)).toBe("explore");
  });
});

describe("what was found", () => {
  it("warns of the same weights under two names", () => {
    expect(identicalWords(inspection("hf:a/b@step3000", "hf:a/b@step4000"))).toEqual([
      "step3000 and step4000 are byte-identical: the same weights under two names.",
    ]);
    expect(identicalWords(inspection("hf:a/b@main", "hf:a/c@main"))).toEqual([
      "a/b@main and a/c@main are byte-identical: the same weights under two names.",
    ]);
  });

  it("names the checkpoint that a warning is of", () => {
    expect(warningWords(inspection("hf:a/b@step1", "hf:a/b@step2"))).toEqual([
      "step1: 2 weights are not finite.",
    ]);
  });

  it("explains what is skipped", () => {
    expect(skippedMeaning(REPORT)).toBe(
      "2 buffers, 25.2 MB (gpt_neox.layers.0.attention.bias, …): causal masks and rotary tables follow from the configuration. They are computed, never fetched, and never merged.",
    );
  });

  it("is titled by its places", () => {
    expect(choiceTitle(["hf:a/b@step1", "hf:a/b@step2"])).toBe("a/b");
    expect(choiceTitle(["hf:a/b@step1", "disk:mine"])).toBe("a/b and folders of this machine");
  });

  it("is kept for as long as the browser says", () => {
    const stored = {
      files: [],
      usedBytes: 281e6,
      quotaBytes: 10.7e9,
      persistent: false,
      place: "this browser",
    };
    expect(keptWords(stored)).toBe(
      "281 MB of 10.7 GB used in this browser; the browser may clear it when space is short.",
    );
    expect(keptWords({ ...stored, quotaBytes: 0, place: "nowhere: this browser keeps no files" })).toBe(
      "Kept nowhere: this browser keeps no files.",
    );
    expect(keptWords({ ...stored, quotaBytes: null, persistent: true })).toBe(
      "281 MB used in this browser; kept until you let it go.",
    );
  });
});

describe("labels", () => {
  it("are steps where there are, and tell all checkpoints apart", () => {
    const labels = checkpointLabels([
      { name: "hf:a/one@step1000", step: 1000 },
      { name: "hf:a/two@step1000", step: 1000 },
      { name: "hf:a/two@main", step: null },
      { name: "disk:mine", step: null },
    ]);
    expect([...labels.values()]).toEqual(["a/one@step1000", "a/two@step1000", "main", "mine"]);
  });

  it("are short without being rounded", () => {
    const short = (step: number | null): string => shortLabel({ name: "hf:a/b@main", step });
    expect([3800, 143_000, 139_500, 139_512, null].map(short)).toEqual([
      "3800",
      "143k",
      "139.5k",
      "139512",
      "main",
    ]);
  });
});
