/** What was fetched and is kept on this machine: to explore without the network, or to let go. */
import { useEffect, useMemo } from "react";
import { formatBytes } from "../../plots/format.ts";
import { keptWords } from "../../plots/openWords.ts";
import { type KeptRow, keptRows } from "../../store/kept.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { useActions, useApp } from "../useApp.ts";

/** The list, read anew whenever it comes into view. */
export function KeptList() {
  const { stored, status } = useApp(({ kept }) => kept);
  const { readKept, removeKept } = useActions();
  const rows = useMemo(() => keptRows(stored?.files ?? []), [stored]);
  useEffect(() => {
    void readKept();
  }, [readKept]);
  return (
    <section className="place" aria-labelledby="kept">
      <h2 id="kept">Kept on this machine</h2>
      {stored === null ? null : (
        <p className="quiet">
          {rows.length === 0 && stored.quotaBytes !== 0
            ? "Nothing yet. What is fetched is kept, so that it comes over the network once. "
            : ""}
          {keptWords(stored)}
        </p>
      )}
      {rows.length === 0 ? null : (
        <ul className="list">
          {rows.map((row) => (
            <Kept key={row.checkpoints.join(" ")} row={row} />
          ))}
        </ul>
      )}
      {rows.length < 2 ? null : (
        <p>
          <button
            type="button"
            className="link"
            onClick={() => void removeKept(rows.flatMap(({ keys }) => keys))}
          >
            let all go
          </button>
        </p>
      )}
      {status.kind === "failed" ? (
        <ErrorNotice error={status.error} ways={[{ label: "read again", act: () => void readKept() }]} />
      ) : null}
    </section>
  );
}

function Kept({ row }: { readonly row: KeptRow }) {
  const { removeKept, toggleCheckpoint } = useActions();
  const chosen = useApp(({ choice }) => choice.checkpoints);
  const [only, ...more] = row.checkpoints;
  const name = only === undefined ? "" : `hf:${only}`;
  const words =
    more.length === 0 ? (only ?? "") : `shared by ${row.checkpoints.length}: ${row.checkpoints.join(", ")}`;
  return (
    <li>
      {more.length === 0 ? (
        <label className="check">
          <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggleCheckpoint(name)} />
          <span className="words" title={words}>
            {words}
          </span>
        </label>
      ) : (
        <span className="words quiet" title={words}>
          {words}
        </span>
      )}
      <span className="quiet number">
        {formatBytes(row.bytes)}
        {row.whole ? "" : ", partly"}
      </span>
      <button
        type="button"
        className="link"
        aria-label={`let ${words} go`}
        onClick={() => void removeKept(row.keys)}
      >
        let go
      </button>
    </li>
  );
}
