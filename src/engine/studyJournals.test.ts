import { describe, expect, it } from "vitest";
import { defaultSearchSettings } from "../domain/searchDefaults.ts";
import type { EngineEvent } from "../rpc/protocol.ts";
import { createMemoryJournals, type JournalStore } from "../storage/journals/journalStore.ts";
import { createEngine } from "./engine.ts";
import { tinyPlatform } from "./fixtures/tinyRun.ts";

const subject = {
  parents: ["demo:10", "demo:20"],
  task: "text",
  split: "search",
  metric: null,
  limit: null,
} as const;
const request = {
  subject,
  settings: { ...defaultSearchSettings(2), trials: 7 },
  history: [],
  picked: [],
  journal: { id: "first", fork: null },
  trials: 7,
  race: null,
};

const engineOver = (journals: JournalStore) =>
  createEngine(tinyPlatform({ openJournals: async () => journals }));
const quiet = () => ({ signal: new AbortController().signal, emit() {} });

/** Stops after so many trials. */
function stoppingAfter(trials: number) {
  const controller = new AbortController();
  let left = trials;
  const emit = (event: EngineEvent): void => {
    if (event.kind === "trial" && --left === 0) controller.abort();
  };
  return { signal: controller.signal, emit };
}

describe("a search's journal", () => {
  it("lets another page go on from where one was closed, to the same λ", async () => {
    const whole = await engineOver(createMemoryJournals()).call("optimize", request, quiet());
    const journals = createMemoryJournals();
    await expect(engineOver(journals).call("optimize", request, stoppingAfter(4))).rejects.toMatchObject({
      tag: "cancelled",
    });
    const [recalled, ...others] = await engineOver(journals).call("recallStudies", { subject }, quiet());
    expect(others).toEqual([]);
    expect(recalled).toMatchObject({ journal: "first", head: { settings: request.settings, fork: null } });
    expect(recalled!.trials).toHaveLength(4);
    expect(recalled!.given.map(({ weights }) => weights)).toEqual([
      [1, 0],
      [0, 1],
    ]);
    const resumed = await engineOver(journals).call(
      "optimize",
      { ...request, history: recalled!.trials },
      quiet(),
    );
    expect(resumed.trials.map(({ weights }) => weights)).toEqual(whole.trials.map(({ weights }) => weights));
    const [after] = await engineOver(journals).call("recallStudies", { subject }, quiet());
    expect(after!.trials).toHaveLength(7);
    expect(after!.pending).toBeNull();
  });

  it("goes on from its own trials where the page brings none, or fewer", async () => {
    const journals = createMemoryJournals();
    await engineOver(journals).call("optimize", { ...request, trials: 5 }, quiet());
    const record = await engineOver(journals).call("optimize", request, quiet());
    expect(record.trials).toHaveLength(7);
    const [kept] = await engineOver(journals).call("recallStudies", { subject }, quiet());
    expect(kept!.trials.map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("is written by one page at a time", async () => {
    const journals = createMemoryJournals();
    const engine = engineOver(journals);
    await engine.call("optimize", { ...request, trials: 2 }, quiet());
    const [kept] = await journals.list("");
    const writer = (await journals.open(kept!))!;
    await expect(engine.call("optimize", request, quiet())).rejects.toThrow("Another page runs this search.");
    await writer.close();
    expect((await engine.call("optimize", request, quiet())).trials).toHaveLength(7);
  });

  it("refuses a history that is another one's", async () => {
    const engine = engineOver(createMemoryJournals());
    const { trials } = await engine.call("optimize", { ...request, trials: 3 }, quiet());
    const history = trials.map((trial) => ({ ...trial, value: trial.value + 1 }));
    await expect(engine.call("optimize", { ...request, history }, quiet())).rejects.toMatchObject({
      tag: "mismatch",
    });
  });

  it("is left out where it cannot be read, and gone when it is forgotten", async () => {
    const journals = createMemoryJournals();
    const engine = engineOver(journals);
    await engine.call("optimize", { ...request, trials: 1 }, quiet());
    const [key] = await journals.list("");
    const writer = (await journals.open(`${key!.replace("first", "broken")}`))!;
    await writer.append("nonsense\n");
    await writer.close();
    expect(await engine.call("recallStudies", { subject }, quiet())).toHaveLength(1);
    expect(await engine.call("recallStudies", { subject: { ...subject, limit: 2 } }, quiet())).toEqual([]);
    await engine.call("forgetStudy", { subject, journal: "first" }, quiet());
    expect(await engine.call("recallStudies", { subject }, quiet())).toEqual([]);
  });
});
