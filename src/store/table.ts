/**
 * A table of scores that were measured elsewhere, and what the model says of it: read and answered by the engine, without
 * a device. The newest request counts; late answers are dropped.
 */
import { AppError, toErrorRecord } from "../base/errors.ts";
import { EXAMPLE_TABLES } from "../domain/exampleTables.ts";
import type { ScoreTable } from "../domain/scoreTable.ts";
import type { Measurement, SuggestSettings } from "../domain/surrogate.ts";
import { formatTableLink, parseTableLink } from "../domain/tableLink.ts";
import { formatTableLinkSettings } from "../domain/tableLinkSettings.ts";
import type { Context } from "./context.ts";
import type { TableState } from "./labState.ts";
import { IDLE } from "./status.ts";
import { type Running, startRun } from "./work.ts";

/** Actions on the table. */
export type TableActions = {
  /** Reads a text as a table and asks for advice; what was open before stays where that fails. */
  readonly openTable: (name: string, text: string) => Promise<void>;
  /** Opens one of the shipped examples. */
  readonly openExample: (name: string) => Promise<void>;
  /** Takes a table from a link. */
  readonly takeTable: (link: string) => Promise<void>;
  readonly changeTable: (change: Partial<SuggestSettings>) => Promise<void>;
  /** A score that was measured meanwhile. */
  readonly addRow: (row: Measurement) => Promise<void>;
  readonly removeRow: (index: number) => Promise<void>;
  readonly closeTable: () => void;
};

/** How a table is read before anybody changes it, as `mergescope suggest` does; known noise where every row has its error. */
export function tableSettings(rows: readonly Measurement[]): SuggestSettings {
  return {
    alpha: 0.5,
    acquisition: "ei",
    kernel: "matern52",
    noise: rows.every(({ stderr }) => stderr !== null) ? "known" : "fitted",
    estimate: "likelihood",
    incumbent: "posterior",
    beta: 2,
    gridPoints: 201,
    seed: 0,
    fixed: {},
    standardize: true,
    batch: 1,
  };
}

/** The table's part of the address; `null` where none is open or it is too long for a link. */
export function tableQuery({ table, settings }: TableState): string | null {
  if (table === null) return null;
  const changed = settings === null ? "" : formatTableLinkSettings(settings, tableSettings(table.rows));
  return formatTableLink(table, changed);
}

/** Errors can be taken as known only where every row has one. */
function withPossibleNoise(settings: SuggestSettings, rows: readonly Measurement[]): SuggestSettings {
  const lacksError = rows.some(({ stderr }) => stderr === null);
  return settings.noise === "known" && lacksError ? { ...settings, noise: "fitted" } : settings;
}

/** The table's actions over a context. */
export function createTableActions(context: Context): TableActions {
  const { get, patch, effects } = context;
  let running: Running | null = null;
  /** Counts what was asked to be opened or closed, so that an example that comes late is dropped. */
  let asked = 0;

  const advise = async (table: ScoreTable, settings: SuggestSettings): Promise<void> => {
    running?.drop();
    patch("table", { table, settings });
    running = startRun(context, {
      method: "suggest",
      request: () => ({ rows: table.rows, settings }),
      onStatus: (status) =>
        patch("table", status.kind === "failed" ? { status, suggestion: null } : { status }),
      onResult: (suggestion) => patch("table", { suggestion, status: IDLE }),
      apart: true,
    });
    await running.done;
  };
  const show = (table: ScoreTable, change: Partial<SuggestSettings> = {}): Promise<void> => {
    patch("table", { suggestion: null });
    return advise(table, withPossibleNoise({ ...tableSettings(table.rows), ...change }, table.rows));
  };
  const open = async (name: string, text: string, notes: readonly string[]): Promise<void> => {
    asked += 1;
    running?.drop();
    let read: ScoreTable | null = null;
    running = startRun(context, {
      method: "readTable",
      request: () => ({ name, text }),
      onStatus: (status) => patch("table", { status }),
      onResult: (table) => {
        read = { ...table, notes: [...notes, ...table.notes] };
      },
      apart: true,
    });
    await running.done;
    if (read !== null) await show(read);
  };
  const changeRows = async (rows: readonly Measurement[]): Promise<void> => {
    const { table, settings, suggestion } = get().table;
    if (table === null || settings === null || rows.length === 0) return;
    // What each row was predicted to be belongs to the rows that were; it is aligned by their order.
    patch("table", { suggestion: suggestion === null ? null : { ...suggestion, loo: null } });
    await advise({ ...table, rows }, withPossibleNoise(settings, rows));
  };

  return {
    openTable: (name, text) => open(name, text, []),
    async openExample(name) {
      const example = EXAMPLE_TABLES.find((one) => one.name === name);
      if (example === undefined) return;
      asked += 1;
      const mine = asked;
      try {
        const response = await effects.fetchExample(`${name}.csv`);
        if (!response.ok) throw new AppError("not-found", `The example ${name} is not beside the page.`);
        const text = await response.text();
        if (mine === asked) await open(example.title, text, [`Source: ${example.source}.`]);
      } catch (thrown) {
        if (mine === asked) patch("table", { status: { kind: "failed", error: toErrorRecord(thrown) } });
      }
    },
    async takeTable(link) {
      const linked = parseTableLink(link);
      if (linked !== null) {
        const { settings, ...table } = linked;
        return show({ ...table, notes: [] }, settings);
      }
      const notice = "The address's table was ignored: it is not one that was shared from here.";
      patch("view", { notices: [...get().view.notices, notice] });
    },
    async changeTable(change) {
      const { table, settings } = get().table;
      if (table !== null && settings !== null) await advise(table, { ...settings, ...change });
    },
    addRow: (row) => changeRows([...(get().table.table?.rows ?? []), row]),
    removeRow: (index) => changeRows((get().table.table?.rows ?? []).filter((_, i) => i !== index)),
    closeTable() {
      asked += 1;
      running?.drop();
      patch("table", { table: null, settings: null, suggestion: null, status: IDLE });
    },
  };
}
