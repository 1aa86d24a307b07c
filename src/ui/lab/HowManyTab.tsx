/** P1 §2.2: merge two, three or four neighbours? A row for every checkpoint that has three before it. */
import type { NeighbourRow } from "../../domain/howMany.ts";
import { formatGain, formatScore, gainUnit } from "../../plots/format.ts";
import { neighbourWords } from "../../plots/neighbours.ts";
import { currentNeighbours } from "../../store/howMany.ts";
import { isBusy } from "../../store/status.ts";
import { currentMeasure } from "../../store/subject.ts";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { useActions, useApp } from "../useApp.ts";
import { useLabels } from "../useCheckpoints.ts";
import { useWaysOn } from "../useWaysOn.ts";

const NO_ROWS: readonly NeighbourRow[] = [];

/** The table with its summary. */
export function HowManyTab() {
  const status = useApp((state) => state.howMany.status);
  const rows = useApp((state) => currentNeighbours(state)?.rows ?? NO_ROWS);
  const measure = useApp(currentMeasure);
  const labels = useLabels(rows.map(({ newest }) => newest));
  const { compareNeighbours, cancelNeighbours } = useActions();
  const ways = useWaysOn(() => void compareNeighbours());
  return (
    <>
      <div className="row lab-tools">
        {isBusy(status) ? (
          <WorkNote status={status} onCancel={cancelNeighbours} />
        ) : (
          <button type="button" className="button" onClick={() => void compareNeighbours()}>
            merge 2, 3 and 4 neighbours
          </button>
        )}
        <p className="words">
          {rows.length === 0 || measure === null
            ? "Uniform merges that end at each checkpoint, against the best of their own parents on the same items."
            : neighbourWords(measure, rows)}
        </p>
      </div>
      {status.kind === "failed" ? <ErrorNotice error={status.error} ways={ways} /> : null}
      {rows.length === 0 || measure === null ? null : (
        <table className="lab-table number">
          <thead>
            <tr>
              <th scope="col">newest</th>
              {[2, 3, 4].map((count) => (
                <th key={count} scope="col">
                  {count} merged, Δ {gainUnit(measure)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ newest, merges }, i) => (
              <tr key={newest}>
                <th scope="row">{labels[i]}</th>
                {merges.map((merge) => (
                  <td key={merge.count} title={formatScore(measure, merge)}>
                    {formatGain(measure, merge.delta, merge.deltaStderr)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
