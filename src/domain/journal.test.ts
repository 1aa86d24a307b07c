import { describe, expect, it } from "vitest";
import { AppError } from "../base/errors.ts";
import { formatAsk, formatGiven, formatHead, formatTrial, parseJournal, wholeLines } from "./journal.ts";
import { defaultSearchSettings } from "./searchDefaults.ts";
import type { Trial } from "./study.ts";
import type { Ask } from "./surrogate.ts";

const head = {
  subject: { parents: ["a", "b"], task: null, split: null, metric: null, limit: null },
  settings: { ...defaultSearchSettings(2), seed: 7 },
  fork: null,
};
const ask = (number: number): Ask => ({
  number,
  kind: "initial",
  weights: [0.25, 0.75],
  lambda: 0.75,
  acquisition: null,
  nominees: [],
  hedge: null,
  posterior: null,
  surrogate: null,
});
const trial = (number: number): Trial => ({
  number,
  weights: [0.25, 0.75],
  lambda: 0.75,
  value: 0.1 + 0.2,
  stderr: null,
  n: 3,
  ask: ask(number),
  flips: null,
  elapsedMs: 5,
});
const given = { weights: [1, 0], value: 0.5, stderr: 0.01 };
const TEXT = [
  formatHead(head),
  formatGiven(given),
  formatAsk(ask(0), 7),
  formatTrial(trial(0)),
  formatAsk(ask(1), 7),
].join("");

describe("a journal", () => {
  it("comes back as it was written, with what was asked and not answered", () => {
    expect(parseJournal("j", TEXT)).toEqual({ head, given: [given], trials: [trial(0)], pending: ask(1) });
    expect(JSON.parse(TEXT.split("\n")[0]!)).toMatchObject({
      mergescopeJournal: 2,
      rng: { algorithm: "xoshiro128**", seed: 7 },
    });
    expect(JSON.parse(TEXT.split("\n")[4]!).rng).toEqual({ seed: 7, trial: 1 });
  });

  it("leaves out a line that was cut short, wherever", () => {
    for (let end = formatHead(head).length; end < TEXT.length; end++) {
      const cut = TEXT.slice(0, end);
      expect(parseJournal("j", cut)).toEqual(parseJournal("j", wholeLines(cut)));
    }
  });

  it("reads version 1: a head without what was added since, and bare trials", () => {
    const { estimate: _, fixed: __, ...old } = head.settings;
    const text = `${JSON.stringify({ mergescopeJournal: 1, subject: { parents: ["a", "b"], task: "t", split: "search", metric: "acc", limit: null }, settings: old })}\n${JSON.stringify(trial(0))}\n${formatTrial(trial(1))}`;
    const read = parseJournal("j", text);
    expect(read.head.settings).toEqual(head.settings);
    expect(read.trials.map(({ number }) => number)).toEqual([0, 1]);
  });

  it.each([
    ["", 1],
    ["hello\n", 1],
    ['{"mergescopeJournal":3}\n', 1],
    [formatTrial(trial(0)), 1],
    [`${formatHead(head)}x\n`, 2],
    [`${formatHead(head)}{"record":"nothing"}\n`, 2],
    [formatHead(head) + formatTrial(trial(1)), 2],
    [formatHead(head) + formatTrial(trial(0)) + formatTrial(trial(0)), 3],
    [formatHead(head) + formatAsk(ask(2), 7), 2],
    [`${formatHead(head)}{"record":"given","weights":[-1,2],"value":1,"stderr":null}\n`, 2],
    [`${formatHead(head)}{"record":"given","weights":[0.5,0.5],"value":1e999,"stderr":null}\n`, 2],
  ])("refuses %.60j with its line", (text, line) => {
    expect(() => parseJournal("j", text)).toThrow(`line ${line} cannot be read`);
  });

  it("throws nothing but such errors at whatever is made of one", () => {
    let state = 1;
    const below = (bound: number): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state % bound;
    };
    for (let turn = 0; turn < 300; turn++) {
      const at = below(TEXT.length);
      const piece = ["", "\n", '"', "{", "null", "1e999", "[", "-"][below(8)]!;
      try {
        parseJournal("j", TEXT.slice(0, at) + piece + TEXT.slice(at + below(5)));
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(AppError);
      }
    }
  });
});
