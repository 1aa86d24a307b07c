import { beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../base/errors.ts";
import type { LeaveOneOut } from "../domain/surrogate.ts";
import type { Engine, EngineMethods } from "../rpc/protocol.ts";
import { appOver, forgetWorld, world } from "./fixtures/appOver.ts";
import { createFakeEngine } from "./fixtures/fakeEngine.ts";
import { fakeSuggestion, readFakeTable } from "./fixtures/fakeTable.ts";

beforeEach(forgetWorld);

const CSV = "lambda,value\n0,0.5\n0.5,0.7\n1,0.6\n";

function predictions(count: number): LeaveOneOut {
  const each = Array.from({ length: count }, () => 1);
  const measures = { rootMeanSquareError: 1, logPredictiveDensity: 0, coverage95: 1, coverage68: 1 };
  return { mean: each, std: each, ...measures, rSquared: null };
}

async function started(failing = {}) {
  const app = appOver(createFakeEngine({ delayMs: 0, failing }));
  await app.start();
  return app;
}

describe("a table", () => {
  it("is read, advised on and put into the address, from which it comes back", async () => {
    const app = await started();
    await app.actions.openTable("7b.csv", CSV);
    const { table, settings, suggestion, status } = app.store.getState().table;
    expect(table).toEqual(readFakeTable("7b.csv", CSV));
    expect(settings).toMatchObject({ noise: "fitted", estimate: "likelihood", acquisition: "ei" });
    expect(suggestion).toEqual(fakeSuggestion(table!.rows, settings!));
    expect(status.kind).toBe("idle");
    expect(world.query).toContain(`table=${encodeURIComponent("7b.csv~l~0,0.5~0.5,0.7~1,0.6")}`);

    const again = await started();
    expect(again.store.getState().table.table?.rows).toEqual(table!.rows);
    again.actions.closeTable();
    expect(again.store.getState().table.table).toBeNull();
    expect(world.query).not.toContain("table=");
  });

  it("takes known noise where every row has its error, and fitted again once one has none", async () => {
    const app = await started();
    await app.actions.openTable("t", "lambda,value,stderr\n0,1,0.1\n1,2,0.1\n");
    expect(app.store.getState().table.settings?.noise).toBe("known");
    await app.actions.addRow({ weights: [0.5, 0.5], value: 3, stderr: null });
    expect(app.store.getState().table.settings?.noise).toBe("fitted");
    expect(app.store.getState().table.table?.rows).toHaveLength(3);
    await app.actions.removeRow(0);
    expect(app.store.getState().table.table?.rows.map(({ value }) => value)).toEqual([2, 3]);
  });

  it("keeps what was open when another cannot be read, and says why", async () => {
    const failing: { readTable?: AppError } = {};
    const app = appOver(createFakeEngine({ delayMs: 0, failing }));
    await app.start();
    await app.actions.openTable("good", CSV);
    failing.readTable = new AppError("bad-format", "The table bad cannot be used.");
    await app.actions.openTable("bad", "x");
    const { table, status } = app.store.getState().table;
    expect(table?.name).toBe("good");
    expect(status).toMatchObject({ kind: "failed", error: { message: "The table bad cannot be used." } });
  });

  it("changes its settings; the last change is the one that counts", async () => {
    const app = await started();
    await app.actions.openTable("t", CSV);
    await Promise.all([app.actions.changeTable({ batch: 2 }), app.actions.changeTable({ batch: 3 })]);
    expect(app.store.getState().table.suggestion?.batch).toHaveLength(3);
  });

  it("puts the settings that were changed into the address, and takes them from there", async () => {
    const app = await started();
    await app.actions.openTable("t", "lambda,value,stderr\n0,1,0.1\n1,2,0.1\n");
    await app.actions.changeTable({ batch: 4, kernel: "rbf", alpha: 0.5 });
    await app.actions.addRow({ weights: [0.5, 0.5], value: 3, stderr: null });
    const { settings, table } = app.store.getState().table;
    const again = await started();
    expect(again.store.getState().table.settings).toEqual(settings);
    expect(again.store.getState().table.table?.rows).toEqual(table?.rows);
    world.query = "?table=t~l!noise=known~0,1~1,2";
    expect((await started()).store.getState().table.settings?.noise).toBe("fitted");
  });

  it("drops the predictions of rows that are no longer the same, until the next advice", async () => {
    const fake = createFakeEngine({ delayMs: 0 });
    const predicting: Engine = {
      async call(method, request, job) {
        const result = await fake.call(method, request, job);
        if (method !== "suggest") return result;
        const { rows } = request as EngineMethods["suggest"]["request"];
        return { ...result, loo: predictions(rows.length) };
      },
    };
    const app = appOver(predicting);
    await app.start();
    await app.actions.openTable("t", CSV);
    const lengths: (readonly [number, number])[] = [];
    app.store.subscribe(({ table: { table, suggestion } }) => {
      const { loo = null } = suggestion ?? {};
      if (table !== null && loo !== null) lengths.push([table.rows.length, loo.mean.length]);
    });
    await app.actions.removeRow(0);
    expect(lengths.at(-1)).toEqual([2, 2]);
    for (const [rows, predicted] of lengths) expect(predicted).toBe(rows);
  });

  it("ignores a link that holds none, and says so", async () => {
    world.query = "?table=nonsense";
    const app = await started();
    expect(app.store.getState().table.table).toBeNull();
    expect(app.store.getState().view.notices.join()).toContain("The address's table was ignored");
  });

  it("opens a shipped example under its title", async () => {
    const app = await started();
    await app.actions.openExample("baichuan2-1980-2200-ceval");
    const { table } = app.store.getState().table;
    expect(table?.name).toBe("Baichuan2 7B, 1980B + 2200B tokens, C-Eval");
    expect(table?.notes.join()).toMatch(/^Source: .*Table 1/);
  });

  it("drops an example that arrives after something else was opened, or all was closed", async () => {
    const arrivals: (() => void)[] = [];
    const late = (file: string): Promise<Response> =>
      new Promise((resolve) => arrivals.push(() => resolve(new Response(`lambda,value\n0,1\n# ${file}\n`))));
    const app = appOver(createFakeEngine({ delayMs: 0 }), { fetchExample: late });
    await app.start();
    const overtaken = app.actions.openExample("baichuan2-1980-2200-ceval");
    await app.actions.openTable("mine", CSV);
    arrivals[0]!();
    await overtaken;
    expect(app.store.getState().table.table?.name).toBe("mine");
    const closed = app.actions.openExample("baichuan2-2200-2420-ceval");
    app.actions.closeTable();
    arrivals[1]!();
    await closed;
    expect(app.store.getState().table.table).toBeNull();
  });
});
