import { beforeEach, describe, expect, it } from "vitest";
import { branchesOf } from "./branches.ts";
import { appOver, forgetWorld } from "./fixtures/appOver.ts";
import { createFakeEngine } from "./fixtures/fakeEngine.ts";
import { NO_WHAT_IF } from "./labState.ts";
import { currentStudy, currentStudyKey, isComplete, isStale } from "./study.ts";
import { currentKey } from "./subject.ts";

beforeEach(forgetWorld);

async function startedApp() {
  const app = appOver(createFakeEngine({ delayMs: 0 }));
  await app.start();
  await app.actions.runStudy();
  const question = currentKey(app.store.getState(), app.store.getState().subject.parents)!;
  return { ...app, question };
}

describe("a fork", () => {
  it("keeps the trials before its step, goes its own way and leaves the first search as it was", async () => {
    const { store, actions, question } = await startedApp();
    const before = currentStudy(store.getState())!;
    await actions.forkStudy(6, { acquisition: "ucb" }, null);
    const state = store.getState();
    const branch = currentStudy(state)!;
    expect(branch.fork).toEqual({ of: question, step: 6 });
    expect(branch.record.settings.acquisition).toBe("ucb");
    expect(branch.record.trials.slice(0, 5)).toEqual(before.record.trials.slice(0, 5));
    expect(isComplete(branch)).toBe(true);
    expect(isStale(branch, state.subject.settings)).toBe(false);
    expect(state.study.entries[question]).toEqual(before);
    expect(branchesOf(state, question).map(({ key }) => key)).toEqual([question, currentStudyKey(state)]);
  });

  it("measures what the person picked first", async () => {
    const { store, actions } = await startedApp();
    await actions.forkStudy(5, {}, [0.75, 0.25]);
    const { trials } = currentStudy(store.getState())!.record;
    expect(trials[4]!.ask.kind).toBe("person");
    expect(trials[4]!.weights).toEqual([0.75, 0.25]);
    expect(trials[5]!.ask.kind).not.toBe("person");
  });

  it("can be closed; the first search cannot", async () => {
    const { store, actions, question } = await startedApp();
    const { settings } = store.getState().subject;
    await actions.forkStudy(6, { acquisition: "ucb" }, null);
    const key = currentStudyKey(store.getState())!;
    actions.closeBranch(question);
    expect(branchesOf(store.getState(), question)).toHaveLength(2);
    actions.closeBranch(key);
    expect(branchesOf(store.getState(), question)).toHaveLength(1);
    expect(currentStudyKey(store.getState())).toBe(question);
    expect(store.getState().subject.settings).toEqual(settings);
  });

  it("is not taken for a search of another question", async () => {
    const { store, actions, question } = await startedApp();
    await actions.forkStudy(6, { acquisition: "ucb" }, null);
    actions.pickParents(["demo:3400", "demo:3000"]);
    const other = currentKey(store.getState(), store.getState().subject.parents);
    expect(branchesOf(store.getState(), other)).toEqual([]);
    actions.pickParents(["demo:3600", "demo:3800"]);
    expect(branchesOf(store.getState(), question)).toHaveLength(2);
  });
});

describe("a trial more", () => {
  it("is added to a complete search, at the weights that were picked", async () => {
    const { store, actions } = await startedApp();
    const before = currentStudy(store.getState())!.record;
    await actions.stepStudy([0.5, 0.5]);
    const after = currentStudy(store.getState())!.record;
    expect(after.trials.slice(0, -1)).toEqual(before.trials);
    expect(after.trials.at(-1)).toMatchObject({ weights: [0.5, 0.5], ask: { kind: "person" } });
  });
});

describe("what if", () => {
  it("shows what would be asked, adds changes, and changes nothing that was measured", async () => {
    const { store, actions } = await startedApp();
    const before = currentStudy(store.getState());
    await actions.reconsider(6, { beta: 9 });
    await actions.reconsider(6, { kernel: "rbf" });
    const { now } = store.getState().whatIf;
    expect(now).toMatchObject({ step: 6, settings: { beta: 9, kernel: "rbf" }, ask: { number: 5 } });
    expect(currentStudy(store.getState())).toBe(before);
    actions.endWhatIf();
    expect(store.getState().whatIf).toEqual(NO_WHAT_IF);
  });

  it("begins anew at another step, and ends when another search is shown", async () => {
    const { store, actions } = await startedApp();
    await actions.reconsider(6, { beta: 9 });
    await actions.reconsider(7, {});
    expect(store.getState().whatIf.now?.settings.beta).toBe(
      currentStudy(store.getState())!.record.settings.beta,
    );
    actions.pickParents(["demo:3400", "demo:3000"]);
    expect(store.getState().whatIf).toEqual(NO_WHAT_IF);
  });
});
