/** The log of trials; a row shows its step, its item counts open the items that changed. */
import { type CSSProperties, memo, useEffect, useRef } from "react";
import type { Measure } from "../../domain/measure.ts";
import type { StudyRecord, Trial } from "../../domain/study.ts";
import type { Ask } from "../../domain/surrogate.ts";
import { ACQUISITION_LABELS, formatLambda, formatScore } from "../../plots/format.ts";
import { mixWords } from "../../plots/sentences.ts";
import { viewStep } from "../../plots/stepView.ts";
import { IDLE } from "../../store/status.ts";
import { currentStudy, isPresentStale } from "../../store/study.ts";
import { Panel } from "../components/Panel.tsx";
import { Term } from "../components/Term.tsx";
import { useActions, useApp } from "../useApp.ts";

/** The table of trials, newest last. */
export function TrialsPanel() {
  const record = useApp((state) => currentStudy(state)?.record ?? null);
  const pending = useApp((state) => currentStudy(state)?.pending ?? null);
  const stale = useApp(isPresentStale);
  const count = record?.trials.length ?? 0;
  return (
    <Panel
      area="trials"
      title="Trials"
      status={IDLE}
      note={
        count === 0
          ? null
          : `${count} measured${stale ? ", settings changed" : ""}${savedWords(record?.trials ?? [])}`
      }
    >
      {record === null || (count === 0 && pending === null) ? (
        <p className="quiet pad">
          Each measured λ will be a row here: what was found, what the model expected, who asked for it, and
          which items it got right or wrong against the better parent.
        </p>
      ) : (
        <TrialTable record={record} pending={pending} stale={stale} />
      )}
    </Panel>
  );
}

/** What racing saved: "; 41 % of the items not needed". */
function savedWords(trials: readonly Trial[]): string {
  const stopped = trials.flatMap((trial) => trial.stopped ?? []);
  const [first] = stopped;
  if (first === undefined) return "";
  const spared = stopped.reduce((sum, { seen, total }) => sum + total - seen, 0);
  const share = Math.round((100 * spared) / (trials.length * first.total));
  return `; ${stopped.length} stopped early, ${share} % of the items not needed`;
}

function TrialTable(props: {
  readonly record: StudyRecord;
  readonly pending: Ask | null;
  readonly stale: boolean;
}) {
  const { record, pending, stale } = props;
  const step = useApp(({ view }) => view.step);
  const shown = viewStep(record, pending, step).step;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // `scrollIntoView` would move the whole page, too.
    const row = box.current?.querySelector<HTMLElement>(`[data-step="${shown}"]`);
    if (box.current === null || row == null) return;
    const head = box.current.querySelector("thead")?.offsetHeight ?? 0;
    const [top, bottom] = [row.offsetTop - head, row.offsetTop + row.offsetHeight - box.current.clientHeight];
    box.current.scrollTop = Math.min(top, Math.max(bottom, box.current.scrollTop));
  }, [shown]);
  return (
    <div className={stale ? "scroll stale" : "scroll"} ref={box}>
      <table className="log number">
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">{record.settings.parents === 2 ? "λ" : "weights, oldest first"}</th>
            <th scope="col">score ± se</th>
            <th scope="col">
              <Term meaning="Posterior mean and deviation at this λ before it was measured.">predicted</Term>
            </th>
            <th scope="col">who</th>
            <th scope="col">
              <Term meaning="Items right here and wrong in the better parent, and the other way round. Open to read them.">
                gained, lost
              </Term>
            </th>
            <th scope="col">ms</th>
          </tr>
        </thead>
        <tbody>
          {record.trials.map((trial) => (
            <TrialRow
              key={trial.number}
              trial={trial}
              measure={record.subject.measure}
              isShown={shown === trial.number + 1}
              isBest={record.best === trial.number}
            />
          ))}
          {pending === null ? null : (
            <tr className="quiet" data-step={pending.number + 1}>
              <td>{pending.number + 1}</td>
              <td>{weightsCell(pending.weights)}</td>
              <td colSpan={5}>measuring</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

/** λ of two parents, all weights of more. */
function weightsCell(weights: readonly number[]): string {
  return weights.length === 2 ? formatLambda(weights[1] ?? 0, 3) : mixWords(weights);
}

const TrialRow = memo(function TrialRow(props: {
  readonly trial: Trial;
  readonly measure: Measure;
  readonly isShown: boolean;
  readonly isBest: boolean;
}) {
  const { trial, measure, isShown, isBest } = props;
  const { showStep, openItems } = useActions();
  const { ask, flips, number } = trial;
  const { posterior, acquisition, kind } = ask;
  const share: CSSProperties & Record<"--share", string> = {
    "--share": `${(trial.weights.at(-1) ?? 0) * 100}%`,
  };
  return (
    <tr aria-current={isShown ? "step" : undefined} data-step={number + 1}>
      <td>
        <button
          type="button"
          className="link"
          aria-label={`Show step ${number + 1}`}
          onClick={() => showStep(number + 1)}
        >
          {number + 1}
        </button>
      </td>
      <td>
        <span className="lambda-dot" style={share} aria-hidden="true" />
        {weightsCell(trial.weights)}
      </td>
      <td>
        {formatScore(measure, trial)}
        {isBest ? <b className="best">best</b> : null}
        {trial.stopped === undefined ? null : (
          <small
            className="quiet"
            title={`stopped after ${trial.stopped.seen} of ${trial.stopped.total} items`}
          >
            {" "}
            early
          </small>
        )}
      </td>
      <td>
        {posterior === null ? "–" : formatScore(measure, { value: posterior.mean, stderr: posterior.std })}
      </td>
      <td style={acquisition === null ? undefined : { color: `var(--${acquisition})` }}>
        {acquisition === null ? (kind === "person" ? "by hand" : "design") : ACQUISITION_LABELS[acquisition]}
      </td>
      <td>
        {flips === null ? (
          "–"
        ) : (
          <button
            type="button"
            className="link"
            aria-label={`Items of trial ${number + 1}: ${flips.gained} gained, ${flips.lost} lost`}
            onClick={() => void openItems(trial.weights)}
          >
            +{flips.gained} −{flips.lost}
          </button>
        )}
      </td>
      <td>{Math.round(trial.elapsedMs)}</td>
    </tr>
  );
});
