import { describe, expect, it } from "vitest";
import type { Measurement, SuggestSettings } from "./surrogate.ts";
import { formatTableLink, LONGEST_LINK, parseTableLink } from "./tableLink.ts";
import { formatTableLinkSettings } from "./tableLinkSettings.ts";

const pair = (lambda: number, value: number, stderr: number | null = null) => ({
  weights: [1 - lambda, lambda],
  value,
  stderr,
});

/** Uniform in [0, 1), by the multiplier of Lehmer's generator. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const USUAL: SuggestSettings = {
  alpha: 0,
  acquisition: "ei",
  kernel: "matern52",
  noise: "fitted",
  estimate: "likelihood",
  incumbent: "posterior",
  beta: 2,
  gridPoints: 201,
  seed: 0,
  fixed: {},
  standardize: true,
  batch: 1,
};

function randomRows(uniform: () => number): readonly Measurement[] {
  const parents = 2 + Math.floor(uniform() * 7);
  return Array.from({ length: 1 + Math.floor(uniform() * 12) }, () => {
    const parts = Array.from({ length: parents }, () => uniform());
    const sum = parts.reduce((a, b) => a + b, 0);
    const value = (uniform() - 0.5) * 10 ** Math.floor(uniform() * 40 - 20);
    return { weights: parts.map((part) => part / sum), value, stderr: uniform() < 0.5 ? uniform() : null };
  });
}

describe("a table's link", () => {
  it.each([
    ["λ", [pair(0, 55.63), pair(0.1 + 0.2, 53), pair(1, 54.98)]],
    ["λ with errors", [pair(0.25, 0.1, 0.01), pair(1 / 3, -2.5e-7, 0)]],
    ["λ with some errors", [pair(0.25, 0.1, 0.01), pair(1 / 3, 2)]],
    [
      "weights",
      [
        { weights: [0.2, 0.3, 0.5], value: 1, stderr: null },
        { weights: [1 / 3, 1 / 3, 1 / 3], value: 2, stderr: null },
      ],
    ],
  ])("brings back %s bit for bit", (_, rows) => {
    const text = formatTableLink({ name: "7B, run (a)", rows })!;
    expect(parseTableLink(text)?.rows).toEqual(rows);
    expect(parseTableLink(text)?.name).toBe("7B run (a)");
    expect(parseTableLink(new URLSearchParams({ table: text }).get("table")!)?.rows).toEqual(rows);
  });

  it("says when a table is too long for one", () => {
    const rows = Array.from({ length: 600 }, (_, i) => pair(i / 599, Math.sin(i)));
    expect(formatTableLink({ name: "long", rows })).toBeNull();
  });

  it.each([
    "",
    "a",
    "a~l",
    "a~x~0.5,1",
    "a~l~0.5",
    "a~l~2,1",
    "a~l~0.5,NaN",
    "a~l~0.5,1,2",
    "a~w~0.5,0.6,1",
    "a~w~0.5,0.5,1~1,1",
    "a~ls~0.5,1,-1",
    "a~w~1,1",
    "a~l~,",
    `a~l~${"0.5,1~".repeat(3000)}`,
    `a~w~${"0.1,".repeat(10)}1`,
    "x".repeat(LONGEST_LINK + 1),
  ])("is none: %.40s", (text) => {
    expect(parseTableLink(text)).toBeNull();
  });

  it("brings back whatever rows and settings there are, bit for bit", () => {
    const uniform = seeded(1);
    for (let turn = 0; turn < 300; turn++) {
      const rows = randomRows(uniform);
      const changed = { batch: 1 + Math.floor(uniform() * 64), alpha: uniform(), kernel: "rbf" } as const;
      const text = formatTableLink(
        { name: "t", rows },
        formatTableLinkSettings({ ...USUAL, ...changed }, USUAL),
      )!;
      const expected = changed.batch === 1 ? { alpha: changed.alpha, kernel: changed.kernel } : changed;
      expect(parseTableLink(text)).toEqual({ name: "t", rows, settings: expected });
    }
  });

  it("carries no settings where they are the usual ones", () => {
    expect(formatTableLinkSettings(USUAL, USUAL)).toBe("");
    expect(parseTableLink("t~l~0,1")?.settings).toEqual({});
  });

  it("keeps to its length as it stands in an address", () => {
    for (const count of [100, 200, 300, 400]) {
      const rows = Array.from({ length: count }, (_, i) =>
        pair(i / 512, Math.round(1e6 * Math.sin(i)) / 1e6),
      );
      const text = formatTableLink({ name: "t", rows });
      if (text !== null) expect(encodeURIComponent(text).length).toBeLessThanOrEqual(LONGEST_LINK);
      expect(text === null).toBe(count > 300);
    }
  });

  it.each([
    "a~l!~0.5,1",
    "a~l!batch=0~0.5,1",
    "a~l!batch=1e9~0.5,1",
    "a~l!batch=~0.5,1",
    "a~l!batch=2!batch=3~0.5,1",
    "a~l!alpha=1~0.5,1",
    "a~l!alpha=NaN~0.5,1",
    "a~l!kernel=magic~0.5,1",
    "a~l!acquisition=random~0.5,1",
    "a~l!__proto__=1~0.5,1",
    "a~l!constructor=1~0.5,1",
    "a~l!batch=2=3~0.5,1",
    "a~ls~0.5,1,Infinity",
    "a~ls~0.5,1,x",
    "a~ls~0.5",
  ])("is none, by its settings or errors: %s", (text) => {
    expect(parseTableLink(text)).toBeNull();
  });

  it("throws at nothing, and lets no number through that is none", () => {
    const uniform = seeded(2);
    const pieces = [
      "",
      "~",
      ",",
      "!",
      "=",
      "NaN",
      "1e999",
      "-1",
      "Infinity",
      "\u0000",
      "\ud800",
      "__proto__",
      "0x9",
    ];
    for (let turn = 0; turn < 2000; turn++) {
      let text = formatTableLink({ name: "t", rows: randomRows(uniform) }, "batch=2!alpha=0.5")!;
      for (let cut = 0; cut < 1 + 3 * uniform(); cut++) {
        const at = Math.floor(uniform() * text.length);
        const piece = pieces[Math.floor(uniform() * pieces.length)]!;
        text = text.slice(0, at) + piece + text.slice(at + Math.floor(uniform() * 4));
      }
      for (const { weights, value, stderr } of parseTableLink(text)?.rows ?? []) {
        expect([...weights, value, stderr ?? 0].every(Number.isFinite)).toBe(true);
        expect(weights.every((weight) => weight >= 0)).toBe(true);
      }
    }
  });
});
