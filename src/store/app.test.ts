import { beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../base/errors.ts";
import type { Engine } from "../rpc/protocol.ts";
import { appOver, forgetWorld, until, world } from "./fixtures/appOver.ts";
import { createFakeEngine } from "./fixtures/fakeEngine.ts";
import { currentMatrix } from "./matrix.ts";
import { currentStudy, isComplete, isStale } from "./study.ts";
import { currentSweep, shareAbove } from "./sweep.ts";
import { currentTrajectory } from "./trajectory.ts";

beforeEach(forgetWorld);

describe("the start", () => {
  it("shows the shipped results before the engine has answered", async () => {
    const waiting: (() => void)[] = [];
    const answer = (): void => {
      for (const go of waiting.splice(0)) go();
    };
    const slow: Engine = {
      call: async (...call) => {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
        return createFakeEngine({ delayMs: 0 }).call(...call);
      },
    };
    const app = appOver(slow);
    const started = app.start();
    await until(() => currentStudy(app.store.getState()) !== null);
    const state = app.store.getState();
    expect(state.device.info).toBeNull();
    expect(currentStudy(state)).toMatchObject({ origin: "shipped", record: { trials: { length: 12 } } });
    expect(currentMatrix(state)?.cells).toHaveLength(55);
    expect(Object.keys(currentTrajectory(state)?.scores ?? {})).toHaveLength(16);
    await until(() => {
      answer();
      return app.store.getState().device.info !== null;
    });
    const going = setInterval(answer, 0);
    await started;
    clearInterval(going);
  });

  it("works without shipped results, and says that there are none", async () => {
    const app = appOver(createFakeEngine({ delayMs: 0 }), {
      fetchShipped: async () => new Response("", { status: 404 }),
    });
    await app.start();
    const state = app.store.getState();
    expect(state.view.notices).toEqual(["No shipped results were found. Everything can be measured here."]);
    expect(state.subject).toMatchObject({ task: "which-tool", parents: ["demo:3600", "demo:3800"] });
    expect(state.matrix.checkpoints).toHaveLength(13);
    expect(currentStudy(state)).toBeNull();
  });

  it("follows the address, and says what it could not follow", async () => {
    world.query = "?pair=3400,3000&seed=7&alpha=2&task=who-owns&backend=wasm";
    const app = appOver(createFakeEngine({ delayMs: 0 }));
    await app.start();
    const { subject, device, view } = app.store.getState();
    expect(subject).toMatchObject({ task: "who-owns", parents: ["demo:3000", "demo:3400"] });
    expect(subject.settings).toMatchObject({ seed: 7, alpha: 0.5 });
    expect(device.info?.kind).toBe("wasm");
    expect(view.notices).toEqual(["The address's alpha “2” was ignored: it takes a number from 0 to 0.99."]);
    expect(world.query).toBe("?task=who-owns&pair=3000,3400&seed=7&backend=wasm");
  });

  it("keeps a device's failure as a record, with another device to go on with", async () => {
    const failure = new AppError("device", "The adapter is lost.", { advice: "Use wasm." });
    const app = appOver(createFakeEngine({ delayMs: 0, failing: { start: failure } }));
    await app.start();
    expect(app.store.getState().device).toMatchObject({
      info: null,
      error: { tag: "device", message: "The adapter is lost.", advice: "Use wasm." },
    });
  });
});

describe("a search", () => {
  it("runs all trials, then measures the best merge on unseen rows", async () => {
    const app = appOver(createFakeEngine({ delayMs: 0 }));
    await app.start();
    app.actions.pickParents(["demo:3400", "demo:3000"]);
    expect(currentStudy(app.store.getState())).toBeNull();
    await app.actions.runStudy();
    const entry = currentStudy(app.store.getState());
    expect(entry).toMatchObject({ origin: "computed", status: { kind: "idle" }, pending: null });
    expect(entry?.record.trials.map(({ number }) => number)).toEqual([...Array(12).keys()]);
    expect(entry?.record.surrogate).not.toBeNull();
    expect(entry?.record.heldout?.split).toBe("test");
  });

  it("goes on after a pause with exactly the trials it had", async () => {
    const histories: number[] = [];
    const fake = createFakeEngine({ delayMs: 2 });
    const spy: Engine = {
      call: (method, request, job) => {
        if ("history" in request) histories.push(request.history.length);
        return fake.call(method, request, job);
      },
    };
    const app = appOver(spy);
    await app.start();
    app.actions.pickParents(["demo:3400", "demo:3000"]);
    const run = app.actions.runStudy();
    const trials = () => currentStudy(app.store.getState())?.record.trials ?? [];
    await until(() => trials().length >= 3);
    app.actions.pauseStudy();
    await run;
    const kept = trials();
    expect(currentStudy(app.store.getState())).toMatchObject({ status: { kind: "paused" }, pending: null });
    expect(kept.length).toBeLessThan(12);
    await app.actions.stepStudy();
    expect(trials()).toHaveLength(kept.length + 1);
    await app.actions.runStudy();
    expect(histories).toEqual([0, kept.length, kept.length + 1]);
    expect(trials().slice(0, kept.length)).toEqual(kept);
    expect(trials()).toHaveLength(12);
  });

  it("ends with what it has when stopped, with a verdict, and begins anew when run again", async () => {
    const app = appOver(createFakeEngine({ delayMs: 2 }));
    await app.start();
    app.actions.pickParents(["demo:3400", "demo:3000"]);
    const run = app.actions.runStudy();
    await until(() => (currentStudy(app.store.getState())?.record.trials.length ?? 0) >= 2);
    await app.actions.stopStudy();
    await run;
    const stopped = currentStudy(app.store.getState())!;
    expect(stopped).toMatchObject({ stopped: true, status: { kind: "idle" } });
    expect(isComplete(stopped)).toBe(false);
    expect(stopped.record.heldout).not.toBeNull();
    await app.actions.runStudy();
    expect(currentStudy(app.store.getState())).toMatchObject({ stopped: false });
    expect(isComplete(currentStudy(app.store.getState())!)).toBe(true);
  });

  it("is stale once its settings changed, and is run afresh then", async () => {
    const app = appOver(createFakeEngine({ delayMs: 0 }));
    await app.start();
    const settings = () => app.store.getState().subject.settings;
    expect(isStale(currentStudy(app.store.getState())!, settings())).toBe(false);
    app.actions.changeSettings({ seed: 3 });
    expect(isStale(currentStudy(app.store.getState())!, settings())).toBe(true);
    await app.actions.runStudy();
    const entry = currentStudy(app.store.getState())!;
    expect(entry.record.settings.seed).toBe(3);
    expect(isStale(entry, settings())).toBe(false);
    expect(world.query).toContain("seed=3");
  });

  it("keeps a failure in words, and its trials", async () => {
    const failure = new AppError("out-of-memory", "It did not fit.");
    const app = appOver(createFakeEngine({ delayMs: 0, failing: { optimize: failure } }));
    await app.start();
    app.actions.pickParents(["demo:3400", "demo:3000"]);
    await app.actions.runStudy();
    expect(currentStudy(app.store.getState())?.status).toMatchObject({
      kind: "failed",
      error: { tag: "out-of-memory", message: "It did not fit." },
    });
  });

  it("holds when another pair is opened, and is there when one comes back", async () => {
    const app = appOver(createFakeEngine({ delayMs: 2 }));
    await app.start();
    app.actions.pickParents(["demo:3400", "demo:3000"]);
    const run = app.actions.runStudy();
    await until(() => (currentStudy(app.store.getState())?.record.trials.length ?? 0) >= 2);
    app.actions.pickParents(["demo:3400", "demo:3200"]);
    await run;
    expect(currentStudy(app.store.getState())).toBeNull();
    app.actions.pickParents(["demo:3400", "demo:3000"]);
    expect(currentStudy(app.store.getState())?.status.kind).toBe("paused");
    expect(currentStudy(app.store.getState())?.record.trials.length).toBeGreaterThanOrEqual(2);
  });
});

describe("other work", () => {
  it("goes on with the missing points of a cancelled sweep", async () => {
    const app = appOver(createFakeEngine({ delayMs: 1 }));
    await app.start();
    app.actions.pickParents(["demo:3400", "demo:3000"]);
    const run = app.actions.runSweep();
    await until(() => (currentSweep(app.store.getState())?.points.length ?? 0) >= 5);
    app.actions.cancelSweep();
    await run;
    expect(currentSweep(app.store.getState())?.points.length).toBeLessThan(100);
    await app.actions.runSweep();
    const entry = currentSweep(app.store.getState())!;
    expect(entry.points).toHaveLength(100);
    expect(new Set(entry.points.map(({ lambda }) => lambda)).size).toBe(100);
    expect(entry.points.map(({ lambda }) => lambda)).toEqual(
      entry.points.map(({ lambda }) => lambda).toSorted((a, b) => a - b),
    );
    expect(shareAbove(entry)).toBeGreaterThan(0);
  });

  it("lets a search go before the heat map, which finishes afterwards", async () => {
    const app = appOver(createFakeEngine({ delayMs: 1 }));
    await app.start();
    app.actions.pickRule("greedy");
    const matrix = app.actions.runMatrix();
    await until(() => (currentMatrix(app.store.getState())?.cells.length ?? 0) >= 3);
    app.actions.pickParents(["demo:3400", "demo:3000"]);
    await app.actions.runStudy();
    expect(currentStudy(app.store.getState())?.record.trials).toHaveLength(12);
    expect(currentMatrix(app.store.getState())?.cells.length).toBeLessThan(55);
    await matrix;
    expect(currentMatrix(app.store.getState())).toMatchObject({ status: { kind: "idle" } });
    expect(currentMatrix(app.store.getState())?.cells).toHaveLength(55);
  });

  it("drops the items of a merge that is no longer asked for", async () => {
    const app = appOver(createFakeEngine({ delayMs: 5 }));
    await app.start();
    const first = app.actions.openItems([0.5, 0.5]);
    const second = app.actions.openItems([0.2, 0.8]);
    app.actions.pickParents(["demo:3400", "demo:3000"]);
    await Promise.all([first, second]);
    expect(app.store.getState().items).toEqual({ weights: null, changes: null, status: { kind: "idle" } });
  });

  it("measures the checkpoints that have no score yet", async () => {
    const app = appOver(createFakeEngine({ delayMs: 0 }));
    await app.start();
    app.actions.pickMetric("acc_norm");
    expect(currentTrajectory(app.store.getState())).toBeNull();
    await app.actions.measureTrajectory();
    expect(Object.keys(currentTrajectory(app.store.getState())?.scores ?? {})).toHaveLength(16);
    expect(app.store.getState().trajectory.status).toEqual({ kind: "idle" });
  });

  it("scrubs between the first step and the newest", async () => {
    const app = appOver(createFakeEngine({ delayMs: 0 }));
    await app.start();
    const step = () => app.store.getState().view.step;
    app.actions.moveStep(-1);
    expect(step()).toBe(12);
    app.actions.showStep(-5);
    expect(step()).toBe(1);
    app.actions.moveStep(40);
    expect(step()).toBeNull();
  });

  it("remembers the theme", () => {
    const app = appOver(createFakeEngine({ delayMs: 0 }));
    app.actions.pickTheme("dark");
    expect(appOver(createFakeEngine({ delayMs: 0 })).store.getState().view.theme).toBe("dark");
  });
});
