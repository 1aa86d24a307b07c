/** Is the best merge really better? On search items, on unseen ones, and what to do with it. */
import { optimizeCommand } from "../../plots/command.ts";
import { formatLambda, formatScore } from "../../plots/format.ts";
import { mixColours } from "../../plots/palette.ts";
import { verdictSentence } from "../../plots/sentences.ts";
import type { StudyEntry } from "../../store/state.ts";
import { isBusy } from "../../store/status.ts";
import { currentStudy, isComplete, isPresentStale } from "../../store/study.ts";
import { currentTask } from "../../store/subject.ts";
import { bestOf } from "../../store/verdict.ts";
import { CopyButton } from "../components/CopyButton.tsx";
import { ErrorNotice } from "../components/ErrorNotice.tsx";
import { Panel } from "../components/Panel.tsx";
import { WorkNote } from "../components/WorkNote.tsx";
import { useActions, useApp } from "../useApp.ts";
import { useLabels } from "../useCheckpoints.ts";
import { usePalette } from "../useTheme.ts";
import { useWaysOn } from "../useWaysOn.ts";
import { ExportButton } from "./ExportButton.tsx";

const NO_PARENTS: readonly string[] = [];

/** The verdict on the open pair's best merge. */
export function VerdictPanel() {
  const entry = useApp(currentStudy);
  const status = useApp(({ verdict }) => verdict.status);
  const stale = useApp(isPresentStale);
  const actions = useActions();
  const labels = useLabels(entry?.record.subject.parents ?? NO_PARENTS);
  const ways = useWaysOn(() => void actions.measureHeldout());
  const sentence = entry === null ? null : verdictSentence(entry.record, labels);
  const soFar = entry !== null && sentence !== null && !isComplete(entry) && !entry.stopped;
  return (
    <Panel
      area="verdict"
      title="Verdict"
      status={status}
      note={stale ? "settings changed" : soFar ? "so far" : null}
      tools={<WorkNote status={status} onCancel={actions.cancelHeldout} />}
    >
      <div className={stale ? "verdict stale" : "verdict"}>
        {entry === null || sentence === null ? (
          <p className="quiet">
            After a search, this says how much the best merge gains on the items it was searched on, and how
            much of that is left on items the search did not see.
          </p>
        ) : (
          <>
            <p className="large" aria-live="polite">
              {sentence}
            </p>
            <Numbers entry={entry} />
            <VerdictTools entry={entry} />
          </>
        )}
        {status.kind === "failed" ? <ErrorNotice error={status.error} ways={ways} /> : null}
      </div>
    </Panel>
  );
}

/** The two parents and the merge, on both halves. */
function Numbers({ entry: { record }, entry }: { readonly entry: StudyEntry }) {
  const best = bestOf(entry);
  const palette = usePalette();
  const labels = useLabels(record.subject.parents);
  if (best === null) return null;
  const { heldout, parents, subject } = record;
  const count = subject.parents.length;
  const names = count === 2 ? ["older", "newer"] : labels;
  const colourOf = (i: number): string => mixColours(palette.older, palette.newer, i / (count - 1));
  const rows = [
    ...names.map((what, i) => ({
      what,
      colour: colourOf(i),
      weight: best.weights[i] ?? 0,
      search: parents[i],
      unseen: heldout?.parents[i],
    })),
    { what: "merge", colour: undefined, weight: 1, search: best, unseen: heldout?.merge },
  ];
  return (
    <>
      <div className="mix" aria-hidden="true">
        {best.weights.map((weight, i) => (
          <span key={names[i]} style={{ flexGrow: weight, background: colourOf(i) }} />
        ))}
      </div>
      <table className="number figures">
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">model</span>
            </th>
            <th scope="col">weight</th>
            <th scope="col">{best.n} search items</th>
            <th scope="col">{heldout === null ? "unseen items" : `${heldout.merge.n} unseen items`}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ what, colour, weight, search, unseen }) => (
            <tr key={what}>
              <th scope="row" className={what} style={{ color: colour }}>
                {what}
              </th>
              <td>{formatLambda(weight, 3)}</td>
              <td>{search === undefined ? "–" : formatScore(subject.measure, search)}</td>
              <td>{unseen === undefined ? "–" : formatScore(subject.measure, unseen)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function VerdictTools({ entry }: { readonly entry: StudyEntry }) {
  const status = useApp(({ verdict }) => verdict.status);
  const exporting = useApp((state) => state.export);
  const task = useApp(currentTask);
  const limit = useApp(({ subject }) => subject.limit);
  const actions = useActions();
  const { record } = entry;
  const best = bestOf(entry);
  return (
    <div className="row">
      {record.heldout === null && !isBusy(status) && !isBusy(entry.status) ? (
        <button type="button" className="button strong" onClick={() => void actions.measureHeldout()}>
          measure on unseen items
        </button>
      ) : null}
      {task === null ? null : (
        <CopyButton
          label="copy command"
          text={() => optimizeCommand(record.subject, task.kind, record.settings, limit)}
        />
      )}
      {best === null ? null : (
        <ExportButton recipe={{ parents: record.subject.parents, coefficients: best.weights }} />
      )}
      <span className={exporting.status.kind === "failed" ? "bad" : "quiet"} role="status">
        {exporting.status.kind === "failed" ? exporting.status.error.message : exporting.written}
      </span>
    </div>
  );
}
