import { describe, expect, it } from "vitest";
import { measuresOf } from "../domain/measure.ts";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import type { Heldout, StudyRecord, Trial } from "../domain/study.ts";
import type { Ask, ModelAcquisition, Nominee } from "../domain/surrogate.ts";
import { optimizeCommand } from "./command.ts";
import { explainAsk, explainOutcome, judge, recipeWords, verdictSentence } from "./sentences.ts";

const [acc] = measuresOf("multiple-choice");
const [nll] = measuresOf("text");

function nominee(acquisition: ModelAcquisition, lambda: number, movedFrom: number | null = null): Nominee {
  return {
    acquisition,
    weights: [1 - lambda, lambda],
    value: 0.01,
    posterior: { mean: 0.714, std: 0.009 },
    movedFrom: movedFrom === null ? null : [1 - movedFrom, movedFrom],
    draw: null,
  };
}

function ask(change: Partial<Ask>): Ask {
  return {
    number: 4,
    kind: "acquisition",
    weights: [0.13, 0.87],
    lambda: 0.87,
    acquisition: "ei",
    nominees: [nominee("ei", 0.87), nominee("ucb", 0.91)],
    hedge: { pool: ["ei", "ucb"], eta: 1, gains: [1, 0.5], probabilities: [0.63, 0.37] },
    posterior: { mean: 0.714, std: 0.009 },
    surrogate: null,
    ...change,
  };
}

describe("why a λ was chosen", () => {
  it("names the pick, its probability and the other wish", () => {
    expect(explainAsk(ask({}))).toBe("GP-Hedge picked EI, p = 0.63: λ = 0.87; UCB wanted 0.91.");
  });

  it("says when both wanted the same, and shows a third decimal where two would hide the difference", () => {
    expect(explainAsk(ask({ nominees: [nominee("ei", 0.87), nominee("ucb", 0.87)] }))).toBe(
      "GP-Hedge picked EI, p = 0.63: λ = 0.87; UCB wanted the same.",
    );
    expect(explainAsk(ask({ nominees: [nominee("ei", 0.87), nominee("ucb", 0.873)] }))).toBe(
      "GP-Hedge picked EI, p = 0.63: λ = 0.87; UCB wanted 0.873.",
    );
  });

  it("speaks of a single acquisition function, and of a maximum measured already", () => {
    expect(explainAsk(ask({ hedge: null, nominees: [nominee("ei", 0.87, 0.884)] }))).toBe(
      "EI was highest at λ = 0.87 (its maximum 0.884 was measured already).",
    );
  });

  it("speaks of the initial design", () => {
    expect(
      explainAsk(ask({ number: 1, kind: "initial", acquisition: null, nominees: [], hedge: null })),
    ).toBe("Initial design, point 2: λ = 0.87, before the model chooses.");
  });
});

const trial: Trial = {
  number: 0,
  value: 0.721,
  stderr: 0.0198,
  n: 512,
  weights: [0.13, 0.87],
  lambda: 0.87,
  ask: ask({}),
  flips: { gained: 3, lost: 1 },
  elapsedMs: 400,
};
const heldout: Heldout = {
  split: "test",
  merge: { value: 0.71, stderr: 0.02, n: 500 },
  parents: [
    { value: 0.69, stderr: 0.02, n: 500 },
    { value: 0.696, stderr: 0.02, n: 500 },
  ],
  betterParent: 1,
  delta: 0.014,
  deltaStderr: 0.006,
  pValue: 0.021,
};

function record(change: Partial<StudyRecord>): StudyRecord {
  return {
    subject: { parents: ["demo:3600", "demo:3800"], task: "physical", split: "search", measure: acc },
    settings: defaultSearchSettings(2),
    parents: [
      { value: 0.68, stderr: 0.02, n: 512 },
      { value: 0.7, stderr: 0.02, n: 512 },
    ],
    trials: [trial],
    best: 0,
    surrogate: null,
    heldout,
    ...change,
  };
}
const labels = ["step 3600", "step 3800"];

describe("whether it is real", () => {
  it("says the gain on both halves, with its uncertainty", () => {
    expect(verdictSentence(record({}), labels)).toBe(
      "0.87 of step 3800 + 0.13 of step 3600: +2.1 points on 512 search items, +1.4 ± 0.6 on 500 unseen ones (p\u00a0=\u00a00.02): real, but smaller.",
    );
  });

  it("stops at the search items before the unseen ones are measured, and is silent before a trial", () => {
    expect(verdictSentence(record({ heldout: null }), labels)).toBe(
      "0.87 of step 3800 + 0.13 of step 3600: +2.1 points on 512 search items.",
    );
    expect(verdictSentence(record({ trials: [], best: null }), labels)).toBeNull();
  });

  it("turns losses so that + is better", () => {
    const subject = { ...record({}).subject, measure: nll };
    const parents = [
      { value: -1.31, stderr: 0.01, n: 500 },
      { value: -1.3, stderr: 0.01, n: 500 },
    ];
    const lossTrial = { ...trial, value: -1.285, stderr: 0.0102 };
    expect(verdictSentence(record({ subject, parents, trials: [lossTrial], heldout: null }), labels)).toBe(
      "0.87 of step 3800 + 0.13 of step 3600: +0.015 nats on 512 search items.",
    );
  });

  it.each([
    [0.021, { ...heldout, delta: 0.03 }, "real"],
    [0.021, heldout, "smaller"],
    [0.021, { ...heldout, pValue: 0.3 }, "unclear"],
    [0.021, { ...heldout, delta: -0.02 }, "worse"],
    [0, heldout, "no-gain"],
  ] as const)("judges a search gain of %d", (gain, compared, judgement) => {
    expect(judge(gain, compared)).toBe(judgement);
  });
});

it("says what came of a trial against what was expected", () => {
  expect(explainOutcome(record({}), trial)).toBe("It gave 72.1 ± 2.0 %; 71.4 ± 0.9 % was expected.");
});

it("writes a recipe newest first", () => {
  expect(recipeWords([0.2, 0.3, 0.5], ["a", "b", "c"])).toBe("0.50 of c + 0.30 of b + 0.20 of a");
});

it("writes the command that says the same, quoted where a shell needs it", () => {
  const { subject, settings } = record({});
  expect(optimizeCommand(subject, "multiple-choice", settings, null)).toBe(
    "npx mergescope optimize demo:3600 demo:3800 --task physical --seed 0",
  );
  const odd = { ...subject, task: "my task.jsonl", measure: measuresOf("multiple-choice")[1]! };
  expect(optimizeCommand(odd, "multiple-choice", { ...settings, alpha: 0, trials: 14 }, 40)).toBe(
    "npx mergescope optimize demo:3600 demo:3800 --task 'my task.jsonl' --metric acc_norm --limit 40 --seed 0 --alpha 0 --trials 14",
  );
});
