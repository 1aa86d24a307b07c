/** Predicts the accuracy over λ from few merges, or sweeps it densely; and says what came of it. */
import { formatScore } from "../../plots/format.ts";
import type { PredictedEntry, SweepEntry } from "../../store/state.ts";
import { IDLE, isBusy } from "../../store/status.ts";
import { currentMeasure } from "../../store/subject.ts";
import {
  currentPrediction,
  currentSweep,
  PREDICTED_FROM,
  SWEEP_POINTS,
  shareAbove,
} from "../../store/sweep.ts";
import { Hint, Term } from "../components/Term.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { useActions, useApp } from "../useApp.ts";

const MERGES = PREDICTED_FROM.points + PREDICTED_FROM.verify;

/** Result, progress, buttons: in one place. */
export function SweepTools() {
  const entry = useApp(currentSweep);
  const prediction = useApp(currentPrediction);
  const ready = useApp(({ subject }) => subject.parents !== null);
  const isAccuracy = useApp((state) => currentMeasure(state)?.metric === "acc");
  const actions = useActions();
  const status = entry?.status ?? IDLE;
  const predicting = prediction?.status ?? IDLE;
  const failed = [status, predicting].find((one) => one.kind === "failed");
  const busy = [status, predicting].find(isBusy);
  return (
    <>
      {failed?.kind === "failed" ? (
        <span className="bad" role="alert">
          {failed.error.message}
        </span>
      ) : null}
      <Words entry={entry} prediction={prediction} />
      {busy !== undefined ? (
        <WorkNote status={busy} onCancel={actions.cancelSweep} />
      ) : (
        <>
          {isAccuracy && prediction?.record == null ? (
            <Hint meaning="Items' margins are smooth in λ: the whole curve and every flip from a few merges, two of them to show it wrong.">
              <button
                type="button"
                className="button"
                disabled={!ready}
                onClick={() => void actions.predictSweep()}
              >
                predict from {MERGES} merges
              </button>
            </Hint>
          ) : null}
          <button type="button" className="button" disabled={!ready} onClick={() => void actions.runSweep()}>
            {sweepWords(entry)}
          </button>
        </>
      )}
    </>
  );
}

/** What the sweep says, or the prediction where there is no sweep. */
function Words(props: { readonly entry: SweepEntry | null; readonly prediction: PredictedEntry | null }) {
  const { entry, prediction } = props;
  const measure = useApp(currentMeasure);
  const record = prediction?.record ?? null;
  if (record !== null && measure !== null) {
    const { curve, holds, evaluations, flips } = record;
    const best = curve.value.indexOf(Math.max(...curve.value));
    const top = formatScore(measure, { value: curve.value[best] ?? 0, stderr: curve.std[best] ?? null });
    return (
      <Term
        meaning={`Predicted from the margins of ${evaluations} merges; ${flips.length} items change between the parents. ${
          holds ? "The checks (large crosses) agree." : "A check does not agree: sweep λ itself."
        }`}
      >
        <span className="number">
          predicted best {top} at λ = {(curve.lambda[best] ?? 0).toFixed(2)}
          {holds ? "" : ", but a check disagrees"}
        </span>
      </Term>
    );
  }
  const share = entry === null ? null : shareAbove(entry);
  if (share === null || entry === null) return null;
  return (
    <Term meaning="Share of the swept λ whose score is strictly above the better parent's.">
      <span className="number">
        {entry.origin === "shipped" ? "shipped sweep: " : ""}
        {(share * 100).toFixed(0)} % of {entry.points.length} λ above both parents
      </span>
    </Term>
  );
}

function sweepWords(entry: SweepEntry | null): string {
  if (entry === null) return `sweep ${SWEEP_POINTS} λ`;
  if (entry.points.length < entry.planned) return `continue the sweep`;
  return "sweep again";
}
