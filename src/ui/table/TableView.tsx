/**
 * Scores measured elsewhere, in the run's place: the landscape, the acquisition functions, what to measure next and how
 * far the model is to be trusted. Everything is computed here; nothing is uploaded.
 */
import { FileSpreadsheet, Link2, X } from "lucide-react";
import { useMemo } from "react";
import { EXAMPLE_TABLES } from "../../domain/exampleTables.ts";
import { isBusy } from "../../store/status.ts";
import { tableQuery } from "../../store/table.ts";
import { Choice } from "../components/Choice.tsx";
import { CopyButton } from "../components/CopyButton.tsx";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { Panel } from "../components/Panel.tsx";
import { Hint } from "../components/Term.tsx";
import { useActions, useApp } from "../useApp.ts";
import { TableAdvice } from "./TableAdvice.tsx";
import { TablePlots } from "./TablePlots.tsx";
import { TableRows } from "./TableRows.tsx";

/** The whole view; shown while a table is open. */
export function TableView() {
  const table = useApp((state) => state.table.table);
  const status = useApp((state) => state.table.status);
  if (table === null) return null;
  return (
    <main>
      <div className="screen table-view">
        <Panel area="table" title="Scores" status={status} note={<Title />} tools={<Tools />}>
          {status.kind === "failed" ? <ErrorNotice error={status.error} ways={[]} /> : null}
          <TablePlots />
        </Panel>
        <TableAdvice />
        <TableRows />
      </div>
    </main>
  );
}

function Title() {
  const table = useApp((state) => state.table.table);
  const status = useApp((state) => state.table.status);
  if (table === null) return null;
  const count = table.rows.length;
  return (
    <>
      <b>{table.name}</b>
      <span>
        {count} {count === 1 ? "score" : "scores"} of {table.rows[0]?.weights.length ?? 0} checkpoints
      </span>
      {table.notes.map((note) => (
        <span key={note}>{note}</span>
      ))}
      {isBusy(status) ? <span>asking the model</span> : null}
    </>
  );
}

function Tools() {
  const hasLink = useApp((state) => tableQuery(state.table) !== null);
  const { closeTable } = useActions();
  return (
    <>
      {hasLink ? (
        <CopyButton label="copy a link to this table" text={() => location.href} icon={Link2} />
      ) : (
        <Hint meaning="Too many rows for a link: share the file.">
          <button type="button" className="button" aria-disabled>
            <Link2 size={13} aria-hidden="true" /> copy a link to this table
          </button>
        </Hint>
      )}
      <button type="button" className="button" onClick={closeTable}>
        <X size={13} aria-hidden="true" /> back to the run
      </button>
    </>
  );
}

/** Opens tables: a file of one's own, or one of the printed ones. Stands in the top line. */
export function TableOpener() {
  const { openTable, openExample } = useActions();
  const failed = useApp((state) =>
    state.table.table === null && state.table.status.kind === "failed" ? state.table.status.error : null,
  );
  const options = useMemo(() => EXAMPLE_TABLES.map(({ name, title }) => ({ value: name, label: title })), []);
  return (
    <div className="form table-opener">
      <p>
        Scores of merges measured anywhere, a cluster for instance: a CSV with <code>lambda,value</code> or{" "}
        <code>w1,w2,…,value</code>, each with <code>,stderr</code> or without; JSON; or what Optuna writes.
        Larger is better. Drop the file anywhere on the page, or:
      </p>
      <label className="button pick-file">
        <FileSpreadsheet size={13} aria-hidden="true" /> pick a table
        <input
          type="file"
          className="unseen"
          accept=".csv,.tsv,.json,.jsonl,.log,.txt"
          onChange={({ target }) => {
            const file = target.files?.[0];
            target.value = "";
            if (file !== undefined) void file.text().then((text) => openTable(file.name, text));
          }}
        />
      </label>
      <Choice<string>
        label="a printed table of the papers"
        value={null}
        options={[{ value: "", label: "choose" }, ...options]}
        onPick={(name) => void openExample(name)}
      />
      {failed === null ? null : <ErrorNotice error={failed} ways={[]} />}
    </div>
  );
}
