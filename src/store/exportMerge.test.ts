import { beforeEach, describe, expect, it } from "vitest";
import { AppError, cancelled } from "../base/errors.ts";
import type { ExportRequest } from "../domain/export.ts";
import type { Engine } from "../rpc/protocol.ts";
import type { ExportChoice } from "./exportMerge.ts";
import { appOver, forgetWorld, until, world } from "./fixtures/appOver.ts";
import { createFakeEngine } from "./fixtures/fakeEngine.ts";

const RECIPE = { parents: ["demo:3600", "demo:3800"], coefficients: [0.13, 0.87] };
const DOWNLOAD: ExportChoice = { dtype: "float16", arithmetic: "fp32", to: "download" };
const DIRECTORY: ExportChoice = { dtype: "bfloat16", arithmetic: "mergekit", to: "directory" };
const folder = { name: "models" } as FileSystemDirectoryHandle;

beforeEach(forgetWorld);

describe("an export", () => {
  it("hands its files over as downloads, and says how many", async () => {
    const app = appOver(createFakeEngine({ delayMs: 0 }));
    await app.start();
    await app.actions.exportMerge(RECIPE, DOWNLOAD);
    expect(app.store.getState().export).toEqual({ status: { kind: "idle" }, written: "1 file downloaded" });
    expect(world.downloads).toEqual(["merge-demo-3600-demo-3800-0.870.config.json"]);
  });

  it("writes into the folder that was picked, as it was chosen", async () => {
    const asked: ExportRequest[] = [];
    const fake = createFakeEngine({ delayMs: 0 });
    const spy: Engine = {
      call: (method, request, job) => {
        if (method === "exportMerge") asked.push(request as ExportRequest);
        return fake.call(method, request, job);
      },
    };
    const app = appOver(spy, { pickDirectory: async () => folder });
    await app.start();
    await app.actions.exportMerge(RECIPE, DIRECTORY);
    const name = "merge-demo-3600-demo-3800-0.870";
    expect(asked).toEqual([
      {
        recipe: RECIPE,
        dtype: "bfloat16",
        arithmetic: "mergekit",
        maxShardBytes: 5e9,
        target: { kind: "directory", parent: folder, name },
      },
    ]);
    expect(app.store.getState().export.written).toBe(`1 file written to models/${name}`);
    expect(world.downloads).toEqual([]);
  });

  it("becomes downloads where the browser has no folders", async () => {
    const app = appOver(createFakeEngine({ delayMs: 0 }));
    await app.start();
    await app.actions.exportMerge(RECIPE, DIRECTORY);
    expect(app.store.getState().export.written).toBe("1 file downloaded");
  });

  it("is nothing where no folder was picked", async () => {
    const app = appOver(createFakeEngine({ delayMs: 0 }), {
      pickDirectory: () => Promise.reject(cancelled()),
    });
    await app.start();
    await app.actions.exportMerge(RECIPE, DIRECTORY);
    expect(app.store.getState().export).toEqual({ status: { kind: "idle" }, written: null });
  });

  it("can be cancelled, and tells its bytes", async () => {
    const app = appOver(createFakeEngine({ delayMs: 5 }));
    await app.start();
    const run = app.actions.exportMerge(RECIPE, DOWNLOAD);
    await until(() => {
      const { status } = app.store.getState().export;
      return status.kind === "working" && status.progress?.unit === "bytes";
    });
    app.actions.cancelExport();
    await run;
    expect(app.store.getState().export).toEqual({ status: { kind: "idle" }, written: null });
    expect(world.downloads).toEqual([]);
  });

  it("keeps its failure in words", async () => {
    const failure = new AppError("write-failed", "The disk is full.");
    const app = appOver(createFakeEngine({ delayMs: 0, failing: { exportMerge: failure } }));
    await app.start();
    await app.actions.exportMerge(RECIPE, DOWNLOAD);
    expect(app.store.getState().export.status).toMatchObject({
      kind: "failed",
      error: { tag: "write-failed", message: "The disk is full." },
    });
  });
});
