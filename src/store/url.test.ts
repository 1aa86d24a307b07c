import { describe, expect, it } from "vitest";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import { FAKE_RUN } from "./fixtures/fakeRun.ts";
import { formatAddress, parseAddress, parseBackend } from "./url.ts";

const usual = defaultSearchSettings(2);

describe("the address", () => {
  it("comes back as it was written", () => {
    const state = {
      task: "who-owns",
      metric: "acc",
      parents: ["demo:500", "demo:3800"],
      limit: 40,
      settings: { ...usual, alpha: 0.25, acquisition: "logei", kernel: "rbf", noise: "known", trials: 20 },
      backend: "wasm",
    } as const;
    const query = formatAddress(state, FAKE_RUN, usual);
    expect(query).toBe(
      "?task=who-owns&measure=acc&pair=500,3800&items=40&alpha=0.25&trials=20&acquisition=logei&kernel=rbf&noise=known&backend=wasm",
    );
    const read = parseAddress(query, FAKE_RUN);
    expect(read).toMatchObject({
      task: "who-owns",
      metric: "acc",
      parents: state.parents,
      limit: 40,
      notices: [],
    });
    expect({ ...usual, ...read.settings }).toEqual(state.settings);
    expect(parseBackend(query)).toBe("wasm");
  });

  it.each([
    ["pair=300,300", "The address's pair “300,300” was ignored: it takes two checkpoints of this run."],
    ["pair=3600", "The address's pair “3600” was ignored: it takes two checkpoints of this run."],
    ["items=0", "The address's items “0” was ignored: it takes a whole number from 1."],
    ["seed=1.5", "The address's seed “1.5” was ignored: it takes a whole number."],
    ["seed=", "The address's seed “” was ignored: it takes a whole number."],
    ["alpha=NaN", "The address's alpha “NaN” was ignored: it takes a number from 0 to 0.99."],
    ["kernel=__proto__", "The address's kernel “__proto__” was ignored: it takes matern52, matern32, rbf."],
    ["measure=nll", "The address's measure “nll” was ignored: it takes a measure of the task."],
    ["backend=cuda", "The address's backend “cuda” was ignored: it takes auto, webgpu, wasm."],
  ])("ignores %s, and says so", (query, notice) => {
    const read = parseAddress(`?${query}`, FAKE_RUN);
    expect(read.notices).toEqual([notice]);
    expect(read).toMatchObject({ task: null, metric: null, parents: null, limit: null, settings: {} });
  });

  it("shortens what it repeats", () => {
    const [notice] = parseAddress(`?task=${"x".repeat(500)}`, FAKE_RUN).notices;
    expect(notice).toBe(
      `The address's task “${"x".repeat(24)}…” was ignored: it takes a task of this run; benchmarks and task files are opened with the + beside the task menu.`,
    );
  });
});
