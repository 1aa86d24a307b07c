/** Starts the dense sweep over λ and says what share of it is above the better parent. */

import type { SweepEntry } from "../../store/state.ts";
import { IDLE, isBusy } from "../../store/status.ts";
import { currentSweep, SWEEP_POINTS, shareAbove } from "../../store/sweep.ts";
import { Term } from "../components/Term.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { useActions, useApp } from "../useApp.ts";

/** Result, progress, button: in one place. */
export function SweepTools() {
  const entry = useApp(currentSweep);
  const ready = useApp(({ subject }) => subject.parents !== null);
  const actions = useActions();
  const status = entry?.status ?? IDLE;
  const share = entry === null ? null : shareAbove(entry);
  return (
    <>
      {status.kind === "failed" ? (
        <span className="bad" role="alert">
          {status.error.message}
        </span>
      ) : null}
      {share === null || entry === null ? null : (
        <Term meaning="Share of the swept λ whose score is strictly above the better parent's.">
          <span className="number">
            {entry.origin === "shipped" ? "shipped sweep: " : ""}
            {(share * 100).toFixed(0)} % of {entry.points.length} λ above both parents
          </span>
        </Term>
      )}
      {isBusy(status) ? (
        <WorkNote status={status} onCancel={actions.cancelSweep} />
      ) : (
        <button type="button" className="button" disabled={!ready} onClick={() => void actions.runSweep()}>
          {sweepWords(entry)}
        </button>
      )}
    </>
  );
}

function sweepWords(entry: SweepEntry | null): string {
  if (entry === null) return `sweep ${SWEEP_POINTS} λ`;
  if (entry.points.length < entry.planned) return `continue the sweep`;
  return "sweep again";
}
