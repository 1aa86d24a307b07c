import { beforeEach, describe, expect, it } from "vitest";
import type { Engine, EngineMethod } from "../rpc/protocol.ts";
import type { App } from "./app.ts";
import { bytesToFetch, canExplore } from "./choice.ts";
import { appOver, forgetWorld, until, world } from "./fixtures/appOver.ts";
import { createFakeEngine } from "./fixtures/fakeEngine.ts";
import { pythia } from "./fixtures/fakeHub.ts";
import { FAKE_RUN } from "./fixtures/fakeRun.ts";
import { keptRows } from "./kept.ts";
import { currentMatrix } from "./matrix.ts";
import { currentStudy } from "./study.ts";
import { currentTrajectory } from "./trajectory.ts";

const PAIR = [pythia(1000), pythia(2000)];
const WEIGHTS = 140_850_000;

/** An engine that tells what it was asked. */
function spied(delayMs = 0): { readonly engine: Engine; readonly asked: EngineMethod[] } {
  const fake = createFakeEngine({ delayMs });
  const asked: EngineMethod[] = [];
  const engine: Engine = {
    call: (method, request, job) => {
      asked.push(method);
      return fake.call(method, request, job);
    },
  };
  return { engine, asked };
}

async function started(engine: Engine = createFakeEngine({ delayMs: 0 })): Promise<App> {
  const app = appOver(engine);
  await app.start();
  app.actions.showOpener(true);
  return app;
}

/** Looks up, picks, looks into, explores. */
async function opened(app: App, repository = "EleutherAI/pythia-70m"): Promise<void> {
  app.actions.pickRevisions(repository, ["step2000", "step1000"]);
  await app.actions.inspectChoice();
  await app.actions.explore();
}

beforeEach(forgetWorld);

describe("checkpoints of the hub", () => {
  it("are looked up, picked, looked into, fetched and opened", async () => {
    const { engine, asked } = spied();
    const app = await started(engine);
    await app.actions.lookUp("EleutherAI/pythia-70m");
    expect(app.store.getState().hub.found?.revisions).toHaveLength(155);

    app.actions.pickRevisions("EleutherAI/pythia-70m", ["step2000", "step1000"]);
    expect(app.store.getState().choice.checkpoints).toEqual(PAIR);

    await app.actions.inspectChoice();
    const looked = app.store.getState().choice;
    expect(looked).toMatchObject({ looking: true, arrived: false, inspection: { conflict: null } });
    expect(bytesToFetch(looked)).toBe(2 * WEIGHTS);
    expect(canExplore(looked)).toBe(true);
    expect(asked).not.toContain("fetchCheckpoints");

    await app.actions.explore();
    const state = app.store.getState();
    expect(asked.filter((method) => method !== "recallStudies").slice(-2)).toEqual([
      "fetchCheckpoints",
      "openRun",
    ]);
    expect(state.run.info).toMatchObject({ title: "EleutherAI/pythia-70m", checkpoints: { length: 2 } });
    expect(state.subject).toMatchObject({ task: "which-tool", parents: PAIR, metric: null });
    expect(state.matrix.checkpoints).toEqual(PAIR);
    expect(state.view.opener).toBe(false);
    expect(state.choice.checkpoints).toEqual([]);
    expect(currentStudy(state)).toBeNull();
    expect(currentMatrix(state)).toBeNull();
  });

  it("keep a failed look-up in words, and a later one replaces it", async () => {
    const app = await started();
    await app.actions.lookUp("someone/gated");
    expect(app.store.getState().hub).toMatchObject({ found: null, status: { kind: "failed" } });
    await app.actions.lookUp("EleutherAI/pythia-70m");
    expect(app.store.getState().hub.status).toEqual({ kind: "idle" });
  });

  it("are asked at a mirror with a token that the page does not keep", async () => {
    const app = await started();
    expect(await app.actions.useHub("https://mirror.example", "hf_secret")).toBe(true);
    const state = app.store.getState();
    expect(state.hub).toMatchObject({ endpoint: "https://mirror.example", hasToken: true });
    expect(JSON.stringify(state)).not.toContain("hf_secret");
    expect(world.query).not.toContain("mirror");
    expect(await app.actions.useHub("gopher", null)).toBe(false);
    expect(app.store.getState().hub.endpoint).toBe("https://mirror.example");
  });

  it("drop the look-up that was overtaken", async () => {
    const app = await started(createFakeEngine({ delayMs: 5 }));
    const first = app.actions.lookUp("a/first");
    const second = app.actions.lookUp("a/second");
    await Promise.all([first, second]);
    expect(app.store.getState().hub.found?.repository).toBe("a/second");
  });

  it("are not opened where they do not fit one another, or this machine", async () => {
    const { engine, asked } = spied();
    const app = await started(engine);
    await opened(app, "someone/mismatch");
    expect(canExplore(app.store.getState().choice)).toBe(false);
    app.actions.pickRevisions("someone/mismatch", []);
    await opened(app, "someone/huge");
    expect(canExplore(app.store.getState().choice)).toBe(false);
    expect(asked).not.toContain("openRun");
    expect(asked).not.toContain("fetchCheckpoints");
  });
});

describe("a fetch", () => {
  it("goes on where it broke", async () => {
    const app = await started();
    await opened(app, "someone/breaks");
    const broken = app.store.getState().choice;
    expect(broken.fetching).toMatchObject({ kind: "failed", error: { tag: "read-failed" } });
    expect(app.store.getState().run.info?.name).toBe("pocket-neox");
    const left = bytesToFetch(broken);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(2 * WEIGHTS);

    await app.actions.explore();
    expect(app.store.getState().run.info?.title).toBe("someone/breaks");
  });

  it("is cancelled with what came kept, and goes on", async () => {
    const app = await started(createFakeEngine({ delayMs: 1 }));
    const run = opened(app);
    await until(() => (app.store.getState().choice.fetched?.done ?? 0) > 10e6);
    app.actions.cancelFetch();
    await run;
    const { choice } = app.store.getState();
    expect(choice).toMatchObject({ fetching: { kind: "paused" }, arrived: false });
    expect(bytesToFetch(choice)).toBeLessThan(2 * WEIGHTS);
    await app.actions.explore();
    expect(app.store.getState().run.info?.title).toBe("EleutherAI/pythia-70m");
  });

  it("does not take the page away from who closed the panel meanwhile", async () => {
    const app = await started(createFakeEngine({ delayMs: 1 }));
    const run = opened(app);
    await until(() => app.store.getState().choice.fetched !== null);
    app.actions.showOpener(false);
    await run;
    expect(app.store.getState().choice.arrived).toBe(true);
    expect(app.store.getState().run.info?.name).toBe("pocket-neox");
    app.actions.showOpener(true);
    await app.actions.explore();
    expect(app.store.getState().run.info?.title).toBe("EleutherAI/pythia-70m");
  });

  it("ends when others are picked", async () => {
    const app = await started(createFakeEngine({ delayMs: 1 }));
    const run = opened(app);
    await until(() => app.store.getState().choice.fetched !== null);
    app.actions.chooseAgain();
    app.actions.toggleCheckpoint(pythia(3000));
    await run;
    expect(app.store.getState().choice).toMatchObject({ fetched: null, fetching: { kind: "idle" } });
    expect(app.store.getState().run.info?.name).toBe("pocket-neox");
  });
});

describe("folders of this machine", () => {
  const file = (path: string) => ({ path, file: new Blob(["weights"]) });

  it("are picked as they are added, and looked into when there are two", async () => {
    const { engine, asked } = spied();
    const app = await started(engine);
    await app.actions.addFiles(async () => [file("step1/model.safetensors"), file("step1/config.json")]);
    expect(app.store.getState().choice).toMatchObject({ checkpoints: ["disk:step1"], looking: false });
    await app.actions.addFiles(async () => [file("step2/model.safetensors")]);
    await until(() => app.store.getState().choice.inspection !== null);
    const { choice } = app.store.getState();
    expect(choice).toMatchObject({ checkpoints: ["disk:step1", "disk:step2"], arrived: true });
    await app.actions.explore();
    expect(asked).not.toContain("fetchCheckpoints");
    expect(app.store.getState().run.info?.title).toBe("from this machine");
    expect(world.query).toBe("?task=which-tool");
  });

  it("are told apart where two have the same name, and replaced where it is the same one again", async () => {
    const app = await started();
    const add = (...parts: string[]) =>
      app.actions.addFiles(async () => [{ path: "step1/model.safetensors", file: new Blob(parts) }]);
    await add("weights");
    await add("weights");
    expect(app.store.getState().choice.checkpoints).toEqual(["disk:step1"]);
    await add("other weights");
    expect(app.store.getState().choice.checkpoints).toEqual(["disk:step1", "disk:step1 (2)"]);
  });

  it("say so where nothing in them is a checkpoint, or they cannot be read", async () => {
    const app = await started();
    await app.actions.addFiles(async () => [file("notes/README.md")]);
    expect(app.store.getState().folders.status).toMatchObject({
      kind: "failed",
      error: { tag: "not-found", message: "No checkpoint is among these files." },
    });
    await app.actions.addFiles(() => Promise.reject(new Error("gone")));
    expect(app.store.getState().folders.status).toMatchObject({ kind: "failed", error: { message: "gone" } });
    expect(app.store.getState().choice.checkpoints).toEqual([]);
  });
});

describe("another run", () => {
  it("gives way to the demo, whose shipped results are there again, and is found as it was left", async () => {
    const app = await started();
    await opened(app);
    await app.actions.measureTrajectory();
    await app.actions.runStudy();
    expect(currentStudy(app.store.getState())?.record.trials).toHaveLength(12);
    expect(Object.keys(currentTrajectory(app.store.getState())?.scores ?? {})).toEqual(
      expect.arrayContaining(PAIR),
    );

    await app.actions.openDemo();
    const demo = app.store.getState();
    expect(demo.run.info).toEqual(FAKE_RUN);
    expect(demo.subject.parents).toEqual(["demo:3600", "demo:3800"]);
    expect(currentStudy(demo)?.origin).toBe("shipped");
    expect(currentMatrix(demo)?.cells).toHaveLength(55);
    expect(world.query).not.toContain("run=");

    app.actions.showOpener(true);
    await opened(app);
    expect(currentStudy(app.store.getState())?.record.trials).toHaveLength(12);
  });

  it("ends the work of the one before it", async () => {
    const app = await started(createFakeEngine({ delayMs: 2 }));
    app.actions.pickParents(["demo:3400", "demo:3000"]);
    app.actions.pickMetric("acc_norm");
    const work = [app.actions.runStudy(), app.actions.measureTrajectory(), app.actions.runMatrix()];
    await until(() => (currentStudy(app.store.getState())?.record.trials.length ?? 0) > 0);
    await opened(app);
    await Promise.all(work);
    const state = app.store.getState();
    expect(state.run.info?.title).toBe("EleutherAI/pythia-70m");
    expect(currentStudy(state)).toBeNull();
    expect(Object.values(state.study.entries).map(({ status }) => status.kind)).not.toContain("working");
    expect(state.trajectory.status.kind).not.toBe("working");
  });

  it("is not shown when the demo was asked for meanwhile", async () => {
    const fake = createFakeEngine({ delayMs: 0 });
    let answer = (): void => undefined;
    const slow: Engine = {
      async call(method, request, job) {
        if (method === "openRun") {
          await new Promise<void>((resolve) => {
            answer = resolve;
          });
        }
        return fake.call(method, request, job);
      },
    };
    const app = await started(slow);
    const late = opened(app);
    await until(() => app.store.getState().choice.opening.kind === "working");
    await app.actions.openDemo();
    answer();
    await late;
    expect(app.store.getState().run.info?.name).toBe("pocket-neox");
    expect(app.store.getState().choice.opening).toEqual({ kind: "idle" });
  });
});

describe("a link to a run", () => {
  const LINK = "?run=hf:EleutherAI/pythia-70m@step1000,step2000,step3000&task=who-owns&pair=1000,3000&seed=7";

  it("opens the X-ray, fetches nothing by itself, and stays until it is followed", async () => {
    world.query = LINK;
    const { engine, asked } = spied();
    const app = appOver(engine);
    await app.start();
    await until(() => app.store.getState().choice.inspection !== null);
    const state = app.store.getState();
    expect(state.view).toMatchObject({ opener: true, notices: [] });
    expect(state.choice.checkpoints).toEqual([pythia(1000), pythia(2000), pythia(3000)]);
    expect(state.run.info?.name).toBe("pocket-neox");
    expect(state.subject).toMatchObject({ task: "which-tool", settings: { seed: 7 } });
    expect(asked).not.toContain("fetchCheckpoints");
    expect(world.query).toBe(LINK);

    await app.actions.explore();
    expect(app.store.getState().subject).toMatchObject({
      task: "who-owns",
      parents: [pythia(1000), pythia(3000)],
    });
    expect(world.query).toBe(LINK);
    expect(app.store.getState().view.notices).toEqual([]);
  });

  it("is forgotten when the panel is closed", async () => {
    world.query = LINK;
    const app = appOver(createFakeEngine({ delayMs: 0 }));
    await app.start();
    app.actions.showOpener(false);
    expect(world.query).toBe("?task=which-tool&pair=3600,3800&seed=7");
  });

  it("that is bad is ignored, with a notice", async () => {
    world.query = "?run=hf:../../etc@a,b&seed=7";
    const { engine, asked } = spied();
    const app = appOver(engine);
    await app.start();
    const { view, choice } = app.store.getState();
    expect(view.notices).toEqual([
      "The address's run “hf:../../etc@a,b” was ignored: it takes hf:OWNER/REPO@REVISION,REVISION, two or more.",
    ]);
    expect(view.opener).toBe(false);
    expect(choice.checkpoints).toEqual([]);
    expect(asked).not.toContain("inspect");
    expect(world.query).toBe("?task=which-tool&pair=3600,3800&seed=7");
  });

  it("names what is looked into, too", async () => {
    const app = await started();
    app.actions.pickRevisions("EleutherAI/pythia-70m", ["step2000", "step1000"]);
    await app.actions.inspectChoice();
    expect(world.query).toBe("?run=hf:EleutherAI/pythia-70m@step1000,step2000");
    app.actions.chooseAgain();
    expect(world.query).toBe("?task=which-tool&pair=3600,3800");
  });
});

describe("what is kept", () => {
  it("is listed by checkpoint, and let go unless it is in use", async () => {
    const app = await started();
    await opened(app);
    await app.actions.readKept();
    const rows = keptRows(app.store.getState().kept.stored?.files ?? []);
    expect(rows.map(({ checkpoints, bytes, whole }) => ({ checkpoints, bytes, whole }))).toEqual([
      { checkpoints: ["EleutherAI/pythia-70m@step1000"], bytes: WEIGHTS, whole: true },
      { checkpoints: ["EleutherAI/pythia-70m@step2000"], bytes: WEIGHTS, whole: true },
    ]);
    await app.actions.removeKept(rows[0]!.keys);
    expect(app.store.getState().kept.stored?.files).toHaveLength(1);
    await app.actions.removeKept(["hf:a/b@step0"]);
    expect(app.store.getState().kept).toMatchObject({
      status: { kind: "failed", error: { tag: "usage" } },
      stored: { files: { length: 1 } },
    });
  });

  it("has a row of its own for what several checkpoints share", () => {
    const file = (key: string, bytes: number, whole: boolean, ...names: string[]) => ({
      key,
      bytes,
      whole,
      names,
    });
    expect(
      keptRows([
        file("a", 10, true, "o/r@step1 config.json"),
        file("b", 100, false, "o/r@step1 model.safetensors"),
        file("c", 5, true, "o/r@step2 tokenizer.json", "o/r@step1 tokenizer.json"),
      ]),
    ).toEqual([
      { checkpoints: ["o/r@step1"], keys: ["a", "b"], bytes: 110, whole: false },
      { checkpoints: ["o/r@step2", "o/r@step1"], keys: ["c"], bytes: 5, whole: true },
    ]);
  });
});
